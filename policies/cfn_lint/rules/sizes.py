"""A size that is asked for exists in the region: a misspelt one fails only after minutes of deployment.

cfn-lint knows the sizes (E3025, E3647) but judges plain text alone, and a replication group's nodes not at all. Here
its own lists are held against every value that a parameter, a map or a branch of a condition can give.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from cfnlint.helpers import is_function
from cfnlint.jsonschema import ValidationError
from cfnlint.rules.helpers import get_value_from_path
from cfnlint.rules.jsonschema.CfnLintKeyword import CfnLintKeyword

_DATA = "cfnlint.data.schemas.extensions"


@cache
def _sizes(file: str, prefix: str, region: str) -> frozenset[str] | None:
    """Return the sizes that AWS sells in a region, or None where cfn-lint has no list of them."""
    schemas = _schemas(file)
    return frozenset(_listed(schemas[region], prefix)) if region in schemas else None


@cache
def _schemas(file: str) -> dict[str, Any]:
    folder, name = file.split("/")
    data: dict[str, Any] = json.loads((files(f"{_DATA}.{folder}") / name).read_text(encoding="utf-8"))
    return data


def _listed(schema: Any, prefix: str) -> Iterator[str]:
    """Yield the text inside every enumeration, whichever engine or licence it is for."""
    if isinstance(schema, dict):
        for value in schema.values():
            yield from _listed(value, prefix)
    elif isinstance(schema, list):
        for value in schema:
            yield from _listed(value, prefix)
    elif isinstance(schema, str) and schema.startswith(prefix):
        yield schema


def _objections(rule: CfnLintKeyword, validator: Any, instance: Any) -> Iterator[Any]:
    for written, place in get_value_from_path(validator, instance, deque([rule.property_name])):
        reached = place.resolve_value(written) if is_function(written)[0] else [(written, place, None)]
        for value, _, error in reached:
            for region in validator.context.regions:
                sizes = _sizes(rule.file, rule.prefix, region)
                if error is None and isinstance(value, str) and sizes is not None and value not in sizes:
                    message = f"{rule.property_name} can be {value!r}, which does not exist in {region!r}"
                    yield ValidationError(message, rule=rule, path_override=place.context.path.path)


class CacheNodeTypeExists(CfnLintKeyword):  # type: ignore[misc]  # cfn-lint's classes are not followed
    """E3647 covers clusters of one node, and neither parameters nor maps."""

    id = "E9101"
    shortdesc = "The size of a cache node exists"
    description = "Every value that CacheNodeType can take is a size that AWS sells in the region"
    tags: ClassVar = ["touchstone", "elasticache"]
    property_name = "CacheNodeType"
    file, prefix = "aws_elasticache_cachecluster/cachenodetype_enum.json", "cache."

    def __init__(self) -> None:
        kinds = ("ReplicationGroup", "CacheCluster", "GlobalReplicationGroup")
        super().__init__([f"Resources/AWS::ElastiCache::{kind}/Properties" for kind in kinds])

    def validate(self, validator: Any, _: Any, instance: Any, schema: Any) -> Iterator[Any]:  # noqa: ARG002
        """Judge one resource's properties; called by cfn-lint."""
        yield from _objections(self, validator, instance)


class DatabaseClassExists(CfnLintKeyword):  # type: ignore[misc]  # cfn-lint's classes are not followed
    """E3025 gives up on a class that stands behind a function."""

    id = "E9102"
    shortdesc = "The size of a database exists"
    description = "Every value that DBInstanceClass can take is a size that AWS sells in the region"
    tags: ClassVar = ["touchstone", "rds"]
    property_name = "DBInstanceClass"
    file, prefix = "aws_rds_dbinstance/dbinstanceclass_enum.json", "db."

    def __init__(self) -> None:
        super().__init__(["Resources/AWS::RDS::DBInstance/Properties"])

    def validate(self, validator: Any, _: Any, instance: Any, schema: Any) -> Iterator[Any]:  # noqa: ARG002
        """Judge one resource's properties; called by cfn-lint."""
        yield from _objections(self, validator, instance)
