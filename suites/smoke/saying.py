"""What a smoke test ends in, in one line: what was expected and what was found, or why it could not look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from infra.errors import TouchstoneError


class MissedError(AssertionError):
    """The platform did something else than what was expected of it."""


class CannotTellError(TouchstoneError):
    """It could not be looked, or what has to be there before it was not: nothing was seen to pass or to fail."""


def expect(held: object, expected: str, found: object) -> None:
    """Raise MissedError unless it held."""
    if not held:
        raise MissedError(f"expected {expected}; found {found}")


@contextmanager
def needed(what: str) -> Iterator[None]:
    """Within the block stands what another test tries: if it fails here, this one cannot be told."""
    try:
        yield
    except MissedError as error:
        raise CannotTellError(f"needs {what}: {error}") from error
