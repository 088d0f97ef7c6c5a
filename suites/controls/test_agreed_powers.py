"""No role may do more, and nobody else may take it, than was agreed.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.services.iam import ManagedPolicy, Role
from fixtures.inventory.touching import note_property
from fixtures.judging.control import Change, Remove, control, not_applicable
from fixtures.judging.grants import Grants
from infra.environment import Environment
from suites.controls.letting_in import beyond_grant, beyond_power

LEAST_PRIVILEGE = ("AC2", "NIST-800-53:AC-6", "PCI-4.0:7.2", "SOC2:CC6.3")
NOTHING: dict[str, object] = {"Version": "2012-10-17", "Statement": []}
INGEST = "IngestRole.Policies.0.PolicyDocument.Statement"


@control(
    "GRT-03",
    severity="high",
    satisfies=LEAST_PRIVILEGE,
    tiers=("static",),
    tiers_reason=(
        "deployed, a policy says in the middle of a text what AWS made up, as a database's id, on which nobody can"
        " agree; that what stands is what the templates declare STK-02 judges"
    ),
    broken_by=(
        Change(f"{INGEST}.0.Resource", "*"),
        Change(f"{INGEST}.0.Resource", {"Ref": "AlertQueueArn"}),
        Remove(f"{INGEST}.1.Condition"),
        Change("AlertRole.ManagedPolicyArns", ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"]),
        Change("ReadWhatIsJudged.PolicyDocument.Statement.2.Resource", "*"),
        Change("Boundary.PolicyDocument.Statement.1.Action.0", "access-analyzer:*"),
    ),
)
def test_no_role_may_do_more_than_was_agreed(
    holder: Role | ManagedPolicy, grants: Grants, environment: Environment
) -> None:
    """A resource more in a role's policy opens no known way to more rights, and yet is a right that nobody gave.

    What a role may do stands in policies/powers.toml. Less than that is no finding here; it shows where it is missed.
    """
    if not holder.managed:
        not_applicable("no stack of ours has it: what it may do was not agreed")
    documents = [holder.policy_document] if isinstance(holder, ManagedPolicy) else _own(holder, grants)
    agreed = grants.powers.get(holder.key)
    assert agreed is not None or not documents, (
        "nobody agreed what it may do; an entry in policies/powers.toml is promised"
    )
    found = beyond_power(agreed or NOTHING, documents, environment.account)
    assert found is None, f"allows {found}; what policies/powers.toml says is promised, and no more"


def _own(role: Role, grants: Grants) -> list[dict[str, object]]:
    """Give the policies that nobody else has, once it carries no other than was agreed."""
    allowed = grants.carried.get(role.key, frozenset())
    note_property(role, "ManagedPolicyArns")
    for number, link in enumerate(role.managed_policy_arns):
        if str(link) not in allowed:
            note_property(role, "ManagedPolicyArns", number)
        assert str(link) in allowed, f"carries {link}; the policies that policies/powers.toml names are promised"
    return [policy.policy_document for policy in role.policies]


@control(
    "GRT-04",
    severity="high",
    satisfies=LEAST_PRIVILEGE,
    broken_by=(
        Change("IngestRole.AssumeRolePolicyDocument.Statement.0.Principal.Service", "ec2.amazonaws.com"),
        Remove("AuditorRole.AssumeRolePolicyDocument.Statement.0.Condition"),
        Remove("DatabaseMonitoringRole.AssumeRolePolicyDocument.Statement.0.Condition.ArnLike"),
    ),
)
def test_nobody_may_take_a_role_but_as_was_agreed(role: Role, grants: Grants, environment: Environment) -> None:
    """A service of AWS more in a role's trust is no stranger, and yet acts with all that the role may do.

    Who may take a role stands in policies/powers.toml.
    """
    if not role.managed:
        not_applicable("no stack of ours has it: who may take it was not agreed")
    agreed = grants.trusts.get(role.key)
    assert agreed is not None, "nobody agreed who may take it; an entry in policies/powers.toml is promised"
    found = beyond_grant(agreed, role.assume_role_policy_document, environment.account)
    assert found is None, f"lets in {found}; what policies/powers.toml says is promised, and no more"
