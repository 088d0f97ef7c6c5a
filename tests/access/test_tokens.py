"""Whose token of an identity provider gets in: trust policies whose answer is known."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.judging.access.asking import uninvited
from fixtures.judging.access.evaluate import Decision, decide
from fixtures.judging.access.statements import read

GITHUB = "token.actions.githubusercontent.com"
US, AGAIN = "repo:us@1/ours@2:environment:prod", "repo:us@1/ours@2:environment:dev"
STS = {f"{GITHUB}:aud": "sts.amazonaws.com"}
Tests = dict[str, dict[str, Any]]
# A trust policy's condition, and whether others than US and AGAIN get in, and with a token for another audience.
KNOWN: tuple[tuple[str, Tests, bool, bool], ...] = (
    ("none", {}, True, True),
    ("by both", {"StringEquals": {f"{GITHUB}:sub": US, **STS}}, False, False),
    ("by both, as patterns without a wildcard", {"StringLike": {f"{GITHUB}:sub": US, **STS}}, False, False),
    ("by two repositories", {"StringEquals": {f"{GITHUB}:sub": [US, AGAIN], **STS}}, False, False),
    ("by one of somebody else", {"StringEquals": {f"{GITHUB}:sub": [US, "repo:x@3/y@4:z"], **STS}}, True, False),
    ("by audience", {"StringEquals": STS}, True, False),
    ("by repository", {"StringEquals": {f"{GITHUB}:sub": US}}, False, True),
    ("by what begins so", {"StringLike": {f"{GITHUB}:sub": "repo:us@1/*", **STS}}, True, False),
    ("by a pattern of one sign", {"StringLike": {f"{GITHUB}:sub": f"{US[:-1]}?", **STS}}, True, False),
    ("in letters of any size", {"StringEqualsIgnoreCase": {f"{GITHUB}:sub": US}, "StringEquals": STS}, True, False),
    ("not by one", {"StringNotEquals": {f"{GITHUB}:sub": US}, "StringEquals": STS}, True, False),
    ("if it is said", {"StringEqualsIfExists": {f"{GITHUB}:sub": US, **STS}}, False, False),
    ("of all values", {"ForAllValues:StringEquals": {f"{GITHUB}:sub": US, **STS}}, False, False),
    ("that it is said", {"Null": {f"{GITHUB}:sub": "false"}, "StringEquals": STS}, True, False),
    ("by its owner", {"StringEquals": {f"{GITHUB}:repository_owner": "us", **STS}}, True, False),
)  # fmt: skip


@pytest.mark.parametrize("provider", [f"arn:aws:iam::111111111111:oidc-provider/{GITHUB}", "${GitHubProvider}"])
@pytest.mark.parametrize(("what", "tests", "others", "elsewhere"), KNOWN, ids=[one[0] for one in KNOWN])
def test_tokens_whose_answer_is_known(provider: str, what: str, tests: Tests, *, others: bool, elsewhere: bool) -> None:
    """Who gets in is shown by a request that the policy lets through."""
    document = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Federated": provider},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"], **({"Condition": tests} if tests else {}),
    }]}  # fmt: skip
    asked = (("sub", (US, AGAIN), others), ("aud", ("sts.amazonaws.com",), elsewhere))
    for claim, invited, gets_in in asked:
        found = uninvited(document, "111111111111", f"{GITHUB}:{claim}", invited)
        assert bool(found) == gets_in, f"{what}: {claim}: {found}"
        assert all(decide(read(document), way.request) is Decision.ALLOW for way in found)
