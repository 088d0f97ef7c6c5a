"""Small functions of the tests' own, and how they are made and asked in an account of the mock cloud."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from typing import Any

from tests.mock_cloud.account import Account

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}  # fmt: skip
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class Answered:
    """What Invoke answers."""

    status: int
    error: str | None
    version: str | None
    payload: Any


def packed(source: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", dedent(source))
    return archive.getvalue()


def make_role(account: Account, name: str, policy: dict[str, Any] = EVERYTHING, **more: Any) -> str:
    iam = account.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), **more)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
    return str(role["Arn"])


def make_function(account: Account, source: str, name: str = "f", **more: Any) -> str:
    role = more.pop("Role", None) or make_role(account, f"role-of-{name}")
    settings = {"Runtime": "python3.13", "Handler": "index.handler", "Timeout": 10, **more}
    made = account.client("lambda").create_function(
        FunctionName=name, Role=role, Code={"ZipFile": packed(source)}, **settings
    )
    return str(made["FunctionArn"])


def ask(account: Account, name: str, event: Any = None, **options: Any) -> Answered:
    found = account.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), **options)
    body = found["Payload"].read()
    return Answered(
        found["StatusCode"], found.get("FunctionError"), found.get("ExecutedVersion"), json.loads(body or "null")
    )


def log_of(account: Account, group: str) -> list[str]:
    """What stands in a group; nothing where nobody has made it yet."""
    logs = account.client("logs")
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    return [one["message"] for one in logs.filter_log_events(logGroupName=group)["events"]]


def tell(endpoint: str, **what: Any) -> dict[str, Any]:
    """Tell the mock cloud something that is no operation of AWS's."""
    with urllib.request.urlopen(f"{endpoint}/touchstone/runtime", json.dumps(what).encode()) as answer:  # noqa: S310
        told: dict[str, Any] = json.load(answer)
    return told


def total(account: Account, space: str, name: str, statistic: str = "Sum", **dimensions: str) -> float | None:
    """A statistic of what was counted under exactly these dimensions; nothing where nothing was."""
    now = datetime.fromtimestamp(tell(account.endpoint)["now"], UTC)  # other tests may have put it forward
    found = account.client("cloudwatch").get_metric_statistics(
        Namespace=space, MetricName=name, StartTime=now - timedelta(days=1), EndTime=now + timedelta(hours=1),
        Period=864_000, Statistics=[statistic],
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
    )["Datapoints"]  # fmt: skip
    return found[0][statistic] if found else None
