"""A message that cannot be processed is kept, not lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck
from checkov.common.models.enums import CheckCategories, CheckResult


class DeadLetters(BaseResourceCheck):  # type: ignore[misc]  # checkov's classes have no types
    """A queue either hands on what it cannot deliver, or is where other queues hand it to, and says so."""

    def __init__(self) -> None:
        super().__init__(
            name="A queue has a dead-letter queue, or declares itself to be one",
            id="CKV_TS_2",
            categories=[CheckCategories.BACKUP_AND_RECOVERY],
            supported_resources=["AWS::SQS::Queue"],
        )

    def scan_resource_conf(self, conf: Mapping[str, Any]) -> CheckResult:
        """Judge one queue."""
        properties = conf.get("Properties") or {}
        target = _get(properties.get("RedrivePolicy"), "deadLetterTargetArn")
        permission = _get(properties.get("RedriveAllowPolicy"), "redrivePermission")
        kept = bool(target) or permission in ("allowAll", "byQueue")
        return CheckResult.PASSED if kept else CheckResult.FAILED


def _get(policy: Any, key: str) -> Any:
    return policy.get(key) if isinstance(policy, Mapping) else None


check = DeadLetters()
