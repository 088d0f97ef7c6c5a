"""Secrets change, stay in the account, and are needed as seldom as possible.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.elasticache import ReplicationGroup, User, UserGroup
from fixtures.inventory.services.iam import Role
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.services.secretsmanager import ResourcePolicy, RotationSchedule, Secret
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, Change, Remove, control, not_applicable
from infra.environment import Environment
from suites.controls.credentials import credential_in
from suites.controls.letting_in import foreign_grants, foreign_request, unbound_services
from suites.controls.looking import decided_elsewhere, leading_to


@control(
    "SEC-01",
    severity="high",
    satisfies=(
        "AC2",
        "FSBP:SecretsManager.1",
        "FSBP:SecretsManager.4",
        "NIST-800-53:IA-5",
        "PCI-4.0:8.6.3",
        "SOC2:CC6.1",
    ),
    broken_by=(
        Remove("JwtSecretRotation"),
        Change("ApiKeysSecretRotation.RotationRules.AutomaticallyAfterDays", 365),
    ),
)
def test_secrets_are_rotated(secret: Secret, inventory: Inventory, baseline: Baseline) -> None:
    """A secret that leaked unnoticed is of use only until it changes."""
    schedules = list(leading_to(inventory, secret, RotationSchedule, lambda one: (one.secret_id,)))
    assert schedules, f"is never rotated; every {baseline.secret_rotation_days} days at the latest is promised"
    for schedule in schedules:
        days = schedule.rotation_rules.automatically_after_days if schedule.rotation_rules else None
        assert days is not None, "is rotated on no known schedule; a number of days is promised"
        assert days <= baseline.secret_rotation_days, (
            f"is rotated every {days} days; {baseline.secret_rotation_days} at the latest is promised"
        )


@control(
    "SEC-02",
    severity="high",
    satisfies=("AC2", "NIST-800-53:AC-3(3)", "SOC2:CC6.1"),
    broken_by=(
        Remove("ApiKeysSecretPolicy"),
        Change("JwtSecretPolicy.ResourcePolicy.Statement.0.Effect", "Allow"),
    ),
)
def test_secrets_stay_in_the_account(secret: Secret, inventory: Inventory, environment: Environment) -> None:
    """An explicit deny holds even on the day when some role is given too much."""
    policies = list(leading_to(inventory, secret, ResourcePolicy, lambda one: (one.secret_id,)))
    documents = [policy.resource_policy for policy in policies]
    taken = foreign_request(inventory, secret, documents, ("secretsmanager:*",))
    assert taken is None, f"does not deny, to other accounts, {taken}; an explicit deny is promised"
    found = [line for document in documents for line in foreign_grants(document, environment.account)]
    assert not found, f"{'; '.join(found)}; only account {environment.account} is promised"


@control(
    "SEC-03",
    severity="high",
    satisfies=("AC2", "NIST-800-53:IA-5", "PCI-4.0:8.6.3", "SOC2:CC6.1"),
    broken_by=(
        Break((
            Remove("Database.ManageMasterUserPassword"),
            Remove("Database.MasterUserSecret"),
            Remove("Outputs.DatabaseMasterSecretArn"),
            Change("Database.MasterUserPassword", "chosen-by-hand"),
        )),
    ),
)  # fmt: skip
def test_nobody_knows_the_master_password(database: DBInstance) -> None:
    """RDS makes, keeps and rotates it: a password that a person chose is one that a person can lose."""
    elsewhere = decided_elsewhere(database, by_source=True)
    if elsewhere:
        not_applicable(elsewhere)
    assert database.manage_master_user_password, (
        "the master password is given by hand; one that RDS manages is promised"
    )


@control(
    "SEC-04",
    severity="medium",
    satisfies=("AC2", "FSBP:RDS.10", "NIST-800-53:IA-5", "SOC2:CC6.1"),
    broken_by=(Change("Database.EnableIAMDatabaseAuthentication", value=False),),
)
def test_databases_are_entered_by_identity(database: DBInstance) -> None:
    """With IAM authentication the functions hold no password at all."""
    elsewhere = decided_elsewhere(database, by_source=False)
    if elsewhere:
        not_applicable(elsewhere)
    assert database.enable_iam_database_authentication, "functions need a password; IAM authentication is promised"


@control(
    "SEC-05",
    severity="critical",
    satisfies=("AC2", "FSBP:ElastiCache.6", "NIST-800-53:IA-5", "SOC2:CC6.1"),
    broken_by=(Change("CacheUser.AuthenticationMode", {"Type": "no-password-required"}),),
)
def test_cache_users_prove_who_they_are(user: User) -> None:
    """A user without password is anybody who reaches the port."""
    mode = user.authentication_mode.type if user.authentication_mode else "nothing"
    assert mode == "iam", f"is admitted by {mode}; iam is promised"


@control(
    "SEC-06",
    severity="critical",
    satisfies=("AC2", "FSBP:ElastiCache.6", "NIST-800-53:AC-6", "SOC2:CC6.1"),
    broken_by=(Remove("Cache.UserGroupIds"),),
)
def test_caches_admit_named_users_only(cache: ReplicationGroup, inventory: Inventory) -> None:
    """Without a user group a cache obeys everybody who reaches it."""
    assert cache.user_group_ids, "admits everybody; a group of named users is promised"
    for link in cache.user_group_ids:
        users = inventory.get(UserGroup, link).user_ids
        assert "default" not in [str(user) for user in users], (
            "admits the user called default; named users are promised"
        )


@control(
    "SEC-07",
    severity="high",
    satisfies=("AC2", "NIST-800-53:AC-6", "PCI-4.0:7.2", "SOC2:CC6.3"),
    broken_by=(
        Remove("FlowLogRole.AssumeRolePolicyDocument.Statement.0.Condition"),
        Break(
            (
                Change(
                    "BackupRole.AssumeRolePolicyDocument.Statement.0.Principal",
                    {"AWS": "arn:aws:iam::999999999999:root"},
                ),
                Remove("BackupRole.AssumeRolePolicyDocument.Statement.0.Condition"),
            )
        ),
    ),
)
def test_roles_are_assumed_for_this_account_only(role: Role, environment: Environment) -> None:
    """A service that acts for anybody lets a stranger borrow our role: the confused deputy.

    Lambda is excepted: it assumes a function's role itself and offers no condition on the source for that.
    """
    document = role.assume_role_policy_document
    found = [
        *foreign_grants(document, environment.account),
        *unbound_services(document, environment.account, exempt=("lambda.amazonaws.com",)),
    ]
    assert not found, f"{'; '.join(found)}; this account only is promised"


@control(
    "SEC-08",
    severity="critical",
    satisfies=("AC2", "NIST-800-53:IA-5", "PCI-4.0:8.6.2", "SOC2:CC6.1"),
    broken_by=(
        Change("AlertFunction.Environment.Variables.API_KEY", "given-by-hand"),
        Change("IngestFunction.Environment.Variables.PUBLISHERS", "q7Rk2VxT9bLw4ZsN8mHc3PdJ"),
        Change("QueryFunction.Environment.Variables.STORE", "postgres://somebody:letmein@db.example.com/alerts"),
        Change(
            "PushFunction.Environment.Variables.SIGNED_WITH",
            {"Fn::Sub": "{{resolve:secretsmanager:touchstone-${Environment}-jwt-secret:SecretString:value}}"},
        ),
    ),
)
def test_functions_are_told_where_secrets_are_and_no_secret(function: Function) -> None:
    """Who may describe a function reads its variables: keys of the API belong into Secrets Manager, and are fetched."""
    if function.environment is None:
        not_applicable("it is told nothing")
    for name, value in function.environment.variables.items():
        why = credential_in(name, str(value))
        assert why is None, f"the variable {name} {why}; the ARN of a secret, where it is fetched, is promised"
