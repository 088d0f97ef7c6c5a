"""What the commands ask of AWS, held against what the role that they act as may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fixtures.aws.permissions import action_of
from infra.deploy import connect
from infra.environment import load_environment
from infra.stacks import resolve_platform

# An object is looked for in a list; a bucket of ours by its head; a batch needs what one needs.
OTHERWISE = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "monitoring:DescribeAlarms": "cloudwatch:DescribeAlarms",
    "service-quotas:GetServiceQuota": "servicequotas:GetServiceQuota",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


@contextmanager
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Give the actions that IAM is asked about while the block runs."""
    found: set[str] = set()
    make: Callable[..., Any] = connect._client

    def hear(model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        action = action_of(service, model.name)
        found.add(OTHERWISE.get(action, action))

    def made(*given: Any) -> Any:
        client = make(*given)
        client.meta.events.register("before-call", hear)
        return client

    with monkeypatch.context() as patched:
        patched.setattr(connect, "_client", made)
        yield found
    found.discard("")


def refused(actions: set[str], environment: str) -> set[str]:
    """Give the actions that the role which deploys an environment may not do."""
    policies = resolve_platform(load_environment(environment)).resources()["DeployerRole"].properties["Policies"]
    named = [one["Action"] for policy in policies for one in policy["PolicyDocument"]["Statement"]]
    allowed = {name.lower() for one in named for name in ([one] if isinstance(one, str) else one)}
    return {action for action in actions if action.lower() not in allowed}
