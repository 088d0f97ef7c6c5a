"""A bounded load at the local edge: many clients hear every alert once, and how much later than one client does."""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from websockets.sync.client import ClientConnection

from fixtures.mock_cloud.process import running
from tests.benchmarks.measuring import Table
from tests.functions.shapes import event
from tests.mock_cloud.whole import Platform, standing

pytestmark = pytest.mark.servers
CLIENTS = 25
SECONDS = 10
RATE = 2.0
"""Events a second, each pushed to every client: 50 pushes a second, on a machine that is the whole cloud too."""
PATIENCE = 60.0
TOPIC = "aave:liquidation"


@dataclass
class Heard:
    """What was published and heard: seconds on one clock by event, and by client and event."""

    sent: dict[str, float] = field(default_factory=dict)
    pushed: dict[tuple[int, str], float] = field(default_factory=dict)
    times: Counter[tuple[int, str]] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def latencies(self) -> list[float]:
        """Seconds from an event to each push of it."""
        return [at - self.sent[name] for (_, name), at in self.pushed.items()]

    def lost(self, clients: int) -> int:
        """Count the pushes that no client heard."""
        return len(self.sent) * clients - len(self.pushed)

    def doubled(self) -> int:
        """Count the pushes that a client heard once more."""
        return sum(count - 1 for count in self.times.values())

    def seconds(self) -> float:
        """How long it took from the first event to the last push."""
        return max(self.pushed.values()) - min(self.sent.values())


@contextmanager
def listening(platform: Platform, clients: int, heard: Heard) -> Iterator[None]:
    """Connect clients that are subscribed, and write down what each hears until the block ends."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(platform.connected()) for _ in range(clients)]
        for socket in sockets:
            socket.send(json.dumps({"action": "subscribe", "topic": TOPIC}))
            answer = json.loads(socket.recv(timeout=PATIENCE))
            assert answer["status"] == "subscribed", answer
        over = threading.Event()
        threads = [threading.Thread(target=_hear, args=(*one, heard, over)) for one in enumerate(sockets)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()


def _hear(number: int, socket: ClientConnection, heard: Heard, over: threading.Event) -> None:
    while not over.is_set():
        try:
            said = json.loads(socket.recv(timeout=0.2))
        except TimeoutError:
            continue
        except Exception as error:  # noqa: BLE001  counted: the run has to have none
            heard.errors.append(f"client {number}: {type(error).__name__}: {error}")
            return
        name = said.get("event_id")
        if name is None:
            heard.errors.append(f"client {number}: {said}")
            continue
        heard.times[number, name] += 1
        heard.pushed.setdefault((number, name), time.monotonic())


def under(platform: Platform, clients: int, events: int) -> Heard:
    """Publish events at the rate, and wait until every client has heard all of them, and a second longer."""
    heard = Heard()
    topic, sns = platform.outputs["EventTopicArn"], platform.client("sns")
    with listening(platform, clients, heard):
        began = time.monotonic()
        for number in range(events):
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            happened = event()
            heard.sent[happened["event_id"]] = time.monotonic()
            sns.publish(TopicArn=topic, Message=json.dumps(happened))
        _until(lambda: not heard.lost(clients) or bool(heard.errors))
        time.sleep(1)  # what is pushed twice comes late
    return heard


def _until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.05)


def percentile(values: list[float], share: int) -> float:
    """Return the value that so many of a hundred are not above."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def test_every_client_hears_every_alert_once_under_load(table: Table) -> None:
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder, running() as cloud:
        Path(folder).chmod(0o711)
        with standing(cloud, Path(folder)) as platform:
            under(platform, 1, 2)  # every function is warm, none of it is measured
            alone = under(platform, 1, int(SECONDS * RATE))
            loaded = under(platform, CLIENTS, int(SECONDS * RATE))
    for clients, heard in ((1, alone), (CLIENTS, loaded)):
        assert heard.errors == []
        assert (heard.lost(clients), heard.doubled()) == (0, 0)
        p50, p95, p99 = (percentile(heard.latencies(), share) for share in (50, 95, 99))
        what = f"load, {RATE:g} events a second for {SECONDS} s, {clients} client{'s' * (clients > 1)}: event -> push"
        table.tell(what, f"p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s")
        pushes = len(heard.pushed)
        table.tell("  pushes; lost, doubled, errors", f"{pushes}, {pushes / heard.seconds():.1f} a second; 0, 0, 0")
    ratio = percentile(loaded.latencies(), 95) / percentile(alone.latencies(), 95)
    table.tell(f"  p95 of {CLIENTS} clients : p95 of one", f"{ratio:.1f} : 1")
    table.hold("  p99 under load", percentile(loaded.latencies(), 99), PATIENCE, "s", note="a bound, no promise")
