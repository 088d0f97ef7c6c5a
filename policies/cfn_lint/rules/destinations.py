"""Where messages go is named by an ARN: the Ref of a queue is a URL, the Ref of a function its name.

cfn-lint 1.58 accepts both for a subscription and for a dead-letter queue; CloudFormation refuses them on deployment,
and a URL that it does accept drops messages.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, ClassVar

from cfnlint.helpers import is_function
from cfnlint.jsonschema import ValidationError
from cfnlint.rules.helpers import get_value_from_path
from cfnlint.rules.jsonschema.CfnLintKeyword import CfnLintKeyword

_BY_ARN = ("sqs", "lambda", "firehose")


def _values(validator: Any, instance: Any, *path: str) -> Iterator[tuple[Any, Any]]:
    """Yield every value that can stand at a path, with the validator that knows under which conditions."""
    for written, place in get_value_from_path(validator, instance, deque(path)):
        if written is None:
            continue
        if not is_function(written)[0]:
            yield written, place
            continue
        found = [value for value, _, error in place.resolve_value(written) if error is None]
        yield from ((value, place) for value in found or [written])


def _is_no_arn(validator: Any, value: Any) -> bool:
    if isinstance(value, str):
        return not value.startswith(("arn:", "{{resolve:"))
    function, argument = is_function(value)
    if function != "Ref":
        return False
    # The Ref of a topic is its ARN; that of a queue is a URL, that of a function its name.
    return validator.cfn.get_resources().get(argument, {}).get("Type") in ("AWS::SQS::Queue", "AWS::Lambda::Function")


def _objection(rule: CfnLintKeyword, value: Any, place: Any, name: str) -> Any:
    message = f"{name} can be {value!r}: expected an ARN, such as GetAtt Queue.Arn"
    return ValidationError(message, rule=rule, path_override=place.context.path.path)


class SubscriptionEndpointIsArn(CfnLintKeyword):  # type: ignore[misc]  # cfn-lint's classes are not followed
    """A subscription of a queue, a function or a stream names it by its ARN."""

    id = "E9103"
    shortdesc = "A subscription names a queue or function by its ARN"
    description = "With the protocols sqs, lambda and firehose, Endpoint is an ARN"
    tags: ClassVar = ["touchstone", "sns"]

    def __init__(self) -> None:
        super().__init__(["Resources/AWS::SNS::Subscription/Properties"])

    def validate(self, validator: Any, _: Any, instance: Any, schema: Any) -> Iterator[Any]:  # noqa: ARG002
        """Judge one subscription; called by cfn-lint."""
        for protocol, branch in _values(validator, instance, "Protocol"):
            if protocol not in _BY_ARN:
                continue
            at_top = branch.evolve(context=branch.context.evolve(path=validator.context.path))
            for value, place in _values(at_top, instance, "Endpoint"):
                if _is_no_arn(validator, value):
                    yield _objection(self, value, place, "Endpoint")


class DeadLetterTargetIsArn(CfnLintKeyword):  # type: ignore[misc]  # cfn-lint's classes are not followed
    """A queue or subscription names its dead-letter queue by its ARN."""

    id = "E9104"
    shortdesc = "A dead-letter queue is named by its ARN"
    description = "deadLetterTargetArn is an ARN, not the URL that Ref gives"
    tags: ClassVar = ["touchstone", "sqs", "sns"]

    def __init__(self) -> None:
        super().__init__([f"Resources/{kind}/Properties" for kind in ("AWS::SQS::Queue", "AWS::SNS::Subscription")])

    def validate(self, validator: Any, _: Any, instance: Any, schema: Any) -> Iterator[Any]:  # noqa: ARG002
        """Judge one queue or subscription; called by cfn-lint."""
        for value, place in _values(validator, instance, "RedrivePolicy", "deadLetterTargetArn"):
            if _is_no_arn(validator, value):
                yield _objection(self, value, place, "deadLetterTargetArn")
