"""A client of the platform: it says one thing at a time, and keeps what is pushed to it in between."""

from __future__ import annotations

import json
import time
from typing import Any, Final

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from suites.smoke.saying import MissedError, expect

_ANSWER: Final = "status"
_LONGEST_SHOWN: Final = 300


class Client:
    """An open socket. ``wait`` is how many seconds an answer or an alert may take."""

    def __init__(self, socket: ClientConnection, wait: float) -> None:
        self._socket = socket
        self._wait = wait
        self._pushed: list[dict[str, Any]] = []

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the platform chose."""
        return self._socket.subprotocol

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request and return its answer. Raises MissedError where none comes in time."""
        self._send(json.dumps(request))
        ends = time.monotonic() + self._wait
        while True:
            heard = self._hear(ends, f"an answer to {request['action']}")
            if _ANSWER in heard or "alert_id" not in heard:
                return heard
            self._pushed.append(heard)

    def subscribe(self, topic: str) -> None:
        """Listen to a topic."""
        answer = self.ask(action="subscribe", topic=topic)
        wanted = {"status": "subscribed", "topic": topic}
        expect(answer == wanted, f"the answer {wanted}", shown(answer))

    def history(self, topic: str, limit: int) -> dict[str, Any]:
        """Ask for the history of a topic and return the page as it is. Raises MissedError for any other answer."""
        answer = self.ask(action="query", topic=topic, limit=limit)
        sound = answer.get("status") == "ok" and answer.get("topic") == topic and "before" in answer
        expect(sound and isinstance(answer.get("alerts"), list), f"a page of the history of {topic}", shown(answer))
        return answer

    def alert(self, event_id: str) -> dict[str, Any]:
        """Return the alert of an event when it is pushed."""
        ends = time.monotonic() + self._wait
        while True:
            for heard in self._pushed:
                if heard.get("event_id") == event_id:
                    return heard
            self._pushed.append(self._hear(ends, f"the alert of event {event_id}"))

    def _send(self, text: str) -> None:
        try:
            self._socket.send(text)
        except ConnectionClosed as error:
            raise MissedError(f"expected an open socket; found it closed: {error}") from error

    def _hear(self, ends: float, what: str) -> dict[str, Any]:
        try:
            text = self._socket.recv(timeout=max(0.0, ends - time.monotonic()))
        except TimeoutError:
            raise MissedError(f"expected {what}; found none: waited {self._wait:g} s for it") from None
        except ConnectionClosed as error:
            raise MissedError(f"expected {what}; found the socket closed: {error}") from error
        try:
            heard = json.loads(text)
        except ValueError:
            heard = None
        if not isinstance(heard, dict):
            raise MissedError(f"expected {what}, a JSON object; found {shown(text)}")
        return heard


def shown(value: object) -> str:
    """Write what was heard, short enough for a line."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
