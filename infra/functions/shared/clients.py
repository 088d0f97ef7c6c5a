"""One client of each service a process, made when it is first asked for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import boto3
from botocore.config import Config

# A function has 30 s: a call that hangs must leave time to say so.
CONFIG: Final = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@lru_cache(maxsize=1)
def session() -> Any:
    """Return who this process is, and in which region; AWS's own variables say both."""
    return boto3.Session()


@lru_cache
def client(service: str) -> Any:
    """Return the process's client of a service; AWS's own variables say where that is."""
    return session().client(service, config=CONFIG)
