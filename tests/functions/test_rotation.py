"""A secret is renewed in four steps: the value alone, the edge told before it counts, and no line that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from infra.functions import rotation
from infra.functions.shared import edge
from infra.functions.shared.clients import client
from tests.functions.cloud import failing, make_secret
from tests.functions.conftest import Written
from tests.functions.shapes import context

ALIAS = "ws.dev.touchstone.example"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
OLD = "o" * 64


@pytest.fixture(autouse=True)
def origin(monkeypatch: pytest.MonkeyPatch) -> str:
    arn = make_secret(OLD, header="X-Origin-Verify")
    monkeypatch.setenv("ORIGIN_SECRET_ARN", arn)
    monkeypatch.setenv("EDGE_ALIAS", ALIAS)
    return arn


def begin(arn: str, *, enabled: bool = True, staged: bool = True) -> str:
    """Begin a rotation as Secrets Manager does; return the id of the version that is to be made."""
    version = str(uuid4())
    secret = {"RotationEnabled": enabled, "VersionIdsToStages": {version: ["AWSPENDING"]} if staged else {}}
    _described.setdefault(arn, {}).update(secret)
    return version


_described: dict[str, dict[str, Any]] = {}


@pytest.fixture(autouse=True)
def rotating(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Before createSecret AWS stages a version without a value, which nobody but its own scheduler can."""
    real = client("secretsmanager").describe_secret

    def describe(SecretId: str) -> dict[str, Any]:  # noqa: N803
        found: dict[str, Any] = real(SecretId=SecretId)
        said = _described.get(SecretId, {"RotationEnabled": False, "VersionIdsToStages": {}})
        stages = said["VersionIdsToStages"] | found["VersionIdsToStages"]
        return found | {"RotationEnabled": said["RotationEnabled"], "VersionIdsToStages": stages}

    monkeypatch.setattr(client("secretsmanager"), "describe_secret", describe)
    yield
    _described.clear()


def step(arn: str, version: str, name: str) -> None:
    event = {"SecretId": arn, "ClientRequestToken": version, "Step": name, "RotationToken": "x"}
    assert rotation.handler(event, context()) is None


def value_at(arn: str, stage: str) -> dict[str, Any]:
    found = client("secretsmanager").get_secret_value(SecretId=arn, VersionStage=stage)
    said: dict[str, Any] = json.loads(found["SecretString"])
    return said


@pytest.fixture
def distribution() -> Iterator[str]:
    made = client("cloudfront").create_distribution(DistributionConfig=config())["Distribution"]
    yield made["Id"]
    remove(made["Id"])


def config(header: str = "X-Origin-Verify", alias: str = ALIAS) -> dict[str, Any]:
    headers = [{"HeaderName": "X-Other", "HeaderValue": "kept"}, {"HeaderName": header, "HeaderValue": OLD}]
    secret = {"Quantity": 2, "Items": headers}
    api = {"Id": "api", "DomainName": "ws-origin.example", "CustomHeaders": secret}
    pages = {"Id": "pages", "DomainName": "pages.example", "CustomHeaders": {"Quantity": 0}}
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return {
        "CallerReference": str(uuid4()),
        "Aliases": {"Quantity": 1, "Items": [alias]},
        "Origins": {"Quantity": 2, "Items": [one | {"CustomOriginConfig": custom} for one in (api, pages)]},
        "DefaultCacheBehavior": {"TargetOriginId": "api", "ViewerProtocolPolicy": "https-only"},
        "Comment": "",
        "Enabled": True,
    }


def remove(distribution: str) -> None:
    """Switch a distribution off and delete it: one that is on is not deleted."""
    found = client("cloudfront").get_distribution_config(Id=distribution)
    off = {**found["DistributionConfig"], "Enabled": False}
    etag = client("cloudfront").update_distribution(Id=distribution, IfMatch=found["ETag"], DistributionConfig=off)[
        "ETag"
    ]
    client("cloudfront").delete_distribution(Id=distribution, IfMatch=etag)


def sent_by(distribution: str) -> dict[str, dict[str, str]]:
    origins = client("cloudfront").get_distribution_config(Id=distribution)["DistributionConfig"]["Origins"]["Items"]
    return {
        origin["Id"]: {item["HeaderName"]: item["HeaderValue"] for item in origin["CustomHeaders"].get("Items", [])}
        for origin in origins
    }


def test_the_value_alone_is_renewed_and_each_step_may_come_twice(written: Written) -> None:
    arn = make_secret(OLD, algorithm="HS512")
    version = begin(arn)
    for name in STEPS:
        step(arn, version, name)
        step(arn, version, name)
    fresh = value_at(arn, "AWSCURRENT")
    assert set(fresh) == {"algorithm", "value"}
    assert fresh["algorithm"] == "HS512"
    assert len(fresh["value"]) == 64
    assert fresh["value"].isalnum()
    assert value_at(arn, "AWSPREVIOUS")["value"] == OLD
    assert written.metrics["SecretsRotated"] == 1
    assert fresh["value"] not in written.text
    assert written.lines[0]["correlation_id"] == version


def test_the_edge_sends_the_value_before_it_is_the_current_one(
    origin: str, distribution: str, written: Written
) -> None:
    version = begin(origin)
    step(origin, version, "createSecret")
    with pytest.raises(edge.EdgeError, match="not the pending value"):
        step(origin, version, "testSecret")
    step(origin, version, "setSecret")
    fresh = value_at(origin, "AWSPENDING")["value"]
    assert sent_by(distribution) == {"api": {"X-Other": "kept", "X-Origin-Verify": fresh}, "pages": {}}
    assert value_at(origin, "AWSCURRENT")["value"] == OLD
    etag = client("cloudfront").get_distribution_config(Id=distribution)["ETag"]
    step(origin, version, "setSecret")
    assert client("cloudfront").get_distribution_config(Id=distribution)["ETag"] == etag, "nothing more to tell"
    step(origin, version, "testSecret")
    step(origin, version, "finishSecret")
    assert value_at(origin, "AWSCURRENT") == {"header": "X-Origin-Verify", "value": fresh}
    assert fresh not in written.text
    assert OLD not in written.text


def test_an_edge_that_is_not_there_yet_is_said_and_is_fine(origin: str, written: Written) -> None:
    version = begin(origin)
    for name in STEPS:
        step(origin, version, name)
    assert value_at(origin, "AWSCURRENT")["value"] != OLD
    told = [line for line in written.lines if line["level"] == "WARNING"]
    assert [line["alias"] for line in told] == [ALIAS, ALIAS]


def test_another_secret_is_none_of_the_edges_business(distribution: str) -> None:
    arn = make_secret(OLD, header="x-api-key")
    version = begin(arn)
    for name in STEPS:
        step(arn, version, name)
    assert sent_by(distribution)["api"]["X-Origin-Verify"] == OLD


def test_the_edge_is_changed_only_as_it_was_read(origin: str, distribution: str) -> None:
    """AWS refuses a change of what somebody else changed meanwhile; the mock cloud takes whatever it is told."""
    version, said = begin(origin), list[Any]()
    step(origin, version, "createSecret")
    read = client("cloudfront").get_distribution_config(Id=distribution)["ETag"]
    events = client("cloudfront").meta.events
    hear = "provide-client-params.cloudfront.UpdateDistribution"
    events.register_first(hear, lambda params, **_: said.append(params["IfMatch"]), unique_id=hear)
    step(origin, version, "setSecret")
    events.unregister(hear, unique_id=hear)
    assert said == [read]


@pytest.mark.parametrize("operation", ["ListDistributions", "GetDistributionConfig", "UpdateDistribution"])
def test_an_error_of_the_edge_is_an_error(origin: str, distribution: str, operation: str) -> None:
    version = begin(origin)
    step(origin, version, "createSecret")
    with failing("cloudfront", operation, "denied"), pytest.raises(ClientError, match="AccessDenied"):
        step(origin, version, "setSecret")
    assert value_at(origin, "AWSCURRENT")["value"] == OLD
    assert sent_by(distribution)["api"]["X-Origin-Verify"] == OLD


def test_no_origin_is_told_that_did_not_know_the_header(origin: str) -> None:
    made = client("cloudfront").create_distribution(DistributionConfig=config("X-Another"))["Distribution"]["Id"]
    version = begin(origin)
    step(origin, version, "createSecret")
    with pytest.raises(edge.EdgeError, match="no origin has the header"):
        step(origin, version, "setSecret")
    assert sent_by(made)["api"] == {"X-Other": "kept", "X-Another": OLD}
    remove(made)


def test_what_is_no_rotation_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="rotation is not enabled"):
        step(origin, begin(origin, enabled=False), "createSecret")
    with pytest.raises(ValueError, match="not staged as AWSPENDING"):
        step(origin, begin(origin, staged=False), "createSecret")
    with pytest.raises(ValueError, match="Step"):
        step(origin, begin(origin), "deleteSecret")
    assert value_at(origin, "AWSCURRENT")["value"] == OLD


def test_a_value_that_is_too_short_is_not_let_through(origin: str) -> None:
    version = begin(origin)
    client("secretsmanager").put_secret_value(
        SecretId=origin, ClientRequestToken=version, SecretString='{"value": "short"}', VersionStages=["AWSPENDING"]
    )
    with pytest.raises(ValueError, match="shorter than 64"):
        step(origin, version, "testSecret")
