"""What a credential looks like where none may be: told by its name, by its form, or because it looks random."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

from fixtures.aws.dynamic import REFERENCE
from infra.redaction import looks_secret

_NAMES: Final = re.compile(
    r"(?:^|_)(?:SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|TOKEN|CREDENTIALS?|(?:API|ACCESS|PRIVATE|SECRET|SIGNING)_?KEYS?)$"
)
_BETWEEN_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
# Where something stands and not what it is: an ARN, an address without a password, what another resource is called.
_PLACE: Final = re.compile(r"arn:\S+:\S+|[a-z][a-z0-9+.-]*://\S+|\$\{[^}]+\}")
_RUN: Final = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
_MIXED: Final = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
# Of the places between two signs: random ones change their kind in four of ten, what people write seldom in one.
_OFTEN: Final = 0.12
_BITS: Final = 3.7  # a sign: 24 random letters and digits have 4 or more


def credential_in(name: str, value: str) -> str | None:
    """Say why the value of a variable is taken for a credential, without repeating it; None: it is taken for none."""
    kept = [match[1] for match in REFERENCE.finditer(value) if match[1] != "ssm"]
    if kept:
        return f"is filled in with a value of {' and '.join(sorted(set(kept)))}"
    if looks_secret(value):
        return "has the form of a credential"
    if value and _NAMES.search(_snake(name)) and not _PLACE.fullmatch(value):
        return "is named as a credential and holds a value"
    if any(_looks_random(run[0]) for run in _RUN.finditer(value)):
        return "looks like a random value"
    return None


def _snake(name: str) -> str:
    return _BETWEEN_WORDS.sub("_", name).upper()


def _looks_random(run: str) -> bool:
    """Say whether letters of both cases and digits stand mixed as no person writes them."""
    kinds = (str.isupper, str.islower, str.isdigit)
    if not all(any(map(kind, run)) for kind in kinds):
        return False
    if len(_MIXED.findall(run)) < _OFTEN * len(run):
        return False
    counts = Counter(run).values()
    return -sum(count / len(run) * math.log2(count / len(run)) for count in counts) >= _BITS
