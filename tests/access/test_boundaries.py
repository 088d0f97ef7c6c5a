"""Whether a boundary lets out, roles are handed on by name, and actions are named: policies whose answer is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from fixtures.judging.access.escalating import escalations
from fixtures.judging.access.powers import Power, handed, opened, unnamed
from fixtures.judging.access.statements import read
from fixtures.judging.access.targets import Boundary
from tests.access.saying import (
    ALL,
    BOUND,
    IS_BOUND,
    NOT_BOUND,
    OF_OURS,
    OTHERS,
    TO_LAMBDA,
    Said,
    may,
    never,
    policy,
    power,
)
from tests.access.small_world import OURS

ON_ROLES = ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"]
SHUT: Final[Mapping[str, Said]] = {
    "roles": never(ON_ROLES, condition=NOT_BOUND),
    "policies": never(["iam:*PolicyVersion", "iam:DeletePolicy"]),
    "people": never([
        "iam:*User*", "iam:*Group*", "iam:*Key", "iam:*LoginProfile", "iam:*Credential", "iam:*Certificate",
    ]),
    "leaving": never("iam:DeleteRolePermissionsBoundary"),
    "trust": never("iam:UpdateAssumeRolePolicy", NotResource=OF_OURS),
}  # fmt: skip
# What is put in the place of a denial of a sound boundary; whether it still holds.
BOUNDARIES: tuple[tuple[str, str, Said | None, bool], ...] = (
    ("as it is", "roles", SHUT["roles"], True),
    ("none about roles", "roles", None, False),
    ("by another boundary", "roles", never(ON_ROLES, condition={
        "StringNotEquals": {"iam:PermissionsBoundary": f"arn:aws:iam::{OURS}:policy/another"},
    }), False),
    ("by any boundary", "roles", never(ON_ROLES, condition={
        "StringNotLike": {"iam:PermissionsBoundary": "arn:aws:iam::*:policy/*"},
    }), False),
    ("by a name that begins so", "roles", never(ON_ROLES, condition={
        "ArnNotLike": {"iam:PermissionsBoundary": f"arn:aws:iam::{OURS}:policy/ours-*"},
    }), False),
    ("by its reference", "roles", never(ON_ROLES, condition={
        "StringNotEquals": {"iam:PermissionsBoundary": "${Boundary}"},
    }), True),
    ("if it is said", "roles", never(ON_ROLES, condition={
        "StringNotEqualsIfExists": {"iam:PermissionsBoundary": BOUND},
    }), True),
    ("where one is said", "roles", never(ON_ROLES, condition={
        **NOT_BOUND, "Null": {"iam:PermissionsBoundary": "false"},
    }), False),
    ("of any value", "roles", never(ON_ROLES, condition={
        "ForAnyValue:StringNotEquals": {"iam:PermissionsBoundary": BOUND},
    }), False),
    ("the wrong way round", "roles", never(ON_ROLES, condition=IS_BOUND), False),
    ("on roles of another path", "roles", never(ON_ROLES, f"arn:aws:iam::{OURS}:role/a/*", NOT_BOUND), False),
    ("all that is not of ours", "roles", never(ON_ROLES, condition=NOT_BOUND, NotResource=OF_OURS), False),
    ("all but reading", "roles", never("", condition=NOT_BOUND, NotAction=["iam:Get*", "sts:*"]), True),
    ("all but making", "roles", never("", condition=NOT_BOUND, NotAction="iam:Create*"), False),
    ("an action by a wildcard", "roles", never("iam:?*Role*", condition=NOT_BOUND), True),
    ("one action fewer", "roles", never(ON_ROLES[1:], condition=NOT_BOUND), False),
    ("of itself alone", "policies", never(["iam:*PolicyVersion", "iam:DeletePolicy"], BOUND), False),
    ("of another policy", "policies", never("iam:*Policy*", f"arn:aws:iam::{OURS}:policy/another"), False),
    ("of all but itself", "policies", never("iam:*Policy*", NotResource=BOUND), False),
    ("leaves with TLS", "leaving", never("iam:DeleteRolePermissionsBoundary", condition={
        "Bool": {"aws:SecureTransport": "false"},
    }), False),
    ("leaves", "leaving", None, False),
    ("people", "people", None, False),
    ("of everybody", "trust", never("iam:UpdateAssumeRolePolicy", NotResource=f"arn:aws:iam::{OURS}:role/*"), False),
)  # fmt: skip


@pytest.mark.parametrize(
    ("what", "place", "said", "holds"), BOUNDARIES, ids=[f"{one[1]}: {one[0]}" for one in BOUNDARIES]
)
def test_boundaries_whose_answer_is_known(what: str, place: str, said: Said | None, *, holds: bool) -> None:
    """Whoever may do all that a boundary lets him gets out of it, or does not."""
    denials = [one for one in ({**SHUT, place: said}).values() if one is not None]
    boundary = Boundary.of(read(policy(ALL, *denials)), (BOUND, "${Boundary}"))
    asked = [one for one in escalations().ways if one.by_identity_alone]
    found = opened(Power(OURS, (), read(policy(ALL)), (), boundary), (*asked, *escalations().leaving), "ours-")
    assert bool(found) != holds, f"{what}: {[str(one) for one in found]}"


HANDED: tuple[tuple[str, Said, bool], ...] = (
    ("ours to Lambda", may("iam:PassRole", OF_OURS, TO_LAMBDA), False),
    ("one by reference to Lambda", may("iam:PassRole", "${Role.Arn}", TO_LAMBDA), False),
    ("any to Lambda", may("iam:PassRole", "*", TO_LAMBDA), True),
    ("any but one to Lambda", may("iam:PassRole", condition=TO_LAMBDA, NotResource=OTHERS), True),
    ("ours to any service", may("iam:PassRole", OF_OURS), True),
    ("ours, if it is said to whom", may("iam:PassRole", OF_OURS, {
        "StringEqualsIfExists": {"iam:PassedToService": "lambda.amazonaws.com"},
    }), True),
    ("ours to services that begin so", may("iam:PassRole", OF_OURS, {
        "StringLike": {"iam:PassedToService": "lambda.*"},
    }), True),
    ("ours to all but one service", may("iam:PassRole", OF_OURS, {
        "StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"},
    }), True),
    ("by a wildcard", may("iam:Pass*", OF_OURS, TO_LAMBDA), False),
    ("nothing", may("s3:GetObject"), False),
)  # fmt: skip


@pytest.mark.parametrize(("what", "said", "open_"), HANDED, ids=[one[0] for one in HANDED])
def test_roles_that_are_handed_on(what: str, said: Said, *, open_: bool) -> None:
    """A role of ours to a service by name is sound, and nothing else is."""
    assert bool(handed(power(said), "ours-")) == open_, what


NAMED: tuple[tuple[str, tuple[Said, ...], int], ...] = (
    ("by name", (may(["s3:GetObject", "S3:PutObject"]),), 0),
    ("a service", (may("s3:*"),), 1),
    ("a service by a question mark", (may("s3:?*"),), 1),
    ("everything", (may("*"),), 1),
    ("every service's everything", (may("*:*"),), 1),
    ("what begins so", (may("s3:Get*"),), 1),
    ("all but a name", (may("", NotAction="s3:GetObject"),), 1),
    ("all but everything", (may("", NotAction="*"),), 0),
    ("all on all but one thing, by name", (may("s3:GetObject", NotResource="arn:aws:s3:::x"),), 0),
    ("all, and all denied", (may("s3:*"), never("s3:*")), 0),
    ("all, and all denied somewhere", (may("s3:*"), never("s3:*", "arn:aws:s3:::x")), 1),
    ("all, and some of it denied", (may("s3:*"), never("s3:Get*")), 1),
)  # fmt: skip


@pytest.mark.parametrize(("what", "said", "count"), NAMED, ids=[one[0] for one in NAMED])
def test_actions_that_no_name_says(what: str, said: tuple[Said, ...], count: int) -> None:
    """An Allow that lets through an action without its name is found, by whichever pattern."""
    assert len(list(unnamed(read(policy(*said))))) == count, what
