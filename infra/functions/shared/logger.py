"""JSON lines with a correlation id, in which no token and no secret is ever written."""

from __future__ import annotations

import json
import re
from collections import deque
from typing import Any, Final

from aws_lambda_powertools import Logger

HIDDEN: Final = "[hidden]"
_SHORTEST = 8  # hiding a shorter text would hide half of every line
_MOST = 64
# A token, and what a presigned address or a query string ends in: none is logged on purpose, a library might.
_LOOKS_SECRET = re.compile(
    r"eyJ[\w-]{4,}\.[\w-]*(?:\.[\w-]*)?"
    r"|(?i:(?<=token=)|(?<=password=)|(?<=x-amz-signature=)|(?<=x-amz-credential=)|(?<=x-amz-security-token=))"
    r"[^\s&,;\"']+"
)

_tokens: deque[str] = deque(maxlen=_MOST)
_secrets: set[str] = set()


def conceal(token: str) -> None:
    """Let the next lines show no token; of those that are named the newest are kept, for anybody may send many."""
    if len(token) >= _SHORTEST and token not in _tokens:
        _tokens.append(token)


def conceal_for_good(secret: str) -> None:
    """Let no later line of this process show a secret of ours; however many tokens come, it stays hidden."""
    if len(secret) >= _SHORTEST:
        _secrets.add(secret)


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {_shown(key): _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    for secret in (*_secrets, *_tokens):
        text = text.replace(secret, HIDDEN)
    return _LOOKS_SECRET.sub(HIDDEN, text)


def one_line(log: Any) -> str:
    """Write one log entry as JSON, without what is secret."""
    return json.dumps(_shown(log), separators=(",", ":"))


logger: Final = Logger(json_serializer=one_line, utc=True, use_rfc3339=True)
