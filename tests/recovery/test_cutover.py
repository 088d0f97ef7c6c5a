"""A cutover: stores are restored to be kept, functions answer from them; who was cut off goes on with the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from fixtures.inventory.collecting import collect
from fixtures.inventory.inventory import Inventory
from fixtures.judging.baseline import load_baseline
from fixtures.judging.control import control_of
from fixtures.tiers.live import gateway_of
from fixtures.tiers.static import from_platform
from infra.deploy.connect import clients, connect
from infra.deploy.deployer import Deployer
from infra.errors import DeployError, InputError
from infra.history.history import History
from infra.history.objects import Objects
from infra.operations.cutover import cut_over
from infra.recovery.census import Way
from infra.recovery.cutover import Cutover, in_use, moment_from, moment_of
from infra.recovery.restorers import restorers_of
from infra.recovery.stores import chosen, stores_of
from infra.recovery.tables import Tables
from infra.shifting.shift import Clock
from infra.stacks import resolve_platform
from suites.controls.test_stacks import test_everything_belongs_to_a_stack as everything_belongs
from tests.functions import shapes
from tests.infra import allowed
from tests.infra.test_deployer import at
from tests.mock_cloud.account import Account
from tests.mock_cloud.running import ask
from tests.recovery.conftest import DEV, Stand
from tests.recovery.test_cut_off import Killed, dying

CLOCK = Clock(lambda: datetime.now(UTC), lambda _: None)
WRITES = (
    "RestoreTableToPointInTime", "TagResource", "UpdateContinuousBackups", "UpdateTimeToLive", "UpdateTable",
    "ExecuteChangeSet", "PutObject",
)  # fmt: skip
CUT = ("restore", "--cutover", "--env", "dev", "--yes")


@pytest.fixture
def fork(stand: Stand) -> Iterator[Stand]:
    """The stand as it was, whatever is done to this one; databases cannot be reached in it."""
    with stand.cloud.fork() as cloud:
        client_of = clients(connect(DEV, DEV.deploy_role, cloud.endpoint), cloud.endpoint)
        yield replace(stand, cloud=cloud, client_of=client_of)


def cutover(
    stand: Stand, deployer: Deployer | None = None, to: datetime | None = None, way: Way | None = None
) -> Cutover:
    acting = deployer or stand.deployer()
    restorers = restorers_of(acting, "cutover", way or stand.way)
    return Cutover(restorers, to, in_use(acting), CLOCK, lambda _: None)


def variables(stand: Stand, function: str) -> dict[str, str]:
    told = stand.client_of("lambda").get_function_configuration(
        FunctionName=f"touchstone-dev-{function}", Qualifier="live"
    )
    found: dict[str, str] = told["Environment"]["Variables"]
    return found


def restored(stand: Stand) -> list[str]:
    tables = stand.client_of("dynamodb").list_tables()["TableNames"]
    instances = stand.client_of("rds").describe_db_instances()["DBInstances"]
    return [one for one in (*tables, *(each["DBInstanceIdentifier"] for each in instances)) if "-restored-" in one]


def history(stand: Stand) -> list[tuple[str, bool]]:
    objects = Objects(stand.client_of("s3"), stand.outputs["EvidenceBucketName"])
    return [(entry.action, entry.done) for entry in History(objects, "dev").entries()]


def seen(stand: Stand) -> Inventory:
    platform = resolve_platform(DEV)
    declared = from_platform(platform, datetime.now(UTC))
    return collect(gateway_of(DEV, stand.cloud.endpoint), DEV, declared, tier="live")


def is_kept_as_its_source(stand: Stand, name: str) -> bool:
    dynamodb = stand.client_of("dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    recovery = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    lives = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    is_on = recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    return bool(table["DeletionProtectionEnabled"] and is_on and lives.get("AttributeName") == "expires_at")


def test_the_functions_answer_from_what_was_restored_until_it_is_rolled_back(
    fork: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed, dynamodb = at(fork.cloud.endpoint, monkeypatch), fork.client_of("dynamodb")
    with allowed.heard(monkeypatch) as actions:
        assert typed("deploy", "--env", "dev", "--yes") == 0
        assert typed(*CUT, "--store", "connections", "--to", "latest") == 0
        said = capsys.readouterr().out
        (name,) = restored(fork)
        assert "connections: 30 rows as in the source, 0 otherwise, 0 only in the source, 0 only restored" in said
        assert f'ConnectionsTableName = "{name}"' in said
        assert typed("drift", "--env", "dev") == 0
    assert not allowed.refused(actions, "dev")

    account = Account.enter(fork.cloud.endpoint, DEV.account)
    assert ask(account, "touchstone-dev-connection:live", shapes.connect("after-it")).payload["statusCode"] == 200
    key = {"connection_id": {"S": "after-it"}}
    assert "Item" in dynamodb.get_item(TableName=name, Key=key)
    assert "Item" not in dynamodb.get_item(TableName="touchstone-dev-connections", Key=key)
    assert is_kept_as_its_source(fork, name)
    judged = control_of(everything_belongs)
    assert judged is not None
    with pytest.raises(AssertionError, match=rf"{name} \(AWS::DynamoDB::Table\)"):
        judged.function(seen(fork), load_baseline("dev"))
    capsys.readouterr()
    assert typed("deploy", "--env", "dev", "--yes") == 3
    assert "dev.toml: restored: expected what the last cutover set, ConnectionsTable" in capsys.readouterr().err
    assert typed(*CUT, "--store", "connections", "--to", "20200101T000000Z") == 3
    assert f"connections: {name} is used already: declare it, or roll back" in capsys.readouterr().err

    assert typed("rollback", "--env", "dev", "--to", "previous", "--yes") == 0
    assert variables(fork, "connection")["CONNECTIONS_TABLE"] == "touchstone-dev-connections"
    assert restored(fork) == [name]  # it is kept
    assert typed("deploy", "--env", "dev", "--yes") == 0
    assert history(fork) == [
        ("deploy", True), ("cutover", True), ("cutover", False), ("rollback", True), ("deploy", True),
    ]  # fmt: skip


@dataclass
class Cut:
    """What was killed, and where."""

    number: int
    after: bool


@pytest.mark.parametrize("cut", [Cut(*one) for one in product(range(1, 6), (False, True))], ids=str)
def test_whoever_is_killed_while_he_restores_goes_on_with_the_same(
    fork: Stand, monkeypatch: pytest.MonkeyPatch, cut: Cut
) -> None:
    monkeypatch.setattr("tests.recovery.test_cut_off.WRITES", WRITES)
    stores = chosen(stores_of(fork.client_of("cloudformation"), DEV), ["connections"])
    session = connect(DEV, DEV.deploy_role, fork.cloud.endpoint)
    client_of, written = dying(clients(session, fork.cloud.endpoint), cut.number, after=cut.after)
    with pytest.raises(Killed):
        cutover(fork, fork.deployer(client_of)).run(stores)
    assert written == list(WRITES[: cut.number])
    left = restored(fork)
    assert len(left) == (cut.number > 1 or cut.after)
    (found,) = cutover(fork).run(stores)
    assert restored(fork) == [found.name] == (left or [found.name])
    assert (found.identical, found.differing, found.lacking, found.surplus, found.wrong) == (30, 0, 0, 0, 0)
    assert is_kept_as_its_source(fork, found.name)


@pytest.mark.parametrize("event", ["ExecuteChangeSet", "PutObject"])
def test_whoever_is_killed_while_he_deploys_ends_it_the_next_time(
    fork: Stand, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    monkeypatch.setattr("tests.recovery.test_cut_off.WRITES", (event,))
    session = connect(DEV, DEV.deploy_role, fork.cloud.endpoint)
    client_of, _ = dying(clients(session, fork.cloud.endpoint), 1, after=event == "ExecuteChangeSet")
    with pytest.raises(Killed):
        cut_over(fork.deployer(client_of), fork.way, ["alerts-raised"], "latest", yes=True, as_json=True)
    (name,) = restored(fork)
    assert history(fork) == []
    assert cut_over(fork.deployer(), fork.way, ["alerts-raised"], "latest", yes=True, as_json=True) == 0
    assert restored(fork) == [name]
    assert set(in_use(fork.deployer())) == {"AlertsTableName", "AlertsTableArn"}
    assert variables(fork, "alert")["ALERTS_TABLE"] == name
    assert history(fork) == [("cutover", True)]


def test_what_lacks_rows_is_kept_and_nothing_is_pointed_at_it(fork: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = Tables.finish

    def spoiled(self: Tables, store: Any, name: str) -> None:
        finish(self, store, name)
        self.client_of("dynamodb").delete_item(TableName=name, Key={"connection_id": {"S": "c3"}})

    monkeypatch.setattr(Tables, "finish", spoiled)
    with pytest.raises(
        DeployError, match="1 rows that did not change are not as in touchstone-dev-connections; nothing"
    ):
        cut_over(fork.deployer(), fork.way, ["connections"], "latest", yes=True, as_json=True)
    assert len(restored(fork)) == 1
    assert in_use(fork.deployer()) == {}
    assert history(fork) == [("cutover", False)]


def test_a_source_that_nobody_can_read_is_restored_and_said_not_to_be_compared(fork: Stand) -> None:
    stores = chosen(stores_of(fork.client_of("cloudformation"), DEV), ["postgres"])
    (found,) = cutover(fork, way=Way(("127.0.0.1", 1), None)).run(stores)
    assert found.told.startswith("not compared: ")
    assert "its rows cannot be read" in found.unread
    assert set(found.parameters) == {"DatabaseName", "DatabaseArn", "DatabaseEndpoint", "DatabaseResourceId"}


def test_an_old_leftover_is_gone_on_with_only_where_its_moment_is_named(fork: Stand) -> None:
    stores = chosen(stores_of(fork.client_of("cloudformation"), DEV), ["idempotency"])
    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    (found,) = cutover(fork, to=moment).run(stores)
    assert found.moment == moment
    with pytest.raises(InputError, match=rf"--to {moment:%Y%m%dT%H%M%SZ} goes on with {found.name}"):
        cutover(fork).run(stores)
    assert cutover(fork, to=moment).run(stores)[0].name == found.name
    assert restored(fork) == [found.name]


def test_every_parameter_that_names_a_store_is_an_output_of_its_stack(fork: Stand) -> None:
    platform = resolve_platform(DEV)
    outputs, deployer = platform.stacks["data"].outputs, fork.deployer()
    stores = stores_of(fork.client_of("cloudformation"), DEV)
    for store in stores:
        named = restorers_of(deployer, "cutover", fork.way)[store.kind].parameters(store, store.name)
        assert set(named) <= set(outputs)
        assert {name: fork.outputs[name] for name in named} == named


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "restore --cutover: expected --store, and --to with latest or a moment"),
        (("--store", "connections"), "restore --cutover: expected --store, and --to"),
        (("--store", "nothing", "--to", "latest"), "--store nothing: expected one of alerts-raised, connections"),
        (("--store", "connections", "--to", "yesterday"), "--to 'yesterday': expected latest, or a moment in UTC"),
        (("--store", "connections", "--to", "20261129T091500"), "expected latest, or a moment in UTC"),
        (("--store", "connections", "--to", "20990101T000000Z"), "connections can be restored to "),
        (("--drill",), "restore: expected one of --drill, --clean and --cutover"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...], expected: str,
) -> None:  # fmt: skip
    assert at(stand.cloud.endpoint, monkeypatch)(*CUT, *words) == 3
    said = capsys.readouterr().err
    assert expected in said
    assert said.count("\n") == 1


def test_nothing_is_restored_that_nobody_approved(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    there = restored(stand)
    monkeypatch.setattr("infra.operations.cutover.asked", lambda _: False)
    with pytest.raises(DeployError, match="not approved; nothing was restored"):
        cut_over(stand.deployer(), stand.way, ["connections"], "latest", yes=False, as_json=True)
    assert restored(stand) == there


def test_moments_are_read_from_options_and_names() -> None:
    assert moment_from("latest") is None
    assert (
        moment_from("20261129T091500Z")
        == moment_from("2026-11-29T10:15:00+01:00")
        == datetime(2026, 11, 29, 9, 15, tzinfo=UTC)
    )
    assert moment_of(
        "touchstone-dev-restored-20261129t091500z-alerts-raised", "touchstone-dev-restored-"
    ) == moment_from("20261129T091500Z")
    with pytest.raises(InputError, match="touchstone-dev-restored-mine: expected a moment"):
        moment_of("touchstone-dev-restored-mine", "touchstone-dev-restored-")


def test_the_history_of_alerts_is_answered_from_the_restored_database(stand: Stand) -> None:
    parameters = {**DEV.parameters, "DatabaseCaFile": str(stand.stores.authority)}
    deployer = replace(stand.deployer(), environment=DEV.model_copy(update={"parameters": parameters}))
    assert cut_over(deployer, stand.way, ["postgres"], "latest", yes=True, as_json=True) == 0
    (name,) = restored(stand)
    assert variables(stand, "query")["DATABASE_ENDPOINT"].startswith(f"{name}.")
    (told,) = stand.client_of("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    (old,) = stand.client_of("rds").describe_db_instances(DBInstanceIdentifier="touchstone-dev-postgres")["DBInstances"]
    same = (
        "MultiAZ",
        "BackupRetentionPeriod",
        "DeletionProtection",
        "StorageEncrypted",
        "IAMDatabaseAuthenticationEnabled",
    )
    assert {one: told.get(one) for one in same} == {one: old.get(one) for one in same}
    stand.stores.server.ask("DELETE FROM alerts", old["DbiResourceId"])
    account = Account.enter(stand.cloud.endpoint, DEV.account)
    asked = shapes.message("query", "socket-1", {"action": "query", "topic": "price:eth", "limit": 100})
    answer = ask(account, "touchstone-dev-query:live", asked).payload
    assert len(json.loads(answer["body"])["alerts"]) == 25
