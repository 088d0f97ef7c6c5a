"""A member that cannot be takes with it what it tells, and what it decides: no more, and no less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from fixtures.aws.doubts import doubt
from fixtures.aws.found import Found
from tests.inventory.told import told_of

ARN = "arn:aws:lambda:us-east-1:111111111111:function:f"
LISTED = {"FunctionName": "f", "FunctionArn": ARN, "Runtime": "python3.13"}


def found(cfn_type: str, answers: Mapping[str, Any]) -> Found:
    """Read one resource of Lambda from answers that are held against botocore's model, as the gateway holds them."""
    from botocore.session import get_session  # noqa: PLC0415  it takes 0.2 s to import

    model = get_session().get_service_model("lambda")

    def examine(operation: str, page: dict[str, Any]) -> None:
        assert doubt(model.operation_model(operation).output_shape, page) is None

    return told_of(cfn_type, answers, examine)


def function(**configuration: Any) -> Found:
    details = {"Configuration": {**LISTED, "State": "Active", **configuration}}
    return found("AWS::Lambda::Function", {"ListFunctions": {"Functions": [LISTED]}, "GetFunction": details})


def test_a_word_that_nobody_knows_and_that_decides_nothing_is_no_doubt_about_the_resource() -> None:
    """AWS's reasons grow in number; which state a function is in is told beside them."""
    one = function(LastUpdateStatusReasonCode="SomethingNew")
    assert (one.broken, one.state, one.properties["Runtime"]) == (None, "Active", "python3.13")


@pytest.mark.parametrize("reason", [{}, {"StateReasonCode": "SomethingNew"}])
def test_a_state_that_cannot_be_is(reason: dict[str, str]) -> None:
    broken = function(State=7, **reason).broken
    assert broken is not None
    assert "Configuration.State" in broken.detail


@pytest.mark.parametrize(("end", "sound"), [("", False), (":$LATEST", True), (":live", True)])
def test_settings_of_a_function_that_do_not_say_of_which_version_are_not_believed(end: str, sound: bool) -> None:  # noqa: FBT001
    settings = {"FunctionEventInvokeConfigs": [{"FunctionArn": f"{ARN}{end}", "MaximumRetryAttempts": 1}]}
    one = found(
        "AWS::Lambda::EventInvokeConfig",
        {"ListFunctions": {"Functions": [LISTED]}, "ListFunctionEventInvokeConfigs": settings},
    )
    assert (one.broken is None) is sound
    assert not sound or one.properties["Qualifier"] == end[1:]
