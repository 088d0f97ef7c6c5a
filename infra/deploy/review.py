"""The review: what a change set would do to a stack, in terms a person can approve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import ConfigDict


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One resource of a change set; ``replacement`` is AWS's word (True, False, Conditional) for a Modify."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")  # where a plan is read

    action: str
    logical_id: str
    type: str
    replacement: str
    properties: tuple[str, ...]

    @classmethod
    def read(cls, change: Mapping[str, Any]) -> ResourceChange:
        """Read one change as ``DescribeChangeSet`` gives it."""
        resource = change["ResourceChange"]
        targets = (detail.get("Target", {}) for detail in resource.get("Details", []))
        names = [target.get("Name") or target.get("Attribute", "") for target in targets]
        return cls(
            action=resource["Action"],
            logical_id=resource["LogicalResourceId"],
            type=resource["ResourceType"],
            replacement=resource.get("Replacement", "") if resource["Action"] == "Modify" else "",
            properties=tuple(sorted({name for name in names if name})),
        )

    @property
    def loses_data(self) -> bool:
        """Whether the resource as it is now goes away."""
        return self.action == "Remove" or self.replacement in ("True", "Conditional")


@dataclass(frozen=True, slots=True)
class Review:
    """What would happen to one stack; no changes means that nothing is to be executed."""

    stack: str
    stack_name: str
    creates: bool
    change_set: str
    changes: tuple[ResourceChange, ...]
