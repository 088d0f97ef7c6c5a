"""Objects in the evidence bucket: each is written once, and read whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from infra.errors import InputError

_KEYS: Final = 1000


@dataclass(frozen=True, slots=True)
class Objects:
    """What lies in a bucket; ``s3`` is boto3's client."""

    s3: Any
    bucket: str

    def place(self, key: str) -> str:
        """Say where an object lies, as people do."""
        return f"s3://{self.bucket}/{key}"

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix, PaginationConfig={"PageSize": _KEYS}
        )
        yield from (one["Key"] for page in pages for one in page.get("Contents", ()))

    def get(self, key: str) -> bytes:
        """Read one; raises InputError where it is not there."""
        try:
            found: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            raise InputError(f"{self.place(key)}: is not there") from None
        return found

    def put(self, key: str, body: bytes, kind: str) -> None:
        """Add one, unless there is one of this key."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=kind, IfNoneMatch="*")
