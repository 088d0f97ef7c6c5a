"""Resources that AWS makes of what stands beside them, once: their logical ids end in a digest of that.

A version is a copy of its function, a deployment one of the API's routes, and neither follows when its source changes.
With another id CloudFormation makes another one. ``python -m infra stamp`` writes the ids as they have to be.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from infra.errors import TemplateError
from infra.template import Template

VERSION: Final = "AWS::Lambda::Version"
DEPLOYMENT: Final = "AWS::ApiGatewayV2::Deployment"
# What a deployment has a copy of; stages, domains and mappings work without a new one.
DEPLOYED: Final = tuple(
    f"AWS::ApiGatewayV2::{name}" for name in ("Api", "Authorizer", "Integration", "Route", "RouteResponse")
)
_DIGITS = 8


def expected_ids(template: Template) -> Iterator[tuple[str, str]]:
    """Give each copy's logical id as it is, and as it has to be."""
    resources = template.section("Resources")
    for logical_id, resource in resources.items():
        copied = _copied(resource, resources)
        if copied is not None:
            yield logical_id, logical_id[:-_DIGITS] + _digest(copied)


def check_stamps(template: Template) -> None:
    """Refuse a template in which a copy is older than what it is a copy of.

    Raises:
        TemplateError: one line that names the resource and the id that it has to have.
    """
    for logical_id, expected in expected_ids(template):
        if logical_id != expected:
            line = template.source.line(("Resources", logical_id))
            raise TemplateError(
                f"{template.source.name}:{line}: {logical_id}: expected the id {expected}, "
                "because what it is a copy of has changed: run python -m infra stamp"
            )


def stamp(path: Path) -> tuple[str, ...]:
    """Write the ids of one template as they have to be; return those that are new."""
    text = path.read_text(encoding="utf-8")
    changed = [(old, new) for old, new in expected_ids(Template.parse(text, str(path))) if old != new]
    for old, new in changed:
        text = re.sub(rf"\b{re.escape(old)}\b", new, text)
    if changed:
        path.write_text(text, encoding="utf-8")
    return tuple(new for _, new in changed)


def _copied(resource: Mapping[str, Any], resources: Mapping[str, Any]) -> Any:
    if resource["Type"] == VERSION:
        return _function_of(resource, resources)
    if resource["Type"] == DEPLOYMENT:
        return {name: one for name, one in resources.items() if one["Type"] in DEPLOYED}
    return None


def _function_of(version: Mapping[str, Any], resources: Mapping[str, Any]) -> Any:
    """Return the function beside a version; None where it is named otherwise than by Ref."""
    named = version.get("Properties", {}).get("FunctionName")
    name = named.get("Ref") if isinstance(named, dict) else None
    return resources.get(name) if isinstance(name, str) else None


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:_DIGITS]
