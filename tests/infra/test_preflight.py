"""Before a deployment everything that would make it fail is named with what to do, and nothing is taken for granted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.mock_cloud.process import running
from fixtures.mock_cloud.types.awslambda import zipped
from fixtures.tiers.prepared import make_hosted_zone, stand_in
from infra import __main__ as command
from infra import artefacts
from infra.deploy.checked import Verdict
from infra.deploy.connect import ClientOf, client, connect
from infra.deploy.connect import clients as clients_at
from infra.deploy.leftovers import NAMES
from infra.deploy.preflight import Preflight
from infra.deploy.removal import GOES_WITH_ANOTHER
from infra.deploy.stacks import Stacks
from infra.environment import Environment, load_environment
from infra.stacks import Platform, resolve_platform

DEV = load_environment("dev")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with running() as cloud:
        yield cloud.endpoint


@pytest.fixture(scope="module")
def clients(endpoint: str) -> ClientOf:
    return clients_at(connect(DEV, DEV.deploy_role, endpoint), endpoint)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The libraries of the functions are built."""
    monkeypatch.setattr(artefacts, "KEPT", tmp_path)
    artefacts.layer_file().write_bytes(stand_in())


def looked(platform: Platform, clients: ClientOf) -> dict[str, tuple[Verdict, str, str]]:
    stacks = Stacks(clients("cloudformation"), platform.environment.stack_name, lambda *_: None)
    return {one.about: (one.verdict, one.found, one.fix) for one in Preflight(platform, clients, stacks).run()}


def of(**parameters: Any) -> Platform:
    """Return dev with other parameters."""
    return resolve_platform(DEV.model_copy(update={"parameters": {**DEV.parameters, **parameters}}))


@pytest.mark.usefixtures("built")
def test_an_empty_account_lacks_the_zone_and_the_roles(clients: ClientOf) -> None:
    found = looked(of(), clients)
    wrong = {about for about, (verdict, _, _) in found.items() if verdict is Verdict.WRONG}
    assert wrong == {
        "names that are looked up", "stacks that make the roles", "role touchstone-deployer",
        "role touchstone-execution", "role touchstone-nightly",
    }  # fmt: skip
    assert all(fix for verdict, _, fix in found.values() if verdict is Verdict.WRONG)
    assert Verdict.UNKNOWN not in {verdict for verdict, _, _ in found.values()}


@pytest.mark.parametrize(
    ("parameters", "about", "said"),
    [
        ({"ZoneA": "us-east-1z"}, "zone us-east-1z", "is not available"),
        ({"ZoneB": "us-east-1e"}, "Database", "us-east-1e does not offer db.t4g.micro for postgres 17"),
        ({"ReservedConcurrency": 2}, "reserved concurrency", "16 are to be reserved of 10"),
        ({"LeastReadyExecutions": 3}, "reserved concurrency", "and 12 to be kept ready"),
    ],
)
def test_a_choice_that_aws_would_refuse_is_named(
    clients: ClientOf, parameters: dict[str, Any], about: str, said: str
) -> None:
    verdict, found, fix = looked(of(**parameters), clients)[about]
    assert (verdict, bool(fix)) == (Verdict.WRONG, True)
    assert said in found


def test_an_alias_that_is_being_shifted_is_named(clients: ClientOf) -> None:
    """AWS keeps no execution ready of an alias with weights: deployed, the function would be as slow as before."""
    functions = clients("lambda")
    role = clients("iam").create_role(RoleName="runs", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    functions.create_function(
        FunctionName="touchstone-dev-push", Role=role, Runtime="python3.13", Handler="h.h",
        Code={"ZipFile": zipped("def h(event, context): return 1", "python3.13")}, Publish=True,
    )  # fmt: skip
    functions.create_alias(
        FunctionName="touchstone-dev-push", Name="live", FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"$LATEST": 0.1}},
    )  # fmt: skip
    about = "alias touchstone-dev-push:live"
    assert about not in looked(of(), clients)  # nothing of it is to be kept ready
    verdict, found, fix = looked(of(LeastReadyExecutions=1), clients)[about]
    assert (verdict, found) == (
        Verdict.WRONG, "sends 10% to version $LATEST: AWS keeps no execution of it ready",
    )  # fmt: skip
    assert "--routing-config AdditionalVersionWeights={}" in fix
    functions.update_alias(FunctionName="touchstone-dev-push", Name="live", RoutingConfig={})
    assert about not in looked(of(LeastReadyExecutions=1), clients)


def test_a_monitor_that_aws_has_made_is_named(clients: ClientOf) -> None:
    monitor = {"MonitorName": "Default-Services-Monitor", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
    made = clients("ce").create_anomaly_monitor(AnomalyMonitor=monitor)["MonitorArn"]
    verdict, found, fix = looked(of(), clients)["monitor touchstone-dev-services"]
    assert (verdict, made in fix) == (Verdict.WRONG, True)
    assert "Default-Services-Monitor watches the same already" in found
    clients("ce").delete_anomaly_monitor(MonitorArn=made)
    assert looked(of(), clients)["monitors of costs"][0] is Verdict.FINE


def test_libraries_that_are_not_built_are_named(
    clients: ClientOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artefacts, "KEPT", tmp_path)
    assert looked(of(), clients)["libraries of the functions"][0] is Verdict.WRONG


LEFT: dict[str, Callable[[Callable[[str], Any]], Any]] = {
    "ConnectionsTable": lambda of: of("dynamodb").create_table(
        TableName="touchstone-dev-connections", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    ),
    "EventQueue": lambda of: of("sqs").create_queue(QueueName="touchstone-dev-events"),
    "FlowLogGroup": lambda of: of("logs").create_log_group(logGroupName="/touchstone/dev/vpc-flow"),
    "JwtSecret": lambda of: of("secretsmanager").create_secret(Name="touchstone-dev-jwt-secret", SecretString="x"),
    "BackupVault": lambda of: of("backup").create_backup_vault(BackupVaultName="touchstone-dev-backup-vault"),
    "ArtefactBucket": lambda of: of("s3").create_bucket(Bucket="touchstone-dev-artefacts-111111111111"),
    "DataKeyAlias": lambda of: of("kms").create_alias(
        AliasName="alias/touchstone-dev-data", TargetKeyId=of("kms").create_key()["KeyMetadata"]["KeyId"]
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def before(clients: ClientOf) -> frozenset[str]:
    """What is told of before anything is left there."""
    return frozenset(looked(of(), clients))


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_under_a_name_that_is_wanted_is_named(
    before: frozenset[str], clients: ClientOf, name: str
) -> None:
    assert not any(name in about for about in before)
    LEFT[name](clients)
    ((about, (verdict, found, fix)),) = [
        (about, told) for about, told in looked(of(), clients).items() if f" {name} (" in about
    ]
    assert (verdict, bool(fix)) == (Verdict.WRONG, True), about
    assert "is there already" in found


def test_every_type_that_templates_name_and_retain_is_asked_about() -> None:
    named = {
        resource.type
        for resource in of().resources().values()
        if resource.deletion_policy.startswith("Retain") and any("Name" in name for name in resource.properties)
    }
    taken_over = {"AWS::SNS::Topic"}  # a topic of the same name is taken over, never refused
    assert named - taken_over - GOES_WITH_ANOTHER <= set(NAMES)


class Denied:
    """A client all of whose calls are denied."""

    def __getattr__(self, operation: str) -> Any:
        from botocore.exceptions import ClientError  # noqa: PLC0415

        def call(*_: Any, **__: Any) -> Any:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "denied"}}, operation)

        return call


@pytest.fixture(scope="module")
def fine(clients: ClientOf) -> frozenset[str]:
    """What is fine where everything can be looked at."""
    found = looked(of(ReservedConcurrency=1), clients)
    return frozenset(about for about, (verdict, _, _) in found.items() if verdict is Verdict.FINE)


@pytest.mark.parametrize(
    "service", ["ec2", "route53", "rds", "elasticache", "iam", "dynamodb", "service-quotas", "lambda", "ce"]
)
def test_what_cannot_be_looked_at_is_never_fine(fine: frozenset[str], clients: ClientOf, service: str) -> None:
    found = looked(of(ReservedConcurrency=1), lambda name: Denied() if name == service else clients(name))
    unknown = {about for about, (verdict, _, _) in found.items() if verdict is Verdict.UNKNOWN}
    assert unknown
    assert {about for about, (verdict, _, _) in found.items() if verdict is Verdict.FINE} <= fine


def test_the_command_says_so_with_its_exit_code(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    staging: Environment = load_environment("staging")
    make_hosted_zone(staging, client(connect(staging, staging.role, endpoint), "route53", endpoint))
    monkeypatch.setattr(sys, "argv", ["infra", "preflight", "--env", "staging", "--endpoint", endpoint])
    assert command.main() == 1
    said = capsys.readouterr().out
    assert (
        "wrong           role touchstone-execution: is not there: a person deploys account and identity first" in said
    )
    assert "fine            availability zones: nothing in the way" in said
