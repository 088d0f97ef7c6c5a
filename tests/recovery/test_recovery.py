"""Backups and drills of dev in the mock cloud, with real rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from infra.errors import DeployError, InputError
from infra.history.history import History
from infra.history.objects import Objects
from infra.operations.restore import drilled
from infra.recovery.census import Way
from infra.recovery.comparing import Census
from infra.recovery.jobs import Backups
from infra.recovery.record import RestoredStore
from infra.recovery.restoring import prefix_of
from infra.recovery.stores import Store, chosen, stores_of
from infra.recovery.tables import Tables
from infra.shifting.shift import Clock
from tests.infra import allowed
from tests.infra.test_deployer import at
from tests.recovery.conftest import DEV, Stand


def by_name(found: tuple[RestoredStore, ...]) -> dict[str, RestoredStore]:
    return {one.name.removeprefix("touchstone-dev-"): one for one in found}


def test_every_store_is_restored_compared_and_taken_away(stand: Stand) -> None:
    found = drilled(stand.deployer(), stand.drilling(), stand.cloud.endpoint)
    words = {name: one.word for name, one in by_name(found.stores).items()}
    assert words == {
        "alerts-raised": "empty", "connections": "restored", "idempotency": "empty", "postgres": "restored",
        "subscriptions": "empty",
    }  # fmt: skip
    rows = {name: one.identical for name, one in by_name(found.stores).items() if one.rows}
    assert rows == {"connections": 30, "postgres": 25}
    assert (found.exit_code, found.endpoint, found.account) == (0, stand.cloud.endpoint, DEV.account)
    assert stand.left() == []
    assert stand.records()[-1] == found.id


def test_rows_that_differ_are_found(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    restore = Tables.restore

    def spoiled(self: Tables, store: Store, name: str, point: datetime) -> None:
        restore(self, store, name, point)
        if store.short == "connections":
            self.client_of("dynamodb").delete_item(TableName=name, Key={"connection_id": {"S": "c3"}})

    monkeypatch.setattr(Tables, "restore", spoiled)
    found = by_name(stand.drilling().run(stores_of(stand.client_of("cloudformation"), DEV)))
    assert (found["connections"].word, found["connections"].wrong) == ("not restored", 1)
    assert found["postgres"].word == "restored"


def test_a_database_that_nobody_reaches_is_said_not_to_be_compared(stand: Stand) -> None:
    (store,) = chosen(stores_of(stand.client_of("cloudformation"), DEV), ["postgres"])
    (found,) = stand.drilling(way=Way(("127.0.0.1", 1), None)).run([store])
    assert (found.word, found.compared) == ("not compared", False)
    assert "its rows cannot be read" in found.reason
    assert stand.left() == []


def test_a_source_that_is_not_there_or_cannot_be_restored_is_said(stand: Stand) -> None:
    dynamodb = stand.client_of("dynamodb")
    dynamodb.create_table(
        TableName="plain", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
    )  # fmt: skip
    (found,) = stand.drilling().run([Store("table", "plain", "plain", "arn")])
    assert found.word == "not restored"
    assert found.reason == "plain: cannot be restored: point-in-time recovery is off"
    dynamodb.delete_table(TableName="plain")
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        stand.drilling().run([Store("table", "plain", "plain", "arn")])


def test_nothing_but_a_drills_can_be_deleted(stand: Stand) -> None:
    names = [one.name for one in stores_of(stand.client_of("cloudformation"), DEV)]
    for restorer in stand.drilling().restorers.values():
        assert restorer.prefix == prefix_of(DEV) == "touchstone-dev-drill-"
        for name in (
            *names,
            "",
            "drill-x",
            "touchstone-prod-drill-x",
            "touchstone-dev-drillx",
            "xtouchstone-dev-drill-",
        ):
            with pytest.raises(DeployError, match="is no drill's"):
                restorer.remove(name)


def test_what_has_a_drills_name_and_not_its_tag_is_left(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dynamodb, name = stand.client_of("dynamodb"), f"{prefix_of(DEV)}by-hand"
    dynamodb.create_table(
        TableName=name, KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
    )  # fmt: skip
    with pytest.raises(DeployError, match="expected the tag Purpose=restore-drill"):
        stand.drilling().restorers["table"].remove(name)
    assert at(stand.cloud.endpoint, monkeypatch)("restore", "--clean", "--env", "dev", "--yes") == 1
    assert f"{name}: has a drill's name and not its tag: it is not deleted" in capsys.readouterr().err
    assert stand.left() == [name]
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "Purpose", "Value": "restore-drill"}])
    assert stand.drilling().clean() == (name,)
    assert stand.left() == []


def test_a_second_drill_is_refused_and_takes_nothing_from_the_first(stand: Stand) -> None:
    stores = chosen(stores_of(stand.client_of("cloudformation"), DEV), ["connections", "postgres"])
    refused: list[str] = []

    class Meddling(Tables):
        def census(self, name: str) -> Census:
            if name.startswith(self.prefix) and not refused:
                with pytest.raises(DeployError, match=r"another drill is under way.*nothing was begun") as caught:
                    stand.drilling().run(stores)
                refused.append(str(caught.value))
            return Tables.census(self, name)

    first = stand.drilling()
    first.restorers = {**first.restorers, "table": Meddling.of(stand.client_of, DEV, "restore-drill", stand.way)}
    assert [one.word for one in first.run(stores)] == ["restored", "restored"]
    assert f"touchstone-dev-drill-{first.id.lower()}-connections" in refused[0]
    assert stand.left() == []


@pytest.mark.parametrize("days", [0, 6, 366])
def test_what_the_lock_of_the_vault_refuses_is_refused_before(stand: Stand, days: int) -> None:
    with pytest.raises(InputError, match=f"--days {days}: expected 7 to 365"):
        Backups.of(stand.deployer(), days, Clock(lambda: datetime.now(UTC), lambda _: None), lambda _: None)


def test_the_commands_say_what_came_of_it_and_the_role_may_do_it(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = at(stand.cloud.endpoint, monkeypatch)
    way = ("--database", stand.stores.way, "--authority", str(stand.stores.authority))
    with allowed.heard(monkeypatch) as actions:
        assert typed("backup", "--env", "dev", "--yes", "--store", "alerts-raised") == 0
        assert "alerts-raised: completed" in capsys.readouterr().out
        assert typed("restore", "--env", "dev", "--drill", "--yes", "--json", *way) == 0
        assert len(json.loads(capsys.readouterr().out)["stores"]) == 5
        assert typed("restore", "--env", "dev", "--clean", "--yes") == 0
        assert "dev: nothing was left" in capsys.readouterr().out
    assert not allowed.refused(actions, "dev")
    assert typed("restore", "--env", "dev", "--drill", "--yes") == 2  # the name leads nowhere here
    assert "not compared" in capsys.readouterr().out
    history = History(Objects(stand.client_of("s3"), stand.outputs["EvidenceBucketName"]), "dev")
    assert [entry.action for entry in history.entries()][:2] == ["backup", "restore"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("restore",), "restore: expected one of --drill, --clean and --cutover"),
        (("restore", "--drill", "--clean"), "restore: expected one of --drill, --clean and --cutover"),
        (("restore", "--drill", "--store", "connections"), "restore: --store and --to are for --cutover"),
        (("restore", "--drill", "--database", "here"), "--database 'here': expected host:port"),
        (("restore", "--drill", "--authority", "nowhere.pem"), "--authority nowhere.pem: expected a file"),
        (("backup", "--store", "nothing"), "--store nothing: expected one of alerts-raised, connections"),
        (("backup", "--days", "3"), "--days 3: expected 7 to 365"),
        (("backup", "--days", "7", "--days", "8"), "--days: expected once"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    stand: Stand,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    expected: str,
) -> None:
    command, *more = words
    assert at(stand.cloud.endpoint, monkeypatch)(command, "--env", "dev", "--yes", *more) == 3
    assert expected in capsys.readouterr().err
