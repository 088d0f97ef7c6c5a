"""One mock cloud with faults for the session, one account in it; tables, topics and secrets are each test's own."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from fixtures.mock_cloud.process import running
from infra.functions.shared import metrics, secret_values
from infra.functions.shared.logger import logger
from tests.functions import cloud
from tests.functions.stores import cache_server, cached, database_server, folder, stored

__all__ = ["cache_server", "cached", "database_server", "folder", "stored"]

ENVIRONMENT = {
    "POWERTOOLS_SERVICE_NAME": "tested",
    "POWERTOOLS_METRICS_NAMESPACE": "Touchstone",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "ENVIRONMENT": "dev",
}


@pytest.fixture(scope="session", autouse=True)
def _mock_cloud(_shared_mock_cloud: None) -> Iterator[None]:
    """Point the functions at a mock cloud, by AWS's own variables and by nothing else."""
    with running(middleware=["fixtures.mock_cloud.faults:Faults"]) as found, pytest.MonkeyPatch.context() as patch:
        for name, value in (found.environment | ENVIRONMENT).items():
            patch.setenv(name, value)
        yield


@dataclass
class Written:
    """What a function wrote: log entries, metrics by name, and the whole of it as text."""

    stream: io.StringIO = field(default_factory=io.StringIO)
    capture: Any = None
    _out: str = ""

    @property
    def text(self) -> str:
        said = self.capture.readouterr()
        self._out += said.out + said.err
        return self._out + self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    @property
    def emf(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines() if line.startswith('{"_aws"')]

    @property
    def metrics(self) -> dict[str, float]:
        """The sum of every metric."""
        sums: dict[str, float] = {}
        for entry in self.emf:
            for name in (item["Name"] for item in entry["_aws"]["CloudWatchMetrics"][0]["Metrics"]):
                sums[name] = sums.get(name, 0) + sum(entry[name])
        return sums


@pytest.fixture(autouse=True)
def written(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Written:
    """Hear what the functions write; begin with no metric and no secret of another test."""
    metrics._metrics.cache_clear()
    secret_values.secret.cache_clear()
    found = Written(capture=capsys)
    monkeypatch.setattr(logger.handlers[0], "stream", found.stream)
    # an engine that was imported in this process may have silenced every logger of it
    monkeypatch.setattr(logging.root.manager, "disable", logging.NOTSET)
    monkeypatch.setattr(logger._logger, "disabled", False)
    return found


@dataclass(frozen=True)
class Tables:
    connections: str
    subscriptions: str
    alerts: str
    idempotency: str


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Tables:
    """Empty tables, named by the variables that the functions read."""
    kinds = ("Connections", "Subscriptions", "Alerts", "Idempotency")
    made = Tables(*(cloud.make_table(f"{kind}Table") for kind in kinds))
    for kind in kinds:
        monkeypatch.setenv(f"{kind.upper()}_TABLE", getattr(made, kind.lower()))
    return made
