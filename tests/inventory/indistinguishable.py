"""What AWS could have answered: no reader of answers can know that it did not."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path


@cache
def _entries() -> tuple[tuple[re.Pattern[str], str], ...]:
    content = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return tuple((re.compile(entry["change"]), entry["source"]) for entry in content["indistinguishable"])


def source_of(name: str) -> str | None:
    """Give the source by which AWS could have given a changed answer; None where it could not."""
    return next((source for pattern, source in _entries() if pattern.fullmatch(name)), None)
