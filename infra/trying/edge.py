"""Where the edge is reached, as a person writes it: an address by which a token may travel."""

from __future__ import annotations

from urllib.parse import urlsplit

from infra.deploy.connect import is_loopback
from infra.deploy.endpoint import usable
from infra.errors import InputError

_PLAIN, _SAFE = "ws://", "wss://"


def usable_way(text: str) -> str:
    """Return an address of a WebSocket; without TLS only on this machine, because tokens are sent there.

    Raises:
        InputError: it is none, or one where a token could be read on the way.
    """
    scheme = next((one for one in (_PLAIN, _SAFE) if text.startswith(one)), None)
    if scheme is None:
        raise InputError("--websocket: expected an address such as wss://ws.example.com or ws://127.0.0.1:5000")
    there = usable(text.replace("ws", "http", 1), "--websocket")
    if urlsplit(there).path not in ("", "/"):
        raise InputError("--websocket: expected an address without a path")
    if scheme == _PLAIN and not is_loopback(there):
        raise InputError("--websocket: expected wss:// for anything but this machine: a token is sent there")
    return text
