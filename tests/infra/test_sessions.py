"""A session of ours does all that one which botocore makes the usual way does, and shares nothing that changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore
import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.session import get_session

from infra.deploy import descriptions


def called_by(session: Any, event: str) -> list[Any]:
    """What is called when an event is told, in order."""
    emitter: EventAliaser = session.get_component("event_emitter")
    hooks: HierarchicalEmitter = emitter._emitter
    return list(hooks._handlers.prefix_search(emitter._alias_event_name(event)))


def names(called: list[Any]) -> list[str]:
    """What is called by name: a library may register a function of its own for each session that is made."""
    return [f"{one.__module__}.{getattr(one, '__qualname__', type(one).__qualname__)}" for one in called]


@pytest.fixture(params=["nothing", "before the first session", "after the first session"])
def library(request: pytest.FixtureRequest) -> Iterator[str]:
    """A library that asks botocore to call it for each session, as aws-lambda-powertools does, and when it came."""

    def initialize(session: Any) -> None:
        session.register("request-created", lambda **_: None)

    descriptions._handlers.cache_clear()
    if request.param == "after the first session":
        descriptions.session()
    if request.param != "nothing":
        botocore.register_initializer(initialize)
    yield request.param
    if request.param != "nothing":
        botocore.unregister_initializer(initialize)
    descriptions._handlers.cache_clear()


@pytest.mark.usefixtures("library")
def test_what_botocore_registers_for_every_session_is_registered_in_each_of_ours() -> None:
    first, second, usual = descriptions.session(), descriptions.session(), get_session()
    events = {event for event, *_ in BUILTIN_HANDLERS}
    assert len(events) > 50
    for event in events:
        assert names(called_by(first, event)) == names(called_by(second, event)) == names(called_by(usual, event)) != []


def test_what_is_registered_in_one_session_is_in_no_other() -> None:
    first, second = descriptions.session(), descriptions.session()

    def mine(**_: object) -> None:
        """Listens."""

    first.register("before-send.sts", mine)
    assert mine in called_by(first, "before-send.sts")
    assert mine not in called_by(second, "before-send.sts")
    assert mine not in called_by(descriptions.session(), "before-send.sts")
