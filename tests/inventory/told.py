"""One resource, read from answers that a test writes down by operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fixtures.aws.answers import Answer
from fixtures.aws.found import Found
from fixtures.aws.ledger import Source
from fixtures.aws.looking import Look
from fixtures.aws.reading import read
from fixtures.aws.registry import ROWS
from tests.inventory.conftest import AT

SOURCE = Source(text="kept", read_at=AT)


def _as_it_is(_operation: str, _page: dict[str, Any]) -> None:
    """Let an answer be what it is."""


def told_of(
    cfn_type: str, answers: Mapping[str, Any], examine: Callable[[str, dict[str, Any]], None] = _as_it_is
) -> Found:
    """Read the one resource of a type that the answers tell of; ``examine`` sees each before it is read."""

    def ask(_service: str, operation: str, _asked: Mapping[str, Any]) -> Answer:
        page = dict(answers[operation])
        examine(operation, page)
        return Answer((page,), SOURCE)

    [found] = read(Look(ask, lambda: AT), [ROWS[cfn_type]])
    assert isinstance(found, Found)
    return found
