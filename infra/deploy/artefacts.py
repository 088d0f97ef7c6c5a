"""Brings what the functions are made of into the artefact bucket, unless it is there: a name says what is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.artefacts import archive_parameters, code_archive
from infra.errors import ArtefactError


@dataclass(frozen=True, slots=True)
class Artefacts:
    """The archive of our own code, and how the one of its libraries is had when it is wanted."""

    code: bytes
    layer: Callable[[], bytes]

    @classmethod
    def built(cls, layer: Callable[[], bytes]) -> Artefacts:
        """Pack our code as it is now."""
        return cls(code_archive(), layer)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of templates that name the archives."""
        return archive_parameters(self.code)

    def bring(self, s3: Any, bucket: str) -> tuple[str, ...]:
        """Upload what the bucket does not have; return the keys of that.

        Raises:
            ArtefactError: the layer is wanted and has not been built.
        """
        keys = self.parameters
        archives: Mapping[str, Callable[[], bytes]] = {
            keys["FunctionsCodeKey"]: lambda: self.code,
            keys["LayerKey"]: self.layer,
        }
        missing = tuple(key for key in archives if not _is_there(s3, bucket, key))
        for key in missing:
            s3.put_object(Bucket=bucket, Key=key, Body=archives[key](), ChecksumAlgorithm="SHA256")
        return missing


@dataclass(frozen=True, slots=True)
class Stored:
    """What an earlier deployment brought: the names of its archives, which the bucket still has to have."""

    parameters: dict[str, str]

    def bring(self, s3: Any, bucket: str) -> tuple[str, ...]:
        """Upload nothing.

        Raises:
            ArtefactError: the bucket does not have one of them any more.
        """
        for key in self.parameters.values():
            if not _is_there(s3, bucket, key):
                raise ArtefactError(
                    f"s3://{bucket}/{key}: is not there any more: deploy from the commit it was made of"
                )
        return ()


def _is_there(s3: Any, bucket: str, key: str) -> bool:
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
    return any(one["Key"] == key for one in listed.get("Contents", ()))
