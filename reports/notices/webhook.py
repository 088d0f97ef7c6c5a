"""Sends a message to the one address that it is given: JSON with a `text`, which Slack and most receivers take.

The address is a secret: it comes from the environment, and no message of ours has more of it than the host.
"""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Final
from urllib.parse import SplitResult, urlsplit

from reports.disk import RecordError
from reports.place import is_loopback

VARIABLE: Final = "TOUCHSTONE_WEBHOOK"
_SECONDS: Final = 10.0
_MOST: Final = 35_000  # characters; Slack takes 40,000


def address(text: str | None) -> SplitResult:
    """Return where to send to.

    Raises:
        RecordError: there is no address, or one that would send what is said in the clear.
    """
    if not text:
        raise RecordError(f"{VARIABLE}: expected the address of a webhook in this variable of the environment")
    try:
        found = urlsplit(text.strip())
        host, _ = found.hostname, found.port
    except ValueError as error:
        raise RecordError(f"{VARIABLE}: expected an address such as https://host/path") from error
    if not host or found.scheme not in {"https", "http"} or (found.scheme == "http" and not is_loopback(host)):
        raise RecordError(f"{VARIABLE}: expected an address such as https://host/path")
    return found


def send(to: SplitResult, text: str) -> None:
    """Send a message; nothing is followed to another place.

    Raises:
        RecordError: the receiver is not there, or does not take it.
    """
    body = json.dumps({"text": text[:_MOST]}).encode()
    path = to.path or "/"
    headers = {"Content-Type": "application/json", "User-Agent": "touchstone"}
    connection = _connection(to)
    try:
        connection.request("POST", f"{path}?{to.query}" if to.query else path, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise RecordError(f"{VARIABLE}: {to.hostname} could not be reached: {why or type(error).__name__}") from error
    finally:
        connection.close()
    if not 200 <= status < 300:  # noqa: PLR2004  what HTTP calls success
        raise RecordError(f"{VARIABLE}: {to.hostname} did not take the message: HTTP status {status}")


def _connection(to: SplitResult) -> http.client.HTTPConnection:
    host = to.hostname or ""
    if to.scheme == "http":
        return http.client.HTTPConnection(host, to.port, timeout=_SECONDS)
    return http.client.HTTPSConnection(host, to.port, timeout=_SECONDS, context=ssl.create_default_context())
