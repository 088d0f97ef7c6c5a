"""Whether what somebody may do gets him more: against policies whose answer is known, and against a small world."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from cloudsplaining.shared.constants import PRIVILEGE_ESCALATION_METHODS
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_sentry.querying.actions import get_action_data, get_actions_for_service

from fixtures.judging.access.escalating import Escalation, Step, escalations
from fixtures.judging.access.evaluate import Decision, Principal, Request
from fixtures.judging.access.patterns import UndecidedError
from fixtures.judging.access.powers import BOUNDED, PERHAPS_BOUNDED, Opened, Power, effective, opened
from fixtures.judging.access.statements import read
from fixtures.judging.access.targets import Boundary
from tests.access.saying import ALL, BOUND, IS_BOUND, ME, OF_OURS, OTHERS, TO_LAMBDA, Said, may, never, policy, power
from tests.access.small_world import ACTIONS, OURS, RESOURCES, SAID, Asked, allows, statements

RUNS = ["lambda:CreateFunction", "lambda:InvokeFunction"]
READS = (may(["s3:*", "dynamodb:*", "lambda:InvokeFunction"]),)
# What somebody is allowed and, if anything, within what boundary; whether he gets more rights.
KNOWN: tuple[tuple[str, tuple[Said, ...], tuple[Said, ...], bool], ...] = (
    ("everything", (ALL,), (), True),
    ("everything, by a question mark", (may("i?m:Put*"),), (), True),
    ("every service's everything", (may("*:*"),), (), True),
    ("everything but objects", (may("", NotAction="s3:GetObject"),), (), True),
    ("everything but identities", (may("", NotAction=["iam:*", "sts:*"]),), (), True),
    ("everything on all but one role", (may("iam:PutRolePolicy", NotResource=OTHERS),), (), True),
    ("everything within a boundary that reads", (ALL,), READS, False),
    ("everything, and a denial of identities", (may("iam:*"), never("iam:*")), (), False),
    ("everything, denied without a second factor", (
        may("iam:*"), never("iam:*", condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
    ), (), True),
    ("everything, denied but for somebody else", (
        may("iam:*"), never("iam:*", condition={"ArnNotEquals": {"aws:PrincipalArn": OTHERS}}),
    ), (), False),
    ("everything, denied but for himself", (
        may("iam:*"), never("iam:*", condition={"ArnNotEquals": {"aws:PrincipalArn": ME}}),
    ), (), True),
    ("objects", (may("s3:GetObject"),), (), False),
    ("all of a service that runs nothing", (may("s3:*"),), (), False),
    ("reads identities", (may(["iam:Get*", "iam:List*"]),), (), False),
    ("rights of a role", (may("iam:PutRolePolicy", OTHERS),), (), True),
    ("rights of a role by reference", (may("iam:AttachRolePolicy", "${Another.Arn}"),), (), True),
    ("rights of a role elsewhere", (may("iam:PutRolePolicy", "arn:aws:iam::999999999999:role/*"),), (), False),
    ("rights of a role without a boundary that may be", (may("iam:PutRolePolicy", "*", IS_BOUND),), (), True),
    ("what a policy says", (may("iam:CreatePolicyVersion", f"arn:aws:iam::{OURS}:policy/x"),), (), True),
    ("what a policy says, at the place of a role", (may("iam:CreatePolicyVersion", OTHERS),), (), False),
    ("a policy that nobody has yet", (may("iam:CreatePolicy"),), (), False),
    ("keys of users", (may("iam:CreateAccessKey", "*"),), (), True),
    ("keys of himself alone", (may("iam:CreateAccessKey", f"arn:aws:iam::{OURS}:user/x"),), (), True),
    ("trust of roles", (may("iam:UpdateAssumeRolePolicy"),), (), True),
    ("another role", (may("sts:AssumeRole"),), (), True),
    ("who he is", (may("sts:GetCallerIdentity"),), (), False),
    ("hands roles on, and nothing takes them", (may("iam:PassRole"),), (), False),
    ("makes functions without a role", (may(RUNS),), (), False),
    ("hands roles to functions", (may(["iam:PassRole", *RUNS]),), (), True),
    ("hands roles to Lambda by name", (may("iam:PassRole", "*", TO_LAMBDA), may(RUNS)), (), True),
    ("hands roles to Lambda, runs them elsewhere", (
        may("iam:PassRole", "*", TO_LAMBDA), may("ec2:RunInstances"),
    ), (), False),
    ("hands roles to instances", (may(["iam:PassRole", "ec2:RunInstances"]),), (), True),
    ("hands roles to stacks", (may(["iam:PassRole", "cloudformation:CreateStack"]),), (), True),
    ("hands roles to functions that nothing starts", (may(["iam:PassRole", "lambda:CreateFunction"]),), (), False),
    ("code of functions", (may("lambda:UpdateFunctionCode"),), (), True),
    ("code of a function by reference", (may("lambda:UpdateFunctionCode", "${Function.Arn}"),), (), True),
    ("code of functions within a boundary that calls them", (may("lambda:*"),), READS, False),
    ("commands on instances", (may("ssm:SendCommand"),), (), True),
    ("a role in a boundary of all but identities", (ALL,), (may("", NotAction=["iam:*", "sts:*", "lambda:*"]),), True),
    ("in the older language", (may("iam:PutRolePolicy", f"arn:aws:iam::{OURS}:role/${{aws:username}}"),), (), True),
)  # fmt: skip


def ways(of: Power, spared: str | None = None) -> list[Opened]:
    return opened(of, escalations().ways, spared)


@pytest.mark.parametrize(("what", "said", "bound", "more"), KNOWN, ids=[one[0] for one in KNOWN])
def test_powers_whose_answer_is_known(
    what: str, said: tuple[Said, ...], bound: tuple[Said, ...], *, more: bool
) -> None:
    """Whether a role gets more rights than it was given is said of each."""
    whole = power(*said, bound=bound)
    if what == "in the older language":
        with pytest.raises(UndecidedError):
            ways(whole)
        return
    found = ways(whole)
    assert bool(found) == more, f"{what}: {[str(one) for one in found]}"
    for request in (request for one in found for request in one.requests):
        assert effective(whole, request) is Decision.ALLOW


@pytest.mark.parametrize(
    ("name", "actions"), sorted(PRIVILEGE_ESCALATION_METHODS.items()), ids=sorted(PRIVILEGE_ESCALATION_METHODS)
)
def test_the_ways_that_others_have_written_down_are_known(name: str, actions: list[str]) -> None:
    """Whoever may do on everything what one of cloudsplaining's methods takes, is found."""
    assert ways(power(may(actions))), name


# What the makers of the platform may do; whether it gets them beyond it.
MAKERS: tuple[tuple[str, Said, bool], ...] = (
    ("rights of ours", may("iam:PutRolePolicy", OF_OURS), False),
    ("rights of everybody", may("iam:PutRolePolicy"), True),
    ("rights of whom the boundary holds", may("iam:PutRolePolicy", f"{OTHERS}*", IS_BOUND), False),
    ("rights of himself", may("iam:PutRolePolicy", ME, IS_BOUND), True),
    ("rights of himself by reference", may("iam:PutRolePolicy", "${Role.Arn}"), True),
    ("a policy that he carries", may("iam:CreatePolicyVersion", "${Carried}"), True),
    ("a policy that he does not carry", may("iam:CreatePolicyVersion", f"arn:aws:iam::{OURS}:policy/ours-x"), False),
    ("new roles that the boundary holds", may(["iam:CreateRole", "iam:PutRolePolicy"], OF_OURS, IS_BOUND), False),
    ("new roles that nothing holds", may(["iam:CreateRole", "iam:PutRolePolicy"], OF_OURS), True),
    ("code of our functions", may("lambda:UpdateFunctionCode", f"arn:aws:lambda:r:{OURS}:function:ours-*"), False),
    ("code of all functions", may("lambda:UpdateFunctionCode", f"arn:aws:lambda:r:{OURS}:function:*"), True),
    ("stacks of ours", may("cloudformation:UpdateStack", f"arn:aws:cloudformation:r:{OURS}:stack/ours-*"), False),
)  # fmt: skip


@pytest.mark.parametrize(("what", "said", "more"), MAKERS, ids=[one[0] for one in MAKERS])
def test_who_makes_the_platform_stays_in_it(what: str, said: Said, *, more: bool) -> None:
    """Whoever makes ours reaches ours, and neither himself nor anybody else."""
    found = ways(power(said, bound=(ALL,), attached=("${Carried}",)), "ours-")
    assert bool(found) == more, f"{what}: {[str(one) for one in found]}"


def test_every_action_is_one_of_aws() -> None:
    """A misspelt action would be a way that nobody finds open."""
    table = escalations()
    for action in {one for way in (*table.ways, *table.leaving) for step in way.steps for one in step.actions}:
        service, _, name = action.partition(":")
        assert get_action_data(service, name), action


def test_the_actions_that_know_a_boundary_are_those_of_aws() -> None:
    """Which actions come with `iam:PermissionsBoundary` is said by the Service Authorization Reference."""
    found = set()
    for action in get_actions_for_service("iam"):
        known = get_action_data("iam", action.partition(":")[2])
        assert isinstance(known, dict)
        if any("iam:PermissionsBoundary" in one["condition_keys"] for one in known["iam"]):
            found.add(action.lower())
    assert found == BOUNDED | PERHAPS_BOUNDED


@st.composite
def of_identity(draw: Any, effect: str | None = None) -> Said:
    """One statement about the small world, as an identity's policy has it."""
    return {key: value for key, value in draw(statements(effect)).items() if "Principal" not in key}


MANY = st.lists(of_identity(), min_size=1, max_size=2)
SEND = (Escalation(name="sends", steps=(Step(actions=("q:send", "q:read"), on="anything"),), source="here"),)
WHO = {"aws:PrincipalAccount": OURS, "aws:PrincipalArn": ME}
WORLD = [
    Asked("AWS", ME, OURS, action, resource, {**WHO, **{key: value for key, value in pairs if value is not None}})
    for action, resource in product(ACTIONS[:2], RESOURCES)
    for pairs in (list(zip(SAID, said, strict=True)) for said in product(*SAID.values()))
]


def small(said: list[Said], bound: list[Said]) -> Power:
    return Power(OURS, (ME,), read(policy(*said)), (), Boundary.of(read(policy(*bound)), (BOUND,)))


def lets(said: list[Said], asked: Asked) -> bool:
    return allows(policy(*({"Principal": "*", **one} for one in said)), asked)


@settings(max_examples=80)
@given(MANY, MANY)
def test_what_two_policies_both_allow_is_found(said: list[Said], bound: list[Said]) -> None:
    """Whatever of the small world both allow is said to be open; what is said to be is let through by both."""
    whole = small(said, bound)
    for asked in WORLD:
        context = {key.lower(): (value,) for key, value in asked.context.items()}
        request = Request(Principal(asked.kind, asked.name, asked.account), asked.action, (asked.resource,), context)
        assert (effective(whole, request) is Decision.ALLOW) == (lets(said, asked) and lets(bound, asked))
    shows = next((one for one in WORLD if lets(said, one) and lets(bound, one)), None)
    found = opened(whole, SEND)
    assert found or shows is None, shows
    for request in (request for one in found for request in one.requests):
        assert effective(whole, request) is Decision.ALLOW


@settings(max_examples=80)
@given(MANY, MANY, of_identity())
def test_one_allow_more_opens_and_one_deny_more_shuts(said: list[Said], bound: list[Said], more: Said) -> None:
    """Wherever it is added, to the policy or to the boundary: an Allow shuts nothing, a Deny opens nothing."""
    before = bool(opened(small(said, bound), SEND))
    for whole in (small([*said, more], bound), small(said, [*bound, more])):
        after = bool(opened(whole, SEND))
        assert after >= before if more["Effect"] == "Allow" else after <= before
