"""How tests say what somebody may do and what he never may, in few words."""

from __future__ import annotations

from typing import Any, Final

from fixtures.judging.access.powers import Power
from fixtures.judging.access.statements import read
from fixtures.judging.access.targets import Boundary
from tests.access.small_world import OURS, Document

ME: Final = f"arn:aws:iam::{OURS}:role/x"
BOUND: Final = f"arn:aws:iam::{OURS}:policy/ours-bound"
Said = dict[str, Any]


def policy(*said: Said) -> Document:
    return {"Version": "2012-10-17", "Statement": [{"Sid": str(number), **one} for number, one in enumerate(said)]}


def may(action: str | list[str], resource: str | list[str] = "*", condition: Said | None = None, **more: Any) -> Said:
    whole = {"Effect": "Allow", "Action": action, "Resource": resource} | more
    for word in ("Action", "Resource"):
        if f"Not{word}" in more:
            del whole[word]
    return whole | ({"Condition": condition} if condition else {})


def never(action: str | list[str], resource: str | list[str] = "*", condition: Said | None = None, **more: Any) -> Said:
    return may(action, resource, condition, Effect="Deny", **more)


def power(*said: Said, bound: tuple[Said, ...] = (), attached: tuple[str, ...] = ()) -> Power:
    boundary = Boundary.of(read(policy(*bound)), (BOUND, "${Boundary}")) if bound else None
    return Power(OURS, (ME, "${Role.Arn}"), read(policy(*said)), attached, boundary)


ALL = may("*")
OTHERS, OF_OURS = f"arn:aws:iam::{OURS}:role/somebody", f"arn:aws:iam::{OURS}:role/ours-*"
IS_BOUND = {"StringEquals": {"iam:PermissionsBoundary": BOUND}}
NOT_BOUND = {"StringNotEquals": {"iam:PermissionsBoundary": BOUND}}
TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
