"""Nobody can do more than he must: no administrator among the roles, a bound to each, and few who may take one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fixtures.aws.wildcards import matches
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.iam import ManagedPolicy, Role
from fixtures.judging.access.statements import Statement, statements
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Change, Remove, control, not_applicable

LEAST_PRIVILEGE = ("AC2", "NIST-800-53:AC-6", "PCI-4.0:7.2", "SOC2:CC6.3")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# Each of these, over everything, is as good as being an administrator: with it one can become whoever one likes.
ESCALATIONS = (
    "iam:addusertogroup",
    "iam:attachgrouppolicy",
    "iam:attachrolepolicy",
    "iam:attachuserpolicy",
    "iam:createaccesskey",
    "iam:createloginprofile",
    "iam:createpolicyversion",
    "iam:passrole",
    "iam:putgrouppolicy",
    "iam:putrolepolicy",
    "iam:putuserpolicy",
    "iam:setdefaultpolicyversion",
    "iam:updateassumerolepolicy",
    "iam:updateloginprofile",
    "sts:assumerole",
)
# A resource that no policy of ours means: a pattern that covers it covers everything.
ANYBODYS = "arn:aws:iam::000000000000:role/of-somebody-else"
ACTIONS_OF_A_SERVICE = re.compile(r"[^:]*[*?][^:]*(:.*)?|[^:]*:[*?]+")


def granted(role: Role, inventory: Inventory, baseline: Baseline) -> Iterator[tuple[str, Statement]]:
    """Yield what a role is allowed, each statement with the policy it stands in; AWS's own ones must be promised.

    Raises Unread where a policy that the role carries was not read.
    """
    for policy in role.policies:
        yield from _allowed(str(policy.policy_name), policy.policy_document)
    for link in role.managed_policy_arns:
        name = _of_aws(str(link))
        if name is None:
            managed = inventory.get(ManagedPolicy, link)
            yield from _allowed(managed.key, managed.policy_document)
        else:
            assert name in baseline.aws_policies, (
                f"carries AWS's own policy {name}; none but {', '.join(baseline.aws_policies)} are promised"
            )


def _allowed(name: str, document: Any) -> Iterator[tuple[str, Statement]]:
    return ((name, statement) for statement in statements(document) if statement.allows)


def _of_aws(arn: str) -> str | None:
    found = re.fullmatch(r"arn:aws[a-z-]*:iam::aws:policy/(.+)", arn)
    return found[1] if found else None


@control(
    "IAM-01",
    severity="critical",
    satisfies=(*LEAST_PRIVILEGE, "FSBP:IAM.1", "CIS-7.0:2.14"),
    broken_by=(
        Change("PushRole.ManagedPolicyArns", [ADMINISTRATOR]),
        Change("QueryRole.ManagedPolicyArns", ["arn:aws:iam::aws:policy/PowerUserAccess"]),
        Change("AlertRole.Policies.0.PolicyDocument.Statement.0", EVERYTHING),
        Change("AlertRole.Policies.0.PolicyDocument.Statement.0", {**EVERYTHING, "Action": ["*:*"]}),
        Change("IngestRole.Policies.0.PolicyDocument.Statement.0", {**EVERYTHING, "Action": "iam:Pass*"}),
        Change("RotationRole.Policies.0.PolicyDocument.Statement.0", {
            "Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*",
        }),
        Change("ReadWhatIsJudged.PolicyDocument.Statement.0.Action", "*"),
        Change("ExecutionRole.Policies.0.PolicyDocument.Statement.0.Resource", "arn:aws:iam::*:role/*"),
    ),
)  # fmt: skip
def test_no_role_has_the_power_of_an_administrator(role: Role, inventory: Inventory, baseline: Baseline) -> None:
    """Who can give himself rights has them all, whatever else his role says."""
    found = [
        f"{policy}: {statement.sid} allows {action} on everything"
        for policy, statement in granted(role, inventory, baseline)
        if any(matches(pattern, ANYBODYS) for pattern in statement.resources_at_most)
        for action in statement.actions_at_most
        if any(matches(action, escalation) for escalation in ESCALATIONS)
    ]
    assert not found, f"{'; '.join(found)}; no administrator's power is promised"


@control(
    "IAM-02",
    severity="high",
    satisfies=(*LEAST_PRIVILEGE, "FSBP:IAM.21"),
    broken_by=(
        Change("ConnectionRole.Policies.0.PolicyDocument.Statement.0.Action", "dynamodb:*"),
        Change("SubscriptionRole.Policies.0.PolicyDocument.Statement.0.Action", ["dynamodb:GetItem", "dynamodb:?*"]),
        Change("Provision1.PolicyDocument.Statement.0.Action", ["s3:*"]),
    ),
)
def test_roles_name_the_actions_that_they_allow(role: Role, inventory: Inventory, baseline: Baseline) -> None:
    """A service's whole is more than anybody needs, and grows with every action that AWS invents."""
    found = [
        f"{policy}: {statement.sid} allows {action}"
        for policy, statement in granted(role, inventory, baseline)
        for action in statement.actions_at_most
        if ACTIONS_OF_A_SERVICE.fullmatch(action)
    ]
    assert not found, f"{'; '.join(found)}; actions by name are promised"


@control(
    "IAM-03",
    severity="high",
    satisfies=LEAST_PRIVILEGE,
    broken_by=(
        Remove("PushRole.PermissionsBoundary"),
        Change("DeployerRole.PermissionsBoundary", ADMINISTRATOR),
    ),
)
def test_every_role_is_held_by_the_boundary(role: Role, inventory: Inventory) -> None:
    """What a role is given by mistake, or gives itself, ends at the boundary; and it lets nobody leave it.

    A boundary allows no more than services by name, and denies making a role that is not held by it.
    """
    assert role.permissions_boundary is not None, "has no permissions boundary; the platform's is promised"
    name = _of_aws(str(role.permissions_boundary))
    assert name is None, f"is bounded by AWS's own policy {name}; the platform's boundary is promised"
    boundary = inventory.get(ManagedPolicy, role.permissions_boundary)
    denied = {
        action
        for statement in statements(boundary.policy_document)
        if not statement.allows
        for action in statement.actions_at_most
    }
    missing = [action for action in ("iam:createrole", "iam:deleterolepermissionsboundary") if action not in denied]
    assert not missing, f"its boundary does not deny {' and '.join(missing)}; a boundary that nobody leaves is promised"


GITHUB = "token.actions.githubusercontent.com"
# The form in which GitHub names a repository for good: names can be given up and taken by somebody else.
WHO = "AssumeRolePolicyDocument.Statement.0.Condition"
AUDIENCE = {f"{GITHUB}:aud": "sts.amazonaws.com"}
OURS = "repo:us@1/ours@2:environment:prod"
BY_NUMBER = re.compile(r"repo:[^*?@/:]+@[0-9]+/[^*?@/:]+@[0-9]+:environment:[^*?:]+")


@control(
    "IAM-04",
    severity="critical",
    satisfies=("AC2", "AC4", "NIST-800-53:AC-6", "SOC2:CC6.3", "SOC2:CC8.1"),
    broken_by=(
        Change(f"DeployerRole.{WHO}", {"StringEquals": AUDIENCE}),
        Change(f"NightlyRole.{WHO}", {"StringEquals": {f"{GITHUB}:sub": OURS}}),
        Change(f"DeployerRole.{WHO}", {"StringLike": {f"{GITHUB}:sub": "repo:us@1/*"}, "StringEquals": AUDIENCE}),
        Change(
            f"NightlyRole.{WHO}", {"StringEquals": {f"{GITHUB}:sub": "repo:us/ours:ref:refs/heads/main", **AUDIENCE}}
        ),
        Change(
            f"NightlyRole.{WHO}", {"StringEquals": {f"{GITHUB}:sub": [OURS, "repo:x@1/y@2:environment:*"], **AUDIENCE}}
        ),
    ),
)
def test_strangers_on_github_take_no_role(role: Role) -> None:
    """Every workflow of everybody on GitHub comes with a token of the same provider: who it is says `sub` alone."""
    federated = [
        statement
        for statement in statements(role.assume_role_policy_document)
        if statement.allows and any(kind == "Federated" for kind, _ in statement.meant)
    ]
    if not federated:
        not_applicable("nobody from outside AWS takes it")
    for statement in federated:
        known = {test.key: test.values for test in statement.tests if test.operator == "stringequals"}
        subjects = known.get(f"{GITHUB}:sub", ())
        assert subjects, f"{statement.sid} admits every repository; one by its numbers is promised"
        wrong = [subject for subject in subjects if not BY_NUMBER.fullmatch(subject)]
        assert not wrong, f"{statement.sid} admits {', '.join(wrong)}; a repository by its numbers is promised"
        assert known.get(f"{GITHUB}:aud") == ("sts.amazonaws.com",), (
            f"{statement.sid} takes tokens for another audience; sts.amazonaws.com is promised"
        )
