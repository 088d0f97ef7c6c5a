"""One line of the deployments' history, and how it is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from infra.errors import InputError

ENTRIES: Final = "deployments/"
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Entry(BaseModel):
    """What was done to an environment: ``templates`` are digests by stack, ``parameters`` the environment's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}T[0-9]{12}Z-[a-z-]+$")]
    at: AwareDatetime
    by: str = Field(description="ARN of whoever did it")
    environment: str
    action: str = Field(description="deploy, rollback, shift, backup, restore, cutover, redrive, validate or smoke")
    done: bool = Field(description="it reached what was asked for")
    told: str = Field(description="what came of it, in one line")
    commit: str = Field(description="that it was done from; empty outside a checkout")
    templates: Mapping[str, Digest] = {}
    parameters: Mapping[str, bool | int | str] = {}
    restored: Mapping[str, str] = Field({}, description="parameters by which stacks use what a cutover restored")
    artefacts: Mapping[str, str] = {}
    held: bool = False
    changed: tuple[str, ...] = ()
    plan: Digest | None = Field(None, description="id of the plan that was approved: the SHA-256 of its file")

    @property
    def is_whole(self) -> bool:
        """Whether it says all that a deployment is made of."""
        return self.done and bool(self.templates) and bool(self.artefacts)

    @property
    def state(self) -> str:
        """Digest of all that a deployment is made of."""
        said = [dict(self.templates), dict(self.parameters), dict(self.artefacts)]
        said += [dict(self.restored)] if self.restored else []
        return together(said)


def id_of(moment: datetime, action: str) -> str:
    """Return the id of what is done at a moment: ids sort as moments do."""
    return f"{moment_id(moment)}-{action}"


def moment_id(moment: datetime) -> str:
    """Return a moment as ids say it."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}Z"


def read(text: bytes, where: str) -> Entry:
    """Read an entry; raises InputError, one line, for what is none."""
    try:
        return Entry.model_validate_json(text)
    except ValidationError as error:
        first: Any = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the document"
        raise InputError(f"{where}: {key}: {first['msg']}") from error


def together(said: object) -> str:
    """Return one digest of several things that JSON can say."""
    return digest(json.dumps(said, sort_keys=True))


def key_of(name: str) -> str:
    """Return the key of an entry by its id."""
    return f"{ENTRIES}{name}.json"


def read_at(key: str, text: bytes, where: str, environment: str) -> Entry:
    """Read the entry that lies at a key; raises InputError, one line, for what is none, or another's."""
    entry = read(text, where)
    if key_of(entry.id) != key:
        raise InputError(f"{where}: id: expected the key's own, found {entry.id}")
    if entry.environment != environment:
        raise InputError(f"{where}: environment: expected {environment}, found {entry.environment}")
    return entry


def digest(text: str) -> str:
    """Return a template's digest."""
    return hashlib.sha256(text.encode()).hexdigest()
