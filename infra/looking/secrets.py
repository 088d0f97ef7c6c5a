"""When each secret was changed last, and when it will be; never what it is."""

from __future__ import annotations

from functools import partial
from typing import Final

from infra.looking.asking import Asking
from infra.looking.declared import SECRETS, Resource, declared
from infra.looking.found import Fact, Facts, Parts, facts

_SECRET: Final = (
    Fact("rotation is on", "RotationEnabled", always=False),
    Fact("every (days)", "RotationRules.AutomaticallyAfterDays", always=False),
    Fact("last rotated", "LastRotatedDate", always=False),
    Fact("next", "NextRotationDate", always=False),
    Fact("last changed", "LastChangedDate", always=False),
    Fact("stages", "VersionIdsToStages.*[]"),
)


def parts(asking: Asking) -> Parts:
    """Return what is read of each secret; raises InputError where their stack is not deployed."""
    return {secret.short: partial(_read, asking, secret) for secret in declared(asking, SECRETS)}


def _read(asking: Asking, secret: Resource) -> Facts:
    told = asking.answer("secretsmanager", "describe_secret", "Name", SecretId=secret.id)
    found = facts(_SECRET, told, "secretsmanager:DescribeSecret")
    return found | {"rotation is on": bool(found["rotation is on"])}  # AWS leaves it out of one that never had it
