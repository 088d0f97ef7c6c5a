"""How long an event takes through the deployed platform until a client hears the alert, in the mock cloud."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

import pytest

from fixtures.mock_cloud.process import running
from tests.benchmarks.measuring import Table
from tests.functions.shapes import event
from tests.mock_cloud.whole import Platform, standing

pytestmark = pytest.mark.servers
EVENTS = 20


def travelled(platform: Platform) -> list[float]:
    """Publish one event after the other; return the seconds until its alert was heard, once the way is warm."""
    topic, sns = platform.outputs["EventTopicArn"], platform.client("sns")
    found = []
    with platform.connected() as client:
        client.send(json.dumps({"action": "subscribe", "topic": "aave:liquidation"}))
        client.recv(timeout=30)
        for _ in range(EVENTS + 1):
            happened = event()
            began = time.monotonic()
            sns.publish(TopicArn=topic, Message=json.dumps(happened))
            assert json.loads(client.recv(timeout=60))["event_id"] == happened["event_id"]
            found.append(time.monotonic() - began)
    return found


def test_an_alert_is_heard(table: Table) -> None:
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder, running() as cloud:
        Path(folder).chmod(0o711)
        with standing(cloud, Path(folder)) as platform:
            first, *later = travelled(platform)
    table.tell("event -> alert: the first, every function cold", f"{first:.2f} s")
    said = f"{statistics.median(later):.2f} s, {max(later):.2f} s at most"
    table.tell(f"  the next {EVENTS}, median", said)
