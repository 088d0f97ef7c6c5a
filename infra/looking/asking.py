"""Questions to AWS: an answer has what AWS always says, or it is said that it could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.deploy.connect import ClientOf, one_line
from infra.environment import Environment
from infra.errors import EndpointError, UntoldError


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks about one environment; ``now`` is the moment by which ages and beginnings are reckoned."""

    environment: Environment
    client_of: ClientOf
    now: datetime

    def answer(self, service: str, operation: str, member: str, **asked: Any) -> dict[str, Any]:
        """Return one answer, which has a member; ``operation`` is boto3's name.

        Raises:
            UntoldError: the call is refused or fails, or the answer has no such member.
        """
        client = self.client_of(service)
        name = _name(client, service, operation)
        with _untold(name):
            said: dict[str, Any] = getattr(client, operation)(**asked)
        _member(said, member, name)
        return said

    def pages(self, service: str, operation: str, member: str, **asked: Any) -> Iterator[list[Any]]:
        """Yield a member of each page; errors as of :meth:`answer`, whichever page they are of."""
        client = self.client_of(service)
        name = _name(client, service, operation)
        with _untold(name):
            pages = iter(client.get_paginator(operation).paginate(**asked))
        while True:
            with _untold(name):
                page = next(pages, None)
            if page is None:
                return
            yield _member(page, member, name)

    def all(self, service: str, operation: str, member: str, **asked: Any) -> list[Any]:
        """Return what all pages have."""
        return [one for page in self.pages(service, operation, member, **asked) for one in page]


def _name(client: Any, service: str, operation: str) -> str:
    return f"{service}:{client.meta.method_to_api_mapping[operation]}"


def _member(said: Any, member: str, name: str) -> Any:
    if member not in said:
        raise UntoldError(f"{name}: the answer has no {member}")
    return said[member]


@contextmanager
def _untold(name: str) -> Iterator[None]:
    try:
        with one_line(name):
            yield
    except EndpointError as error:
        raise UntoldError(str(error)) from error
