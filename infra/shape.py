"""The shape a template must have before anything in it is resolved."""

from __future__ import annotations

import re
from typing import Any

from infra.intrinsics import IntrinsicError
from infra.source import Path

_SECTIONS = {
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions",
    "Resources", "Outputs",
}  # fmt: skip
_RESOURCE_KEYS = {
    "Type", "Properties", "DependsOn", "Condition", "Metadata", "DeletionPolicy", "UpdateReplacePolicy",
    "CreationPolicy", "UpdatePolicy",
}  # fmt: skip
_POLICIES = {"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"}
_TYPE = re.compile(r"[A-Za-z0-9]+(::[A-Za-z0-9]+){2,}")
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]{1,255}")


def check_shape(data: Any) -> None:
    """Refuse what CloudFormation would refuse to parse, and every section that is not supported here."""
    if not isinstance(data, dict):
        raise IntrinsicError("expected a template: an object with Resources", ())
    for key, value in data.items():
        if key == "Transform":
            raise IntrinsicError("Transform is not supported: macros are not expanded here", (key,))
        if key not in _SECTIONS:
            raise IntrinsicError(f"unknown section {key!r}: expected one of {', '.join(sorted(_SECTIONS))}", (key,))
        if not isinstance(value, dict) and key not in ("AWSTemplateFormatVersion", "Description", "Metadata"):
            raise IntrinsicError(f"{key}: expected an object", (key,))
    if not data.get("Resources"):
        raise IntrinsicError("Resources: expected at least one resource", ("Resources",))
    for logical_id, resource in data["Resources"].items():
        _check_resource(logical_id, resource)


def _check_resource(logical_id: str, resource: Any) -> None:
    path: Path = ("Resources", logical_id)
    if not _LOGICAL_ID.fullmatch(logical_id):
        raise IntrinsicError(f"{logical_id!r}: expected a logical id of letters and digits", path)
    if not isinstance(resource, dict) or not _TYPE.fullmatch(str(resource.get("Type", ""))):
        raise IntrinsicError(f"{logical_id}: expected an object with a Type such as AWS::SQS::Queue", path)
    for key in resource:
        if key not in _RESOURCE_KEYS:
            raise IntrinsicError(f"{logical_id}: unknown key {key!r}", (*path, key))
    if not isinstance(resource.get("Properties") or {}, dict):
        raise IntrinsicError(f"{logical_id}.Properties: expected an object", (*path, "Properties"))
    for key in ("DeletionPolicy", "UpdateReplacePolicy"):
        if resource.get(key, "Delete") not in _POLICIES:
            raise IntrinsicError(f"{logical_id}.{key}: expected one of {', '.join(sorted(_POLICIES))}", (*path, key))
