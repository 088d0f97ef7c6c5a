"""Nobody can do more than he must: no administrator among the roles, a bound to each, and few who may take one.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

import re

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.iam import ManagedPolicy, OIDCProvider, Role
from fixtures.inventory.values import as_reference
from fixtures.judging.access.powers import handed, unnamed
from fixtures.judging.access.statements import statements
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, Change, Remove, control, not_applicable
from suites.controls.empowering import (
    OURS,
    granted,
    more_rights,
    of_aws,
    power_of,
    unpromised,
    ways_out_of,
)
from suites.controls.letting_in import known, tokens_let_in, vouching
from suites.controls.looking import told

LEAST_PRIVILEGE = ("AC2", "NIST-800-53:AC-6", "PCI-4.0:7.2", "SOC2:CC6.3")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def allowing(*actions: str) -> dict[str, object]:
    """Return a statement that allows actions on everything."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


FIRST_OF_ALERT = "AlertRole.Policies.0.PolicyDocument.Statement.0"
LET_OUT = "Boundary.PolicyDocument.Statement"


@control(
    "IAM-01",
    severity="critical",
    satisfies=(*LEAST_PRIVILEGE, "FSBP:IAM.1", "CIS-7.0:2.14"),
    broken_by=(
        Change("PushRole.ManagedPolicyArns", [ADMINISTRATOR]),
        Change(FIRST_OF_ALERT, EVERYTHING),
        Change(FIRST_OF_ALERT, allowing("lambda:Update?unctionCode")),
        Change(FIRST_OF_ALERT, allowing("iam:Pass*", "lambda:Create*", "lambda:InvokeFunction")),
        Change("RotationRole.Policies.0.PolicyDocument.Statement.0", {
            "Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*",
        }),
        Change("ReadWhatIsJudged.PolicyDocument.Statement.0.Action", "*"),
        Change("ExecutionRole.Policies.0.PolicyDocument.Statement.0.Resource", "arn:aws:iam::*:role/*"),
        Break((
            Remove("ExecutionRole.PermissionsBoundary"),
            Change("ExecutionRole.Policies.0.PolicyDocument.Statement.1.Resource", "*"),
        )),
    ),
)  # fmt: skip
def test_no_role_gets_more_rights_than_it_was_given(role: Role, inventory: Inventory, baseline: Baseline) -> None:
    """Who can give himself rights has them all, whatever else his role says.

    Asked is what is left of its policies within its boundary; who makes the platform may reach what it is made of.
    """
    strange = unpromised(role, baseline)
    assert not strange, (
        f"carries AWS's own policy {', '.join(strange)}; none but {', '.join(baseline.aws_policies)} are promised"
    )
    found = more_rights(power_of(role, inventory), makes_ours=told(role, "RoleName") in baseline.makers)
    assert not found, f"{'; '.join(map(str, found))}; no more rights than were given are promised"


@control(
    "IAM-02",
    severity="high",
    satisfies=(*LEAST_PRIVILEGE, "FSBP:IAM.21"),
    broken_by=(
        Change("SubscriptionRole.Policies.0.PolicyDocument.Statement.0.Action", ["dynamodb:GetItem", "dynamodb:?*"]),
        Change("Provision1.PolicyDocument.Statement.0.Action", ["s3:*"]),
        Change(FIRST_OF_ALERT, {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
    ),
)
def test_roles_name_the_actions_that_they_allow(role: Role, inventory: Inventory, baseline: Baseline) -> None:
    """A service's whole is more than anybody needs, and grows with every action that AWS invents."""
    strange = unpromised(role, baseline)
    assert not strange, f"carries AWS's own policy {', '.join(strange)}, whose actions AWS names; ours are promised"
    found = [
        f"{policy}: {statement.decides().sid} allows {', '.join(statement.actions_at_most)}, as {action}"
        for policy, said in granted(role, inventory)
        for statement, action in unnamed(said)
    ]
    assert not found, f"{'; '.join(found)}; actions by name are promised"


@control(
    "IAM-03",
    severity="high",
    satisfies=LEAST_PRIVILEGE,
    broken_by=(
        Remove("PushRole.PermissionsBoundary"),
        Change("DeployerRole.PermissionsBoundary", ADMINISTRATOR),
        Change(f"{LET_OUT}.2.Condition", {"StringNotLike": {"iam:PermissionsBoundary": "arn:aws:iam::*:policy/*"}}),
        Change(f"{LET_OUT}.3.Resource", "arn:aws:iam::333333333333:policy/another"),
        Change(f"{LET_OUT}.4.Action", ["iam:CreateUser"]),
    ),
)
def test_every_role_is_held_by_the_boundary(role: Role, inventory: Inventory) -> None:
    """What a role is given by mistake, or gives itself, ends at the boundary; and it lets nobody leave it.

    Asked of whoever may do all that the boundary lets him: he makes no role or user that it does not hold, takes it off
    none, changes it nowhere, and gives no right to anybody whom it does not hold.
    """
    assert role.permissions_boundary is not None, "has no permissions boundary; the platform's is promised"
    name = of_aws(str(role.permissions_boundary))
    assert name is None, f"is bounded by AWS's own policy {name}; the platform's boundary is promised"
    boundary = inventory.get(ManagedPolicy, role.permissions_boundary)
    found = ways_out_of(boundary, inventory)
    said = "; ".join(one.name for one in found)
    assert not found, f"its boundary lets it out: {said} ({found[0]}); a boundary that nobody leaves is promised"


@control(
    "IAM-06",
    severity="high",
    satisfies=LEAST_PRIVILEGE,
    broken_by=(
        Change("IngestRole.Policies.0.PolicyDocument.Statement.0", allowing("iam:Pass*")),
        Change("ExecutionRole.Policies.0.PolicyDocument.Statement.1.Condition", {
            "StringEqualsIfExists": {"iam:PassedToService": "lambda.amazonaws.com"},
        }),
        Change("DeployerRole.Policies.0.PolicyDocument.Statement.1.Resource", "*"),
    ),
)  # fmt: skip
def test_roles_are_handed_to_services_by_name(role: Role, inventory: Inventory) -> None:
    """A service that is handed a role acts with it for whoever handed it on: which role and which service is said."""
    with known():
        found = handed(power_of(role, inventory), OURS)
    assert not found, f"{'; '.join(map(str, found))}; roles of ours to services by name are promised"


GITHUB = "token.actions.githubusercontent.com"
# The form in which GitHub names a repository for good: names can be given up and taken by somebody else.
WHO = "AssumeRolePolicyDocument.Statement.0.Condition"
STS = "sts.amazonaws.com"
SUBJECT = f"{GITHUB}:sub"
AUDIENCE = {f"{GITHUB}:aud": STS}
THIS = "repo:us@1/ours@2:environment:prod"
BY_NUMBER = re.compile(r"repo:[^*?@/:]+@[0-9]+/[^*?@/:]+@[0-9]+:environment:[^*?:]+")
POOL = "cognito-identity.amazonaws.com"


@control(
    "IAM-04",
    severity="critical",
    satisfies=("AC2", "AC4", "NIST-800-53:AC-6", "SOC2:CC6.3", "SOC2:CC8.1"),
    broken_by=(
        Change(f"DeployerRole.{WHO}", {"StringEquals": AUDIENCE}),
        Change(f"NightlyRole.{WHO}", {"StringEquals": {SUBJECT: THIS}}),
        Change(f"DeployerRole.{WHO}", {"StringLike": {SUBJECT: "repo:us@1/*"}, "StringEquals": AUDIENCE}),
        Change(
            f"NightlyRole.{WHO}", {"StringEquals": {SUBJECT: "repo:us/ours:ref:refs/heads/main", **AUDIENCE}}
        ),
        Change(
            f"NightlyRole.{WHO}", {"StringLike": {SUBJECT: [THIS, "repo:x@1/y@2:environment:*"], **AUDIENCE}}
        ),
        Break((
            Change("AuditorRole.AssumeRolePolicyDocument.Statement.0.Principal", {"Federated": POOL}),
            Change("AuditorRole.AssumeRolePolicyDocument.Statement.0.Action", "sts:AssumeRoleWithWebIdentity"),
            Change(f"AuditorRole.{WHO}", {"StringEquals": {f"{POOL}:aud": "us-east-1:ours"}}),
        )),
    ),
)  # fmt: skip
def test_strangers_on_github_take_no_role(role: Role, inventory: Inventory) -> None:
    """Every workflow of everybody on GitHub comes with a token of the same provider: who it is says `sub` alone."""
    document = role.assume_role_policy_document
    federated = [(one, name) for one in statements(document) if one.allows for name in vouching(one)]
    if not federated:
        not_applicable("nobody from outside AWS takes it")
    for statement, name in federated:
        provider = inventory.find(OIDCProvider, as_reference(name) or name)
        vouches = provider is not None and provider.url == f"https://{GITHUB}"
        assert vouches, f"{statement.decides().sid} takes the word of {name}; GitHub's by our provider is promised"
    named = {value for one, _ in federated for test in one.tests if test.key == SUBJECT for value in test.values}
    anybody = tokens_let_in(document, inventory.account, SUBJECT, filter(BY_NUMBER.fullmatch, named))
    assert not anybody, f"{'; '.join(anybody)}; a repository by its numbers is promised"
    for_others = tokens_let_in(document, inventory.account, f"{GITHUB}:aud", (STS,))
    assert not for_others, f"{'; '.join(for_others)}: a token for another audience; {STS} is promised"
