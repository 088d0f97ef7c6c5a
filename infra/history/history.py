"""The deployments' history of one environment, in its evidence bucket: entries are added, and none is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from infra.errors import InputError
from infra.history.entry import ENTRIES, Entry, digest, key_of, read_at
from infra.history.objects import Objects

_TEMPLATES: Final = "templates/"


@dataclass(frozen=True, slots=True)
class History:
    """Reads and adds to the history."""

    objects: Objects
    environment: str

    def add(self, entry: Entry, templates: Mapping[str, str]) -> None:
        """Add an entry, after the texts of the templates that it names."""
        there = set(self.objects.keys(_TEMPLATES))
        for text in templates.values():
            key = f"{_TEMPLATES}{digest(text)}.yaml"
            if key not in there:
                self.objects.put(key, text.encode(), "application/yaml")
                there.add(key)
        self.objects.put(key_of(entry.id), entry.model_dump_json(indent=1).encode(), "application/json")

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, the first one first; raises InputError for one that is none, or another environment's."""
        for key in sorted(self.objects.keys(ENTRIES)):
            yield read_at(key, self.objects.get(key), self.objects.place(key), self.environment)

    def template(self, wanted: str) -> str:
        """Return the text of a template by its digest.

        Raises:
            InputError: it is not what the digest says.
        """
        key = f"{_TEMPLATES}{wanted}.yaml"
        text = self.objects.get(key).decode()
        if digest(text) != wanted:
            raise InputError(f"{self.objects.place(key)}: expected a text with this digest, found {digest(text)}")
        return text


def find(entries: list[Entry], wanted: str) -> Entry:
    """Return the deployment to go back to: by its id, or the last whole one that was made of something else.

    Raises:
        InputError: there is none.
    """
    whole = [entry for entry in entries if entry.is_whole]
    if wanted != "previous":
        found = [entry for entry in whole if entry.id == wanted]
        if not found:
            known = ", ".join(entry.id for entry in whole[-5:]) or "none is known"
            raise InputError(f"--to {wanted}: expected previous, or a deployment that reached its end: {known}")
        return found[0]
    now = whole[-1].state if whole else ""
    for entry in reversed(whole):
        if entry.state != now:
            return entry
    raise InputError("--to previous: expected a deployment before the last one that was made of something else")
