"""Which version an alias leads to, and what is counted of each invocation."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.mock_cloud.account import Account
from tests.mock_cloud.running import ask, make_function, packed, total

VERSION = "import os\ndef handler(event, context): return [os.environ['AWS_LAMBDA_FUNCTION_VERSION'], {}]"
EMF = """
    import json, time
    def handler(event, context):
        print("no metric")
        print('{"_aws": broken')
        print(json.dumps({
            "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [{
                "Namespace": "Own", "Dimensions": [["service"]],
                "Metrics": [{"Name": "Pushed", "Unit": "Count"}, {"Name": "Spent", "Unit": "Milliseconds"}]}]},
            "service": "push", "Pushed": [1, 2], "Spent": 7.5}))
"""


def published(account: Account) -> None:
    """Version 1 and version 2, each with code of its own, and the alias `live` to version 1."""
    client = account.client("lambda")
    make_function(account, VERSION.format(1))
    client.publish_version(FunctionName="f")
    client.update_function_code(FunctionName="f", ZipFile=packed(VERSION.format(2)))
    client.publish_version(FunctionName="f")
    client.create_alias(FunctionName="f", Name="live", FunctionVersion="1")


def test_versions_keep_their_own_code(account: Account) -> None:
    published(account)
    client = account.client("lambda")
    client.update_function_code(FunctionName="f", ZipFile=packed(VERSION.format(3)))
    answers = [ask(account, f"f{qualifier}") for qualifier in (":1", ":2", ":live", "")]
    assert [one.payload for one in answers] == [["1", 1], ["2", 2], ["1", 1], ["$LATEST", 3]]
    assert [one.version for one in answers] == ["1", "2", "1", "$LATEST"]


def test_an_alias_shares_its_calls_by_weight(account: Account) -> None:
    published(account)
    account.client("lambda").update_alias(
        FunctionName="f", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}}
    )
    told = [ask(account, "f:live") for _ in range(20)]
    versions = [one.version for one in told]
    assert [one.payload[0] for one in told] == versions
    assert set(versions) == {"1", "2"}
    for version in ("1", "2"):
        named = {"FunctionName": "f", "Resource": "f:live", "ExecutedVersion": version}
        assert total(account, "AWS/Lambda", "Invocations", **named) == versions.count(version)
    account.client("lambda").update_alias(
        FunctionName="f", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}}
    )
    assert {ask(account, "f:live").version for _ in range(5)} == {"2"}


def test_each_invocation_is_counted(account: Account) -> None:
    make_function(account, "def handler(event, context): return 1 / event")
    for event in (1, 0, 2):
        ask(account, "f", event)
    account.client("lambda").put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError):
        ask(account, "f", 1)
    named: list[dict[str, Any]] = [{}, {"FunctionName": "f"}, {"FunctionName": "f", "Resource": "f"}]
    for dimensions in named:
        sums = [total(account, "AWS/Lambda", name, **dimensions) for name in ("Invocations", "Errors")]
        assert sums == [3, 1]
        assert (total(account, "AWS/Lambda", "Throttles", **dimensions) or 0) >= 1  # boto3 has tried again
        assert (total(account, "AWS/Lambda", "Duration", "Maximum", **dimensions) or 0) > 0


def test_metrics_that_are_printed_are_counted(account: Account) -> None:
    make_function(account, EMF)
    ask(account, "f")
    assert total(account, "Own", "Pushed", service="push") == 3
    assert total(account, "Own", "Spent", "Average", service="push") == 7.5
    assert total(account, "Own", "Pushed") is None
