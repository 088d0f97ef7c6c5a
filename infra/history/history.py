"""The deployments' history of one environment, in its evidence bucket: entries are added, and none is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.errors import InputError
from infra.history.entry import Entry, digest, read

_ENTRIES: Final = "deployments/"
_TEMPLATES: Final = "templates/"
_TEXTS: Final = 1000


@dataclass(frozen=True, slots=True)
class History:
    """Reads and adds to the history; ``s3`` is boto3's client."""

    s3: Any
    bucket: str

    def add(self, entry: Entry, templates: Mapping[str, str]) -> None:
        """Add an entry, after the texts of the templates that it names."""
        there = set(self._keys(_TEMPLATES))
        for text in templates.values():
            key = f"{_TEMPLATES}{digest(text)}.yaml"
            if key not in there:
                self._put(key, text.encode(), "application/yaml")
                there.add(key)
        self._put(f"{_ENTRIES}{entry.id}.json", entry.model_dump_json(indent=1).encode(), "application/json")

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, the first one first."""
        for key in sorted(self._keys(_ENTRIES)):
            yield read(self._get(key), f"s3://{self.bucket}/{key}")

    def template(self, wanted: str) -> str:
        """Return the text of a template by its digest.

        Raises:
            InputError: it is not what the digest says.
        """
        key = f"{_TEMPLATES}{wanted}.yaml"
        text = self._get(key).decode()
        if digest(text) != wanted:
            raise InputError(f"s3://{self.bucket}/{key}: expected a text with this digest, found {digest(text)}")
        return text

    def _keys(self, prefix: str) -> Iterator[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix, PaginationConfig={"PageSize": _TEXTS}
        )
        yield from (one["Key"] for page in pages for one in page.get("Contents", ()))

    def _get(self, key: str) -> bytes:
        try:
            found: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            raise InputError(f"s3://{self.bucket}/{key}: is not there") from None
        return found

    def _put(self, key: str, body: bytes, kind: str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=kind, IfNoneMatch="*")


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
