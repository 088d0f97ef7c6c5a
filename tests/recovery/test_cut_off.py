"""What becomes of a backup or a drill that is cut off: by a kill, a refusal, or credentials that expire."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fixtures.mock_cloud.faults import PATH
from infra.deploy.connect import ClientOf, clients, connect, one_line
from infra.errors import EndpointError
from infra.operations.restore import drilled
from infra.recovery.jobs import UNTOLD, Backups
from infra.recovery.stores import Store, chosen, stores_of
from infra.shifting.shift import Clock
from tests.infra.test_deployer import at
from tests.recovery.conftest import DEV, Stand

WRITES = (
    "RestoreTableToPointInTime", "RestoreDBInstanceToPointInTime", "DeleteTable", "DeleteDBInstance", "PutObject",
    "StartBackupJob",
)  # fmt: skip


class Killed(BaseException):
    """The process is gone."""


def dying(client_of: ClientOf, dies_at: int, *, after: bool) -> tuple[ClientOf, list[str]]:
    """Clients whose caller is killed before or after its so manieth call that changes something, and asks no more."""
    written: list[str] = []
    dead = [False]

    def hear(event: str) -> Callable[..., None]:
        def heard(model: Any, **_: Any) -> None:
            if model.name in WRITES and not dead[0]:
                written.extend([model.name] if event == "before-call" else [])
                dead[0] = len(written) == dies_at and (event == "after-call") == after
            if dead[0]:
                raise Killed

        return heard

    def made(service: str) -> Any:
        client = client_of(service)
        if not hasattr(client, "heard"):
            client.heard = True
            for event in ("before-call", "after-call"):
                client.meta.events.register(event, hear(event))
        return client

    return made, written


def test_a_drill_that_is_killed_anywhere_leaves_nothing_that_the_next_does_not_take_away(stand: Stand) -> None:
    session = connect(DEV, DEV.deploy_role, stand.cloud.endpoint)
    stores = chosen(stores_of(stand.client_of("cloudformation"), DEV), ["connections", "postgres"])
    left = []
    for number, after in product(range(1, 5), (False, True)):  # two are begun, two are taken away
        client_of, written = dying(clients(session, stand.cloud.endpoint), number, after=after)
        with pytest.raises(Killed):
            stand.drilling(client_of).run(stores)
        assert len(written) == number
        left.append(len(stand.left()))
        stand.drilling().clean()
        assert stand.left() == []
    assert left == [0, 1, 1, 2, 2, 1, 1, 0]


@pytest.mark.parametrize("after", [False, True])
def test_a_drill_that_is_killed_at_its_record_has_one_or_none(stand: Stand, *, after: bool) -> None:
    before, left = stand.records(), 2 * len(stores_of(stand.client_of("cloudformation"), DEV))
    client_of, written = dying(clients(connect(DEV, DEV.deploy_role, stand.cloud.endpoint), stand.cloud.endpoint),
                               left + 1, after=after)  # fmt: skip
    with pytest.raises(Killed):
        drilled(stand.deployer(client_of), stand.drilling(client_of), stand.cloud.endpoint)
    assert written[-1] == "PutObject"
    assert len(stand.records()) == len(before) + after
    assert stand.left() == []


@pytest.mark.parametrize(
    ("service", "operation", "fault"),
    [
        ("rds", "RestoreDBInstanceToPointInTime", "throttled"),
        ("dynamodb", "DeleteTable", "denied"),
    ],
)
def test_a_refusal_midway_is_one_line_and_the_next_one_cleans(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    service: str, operation: str, fault: str,
) -> None:  # fmt: skip
    typed = at(stand.cloud.endpoint, monkeypatch)
    with armed(stand, service=service, operation=operation, fault=fault):
        assert typed("restore", "--drill", "--env", "dev", "--yes") == 3
    said = capsys.readouterr().err.strip()
    assert operation in said
    assert "\n" not in said
    assert typed("restore", "--clean", "--env", "dev", "--yes") == 0
    assert stand.left() == []


def test_a_backup_of_which_nobody_can_tell_is_neither_done_nor_failed(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = at(stand.cloud.endpoint, monkeypatch)
    monkeypatch.setattr("infra.operations.backup.CLOCK", Clock(lambda: datetime.now(UTC), lambda _: None))
    words = ("backup", "--env", "dev", "--yes", "--store", "connections")
    with armed(stand, service="backup", operation="DescribeBackupJob", fault="denied"):
        assert typed(*words) == 2
    assert "connections: not told: connections: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["RUNNING", "COMPLETED"], "COMPLETED"),
        (["RUNNING"] * 20, UNTOLD),
        (["CREATED", "FAILED"], "FAILED"),
        (["PAUSED"], UNTOLD),
    ],
)
def test_a_job_ends_in_a_state_that_is_known_or_is_not_told(stand: Stand, states: list[str], expected: str) -> None:
    hours, told = iter(range(100)), iter(states)

    class Vault:
        def start_backup_job(self, **_: Any) -> dict[str, str]:
            return {"BackupJobId": "j"}

        def describe_backup_job(self, **_: Any) -> dict[str, str]:
            return {"State": next(told)}

    clock = Clock(lambda: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=next(hours)), lambda _: None)
    backups = replace(Backups.of(stand.deployer(), None, clock, lambda _: None), backup=Vault())
    (done,) = backups.run([Store("table", "t", "t", "arn")], "r")
    assert done.state == expected


def test_credentials_that_expire_midway_are_one_line_and_the_next_one_cleans(stand: Stand) -> None:
    session = connect(DEV, DEV.deploy_role, stand.cloud.endpoint)
    client_of, expired = clients(session, stand.cloud.endpoint), [False]

    def expire(model: Any, **_: Any) -> None:
        expired[0] = expired[0] or model.name == "RestoreDBInstanceToPointInTime"
        if expired[0]:
            raise ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "is expired"}}, model.name)

    for service in ("dynamodb", "rds"):
        client_of(service).meta.events.register("before-call", expire)
    with pytest.raises(EndpointError, match=r"^dev: .*ExpiredToken.*expired$"), one_line("dev"):
        stand.drilling(client_of).run(stores_of(stand.client_of("cloudformation"), DEV))
    assert len(stand.left()) == 3  # the tables that come before the database
    assert len(stand.drilling().clean()) == 3
    assert stand.left() == []


@contextmanager
def armed(stand: Stand, **fault: str) -> Iterator[None]:
    """Let one operation fail while the block runs; it has to be met."""
    url = f"{stand.cloud.endpoint}{PATH}"
    urllib.request.urlopen(url, json.dumps(fault).encode()).close()  # noqa: S310  the mock cloud's
    try:
        yield
    finally:
        with urllib.request.urlopen(url, b"{}") as answer:  # noqa: S310  the mock cloud's
            assert json.load(answer)["met"] > 0


def test_backups_are_asked_for_once_a_request(stand: Stand) -> None:
    before = len(stand.client_of("backup").list_backup_jobs()["BackupJobs"])
    deployer = stand.deployer()
    stores = stores_of(deployer.cloudformation, DEV)
    clock = Clock(lambda: datetime.now(UTC), lambda _: None)
    client_of, _ = dying(
        clients(connect(DEV, DEV.deploy_role, stand.cloud.endpoint), stand.cloud.endpoint), 3, after=True
    )
    with pytest.raises(Killed):
        Backups.of(stand.deployer(client_of), None, clock, lambda _: None).run(stores, "r1")
    done = Backups.of(deployer, None, clock, lambda _: None).run(stores, "r1")
    assert {one.state for one in done} == {"COMPLETED"}
    jobs = stand.client_of("backup").list_backup_jobs()["BackupJobs"]
    assert len(jobs) - before == len(stores) == 5
    vault = stand.outputs["BackupVaultName"]
    points = stand.client_of("backup").list_recovery_points_by_backup_vault(BackupVaultName=vault)["RecoveryPoints"]
    assert {one["Lifecycle"]["DeleteAfterDays"] for one in points} == {7}
