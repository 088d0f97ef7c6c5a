"""Texts that no file can hold, written so that one can."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

LOOKED_AT: Final = object()
"""The context of a validation of data that is known to be storable: no model of it looks again."""

Count = Annotated[int, Field(strict=True, ge=0)]
"""How many: a whole number, and no text or boolean that could be read as one."""


def _as_a_text(said: Any) -> Any:
    if isinstance(said, datetime) or (isinstance(said, str) and "T" in said):
        return said
    raise ValueError("expected a date and a time, not a number of seconds")


Moment = Annotated[AwareDatetime, BeforeValidator(_as_a_text)]
"""An instant as it is written: nothing that could be read as one, such as a number."""


def storable(value: Any) -> Any:
    r"""Give plain data in which half a surrogate pair, which no file can hold, is written out as ``\ud800``."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="backslashreplace").decode()
    if isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list | tuple) else value


def is_ascii(data: Any) -> bool:
    """Say whether all texts are plain, as nearly all are: every model looks, so the look has to be cheap."""
    waiting = [data]
    for value in waiting:  # which grows meanwhile
        kind = type(value)
        if kind is str:
            if not value.isascii():
                return False
        elif kind is dict:
            waiting.extend(value)
            waiting.extend(value.values())
        elif kind is list or kind is tuple:
            waiting.extend(value)
        elif _HOLD_TEXTS[kind]:
            return False  # of a kind of its own: it is written out in full
    return True


class _HoldTexts(dict[type, bool]):
    def __missing__(self, kind: type) -> bool:
        self[kind] = holds = issubclass(kind, str | Mapping | list | tuple) and not issubclass(kind, Enum)
        return holds


_HOLD_TEXTS: Final = _HoldTexts()


class _Model(BaseModel):
    @model_validator(mode="before")
    @classmethod
    def _storable(cls, data: Any, info: ValidationInfo) -> Any:
        return data if info.context is LOOKED_AT or is_ascii(data) else storable(data)


class Strict(_Model):
    """A part of a record that has nothing but what stands here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Open(_Model):
    """A part of a record to which whoever writes it may add."""

    model_config = ConfigDict(frozen=True, extra="allow")
