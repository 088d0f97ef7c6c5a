"""An endpoint as a person writes it: a URL that can be called, or one line that says what was expected."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from infra.errors import InputError

_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")
_LONGEST = 253
_EXAMPLE = "expected a URL such as http://127.0.0.1:5000"


def usable(text: str, said_by: str) -> str:
    """Return an endpoint that can be called; ``said_by`` is the option or the variable that names it.

    Raises:
        InputError: it is no URL with a scheme, a host and nothing that is secret. What is secret is not repeated.
    """
    complaint = _complaint(text)
    if complaint:
        raise InputError(f"{said_by}: {complaint}, got {_without_secrets(text)}")
    return text


def _complaint(text: str) -> str | None:
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return f"{_EXAMPLE}, without spaces or control characters"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        return f"{_EXAMPLE}: {_reason(error)}"
    checks = (
        ("@" in text, ", without a user or a password in it"),
        (parts.scheme not in ("http", "https"), ""),
        (port == 0 or parts.netloc.endswith(":"), ", with a port from 1 to 65535 or none"),
        (not _is_host(parts), ", with the name or the address of a host"),
        (bool(parts.query or parts.fragment) or text.endswith(("?", "#")), ", without a query or a fragment"),
    )
    return next((f"{_EXAMPLE}{rest}" for wrong, rest in checks if wrong), None)


def _reason(error: ValueError) -> str:
    """Say what is wrong without the words that were read: they may hold a password."""
    return "the port is no number from 1 to 65535" if "ort" in str(error) else "the host cannot be read"


def _is_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if ":" in host or host.replace(".", "").isdigit():
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return "%" not in host
    return len(host) <= _LONGEST and _HOST.fullmatch(host) is not None


def _without_secrets(text: str) -> str:
    """Return an endpoint as it may be shown: what stands before an @ or after a ? is left out."""
    if not text:
        return "nothing"
    public = f"***@{text.rpartition('@')[2]}" if "@" in text else text
    return repr(public.partition("?")[0][:80])
