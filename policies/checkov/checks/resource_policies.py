"""Who may use an endpoint, a queue or a topic is said, and it is never simply everyone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck
from checkov.common.models.enums import CheckCategories, CheckResult

_WITH_POLICY = ("Gateway", "Interface")


class EndpointPolicy(BaseResourceCheck):  # type: ignore[misc]  # checkov's classes have no types
    """An endpoint without a policy of its own lets everything through, to any account's buckets and tables."""

    def __init__(self) -> None:
        super().__init__(
            name="A VPC endpoint has a policy that is narrower than everything for everyone",
            id="CKV_TS_3",
            categories=[CheckCategories.IAM],
            supported_resources=["AWS::EC2::VPCEndpoint"],
        )

    def scan_resource_conf(self, conf: Mapping[str, Any]) -> CheckResult:
        """Judge one endpoint; the kinds that cannot carry a policy are left alone."""
        properties = conf.get("Properties") or {}
        if properties.get("VpcEndpointType", "Gateway") not in _WITH_POLICY:
            return CheckResult.UNKNOWN
        statements = list(_statements(properties.get("PolicyDocument")))
        unlimited = any(_admits_everyone(one) and "*" in _list(one.get("Action")) for one in statements)
        return CheckResult.FAILED if unlimited or not statements else CheckResult.PASSED


class ClosedQueuesAndTopics(BaseResourceCheck):  # type: ignore[misc]  # checkov's classes have no types
    """A queue or topic that admits everyone without a condition takes messages from any account in the world."""

    def __init__(self) -> None:
        super().__init__(
            name="No policy of a queue or topic admits everyone without a condition",
            id="CKV_TS_4",
            categories=[CheckCategories.IAM],
            supported_resources=["AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"],
        )

    def scan_resource_conf(self, conf: Mapping[str, Any]) -> CheckResult:
        """Judge one policy."""
        statements = list(_statements((conf.get("Properties") or {}).get("PolicyDocument")))
        opened = any(_admits_everyone(one) for one in statements)
        return CheckResult.FAILED if opened or not statements else CheckResult.PASSED


def _statements(document: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(document, Mapping):
        yield from (one for one in _list(document.get("Statement")) if isinstance(one, Mapping))


def _admits_everyone(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    named = _list(principal.get("AWS")) if isinstance(principal, Mapping) else _list(principal)
    return statement.get("Effect") == "Allow" and "*" in named and not statement.get("Condition")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


endpoint_policy = EndpointPolicy()
closed_queues_and_topics = ClosedQueuesAndTopics()
