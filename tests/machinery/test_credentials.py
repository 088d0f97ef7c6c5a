"""What is random, or is named as a credential, is told from what people write, and is never repeated."""

from __future__ import annotations

import string
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suites.controls.credentials import credential_in

WORDS = st.sampled_from(["touchstone", "dev", "prod", "connections", "Queue", "Cache", "Origin", "eu", "2026", "v2"])
NAMES = st.lists(st.sampled_from(["API", "DB", "QUEUE", "EVENTS", "LIVE"]), min_size=1, max_size=3)
CREDENTIALS = st.sampled_from(
    ["SECRET", "PASSWORD", "PASSWD", "TOKEN", "API_KEY", "APIKEY", "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIALS"]
)
SPELLINGS: list[Any] = [
    "_".join,
    lambda words: "_".join(words).lower(),
    lambda words: "-".join(words).lower(),
    lambda words: "".join(word.replace("_", " ").title().replace(" ", "") for word in words),
]
PLACES = st.sampled_from(
    [
        "arn:aws:secretsmanager:us-east-1:111111111111:secret:touchstone-dev-api-keys-AbCdEf",
        "arn:aws-us-gov:ssm:us-gov-west-1:111111111111:parameter/key",
        "${ApiKeysSecret}",
        "https://keys.example.com/api",
        "",
    ]
)


def generated(seed: int) -> str:
    """A secret as Secrets Manager and others make it: letters of both cases and digits, mixed."""
    random = Random(seed)  # noqa: S311  the same ones in each run
    signs = string.ascii_letters + string.digits + ["", "+/", "-_"][seed % 3]
    kinds = [string.ascii_lowercase, string.ascii_uppercase, string.digits]
    found = [random.choice(kind) for kind in kinds] + random.choices(signs, k=random.randint(21, 61))
    random.shuffle(found)
    return "".join(found)


@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("key=", " "), ("https://api.example.com/", "/"), ("{'k': '", "'}")]
)
def test_a_generated_secret_is_seen_whatever_it_is_called(before: str, after: str) -> None:
    for seed in range(500):
        secret = generated(seed)
        why = credential_in("QUIET_NAME", before + secret + after)
        assert why is not None, secret
        assert secret not in why


@given(NAMES, CREDENTIALS, st.sampled_from(SPELLINGS), st.text(min_size=1).filter(lambda text: "{{" not in text))
def test_what_is_named_as_a_credential_is_one(words: list[str], last: str, spelled: Any, value: str) -> None:
    why = credential_in(spelled([*words, last]), value)
    assert why is not None


@given(NAMES, CREDENTIALS, st.sampled_from(SPELLINGS), PLACES)
def test_where_a_credential_is_kept_is_none(words: list[str], last: str, spelled: Any, place: str) -> None:
    assert credential_in(spelled([*words, last]), place) is None
    assert credential_in(spelled([*words, last, "ARN"]), place) is None


@given(st.lists(WORDS, min_size=1, max_size=6), st.sampled_from(["-", "_", "/", ".", ":", " "]))
def test_what_people_write_is_none(words: list[str], between: str) -> None:
    assert credential_in("PLAIN", between.join(words)) is None


@given(st.sampled_from(["secretsmanager:a:SecretString:value", "ssm-secure:/a/b", "secretsmanager:${Secret}"]))
def test_a_reference_that_aws_fills_in_is_one(reference: str) -> None:
    assert credential_in("PLAIN", f"x {{{{resolve:{reference}}}}}") is not None
    assert credential_in("PLAIN", "{{resolve:ssm:/public/version}}") is None
