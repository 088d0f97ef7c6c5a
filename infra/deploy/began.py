"""What a deployment found when it began: whoever else changes a stack meanwhile is noticed before it is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.deploy.approval import versions_of
from infra.errors import DeployError

Described = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Began:
    """The stacks of an environment as AWS described them, by stack."""

    described: Mapping[str, Described]

    def refuse_another(self) -> None:
        """Refuse to begin beside another deployment.

        Raises:
            DeployError: something is under way in a stack of the environment.
        """
        for found in self.described.values():
            status = "" if found is None else found["StackStatus"]
            if found is not None and status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
                raise DeployError(f"{found['StackName']}: {status}: somebody else is changing it; nothing was begun")

    def refuse_changed(self, stack: str, name: str, now: Described) -> None:
        """Refuse a stack that is not the one that was found.

        Raises:
            DeployError: somebody made, changed or removed it after this deployment had begun.
        """
        if versions_of({stack: now}) != versions_of({stack: self.described[stack]}):
            raise DeployError(f"{name}: somebody else has changed it since this deployment began: plan and deploy anew")


def outputs_in(found: Mapping[str, Any] | None) -> dict[str, str]:
    """Return a stack's outputs by name, as DescribeStacks tells of it; none of a stack that is not there."""
    return {output["OutputKey"]: output["OutputValue"] for output in (found or {}).get("Outputs", [])}
