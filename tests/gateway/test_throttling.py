"""A service that refuses what comes too fast: all calls of it slow down together, and what stays refused is a gap."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.config import Config

from fixtures.aws.access import Credentials, Limits
from fixtures.aws.gateway import Gateway
from fixtures.aws.ledger import CouldNotLook

THREADS, CALLS, FEW = 8, 40, 6
CODES = (
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
    "RequestLimitExceeded", "RequestThrottled", "SlowDown",
)  # fmt: skip
_ANSWER = json.dumps({"KeyMetadata": {"KeyId": "k"}}).encode()


@dataclass
class Rate:
    """Lets so many requests through a second, and ``burst`` at once; a rate of 0 lets nothing through.

    ``first``: so many are refused before any other is counted, however slowly they come.
    """

    rate: float
    burst: float = 5
    first: int = 0
    code: str = CODES[1]
    refused: int = 0
    answered: int = 0
    _left: float = field(init=False)
    _at: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._left = self.burst if self.rate else 0

    def lets_through(self) -> bool:
        """Count one request, and say whether it is answered."""
        with self._lock:
            now = time.monotonic()
            self._left, self._at = min(self.burst, self._left + (now - self._at) * self.rate), now
            self.first, early = max(0, self.first - 1), self.first > 0
            through = self._left >= 1 and not early
            self._left -= through
            self.answered, self.refused = self.answered + through, self.refused + (not through)
            return through


@contextmanager
def throttling(rate: Rate) -> Iterator[str]:
    """Serve one answer within a rate and a refusal beyond it; give the endpoint."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            through = rate.lets_through()
            body = _ANSWER if through else json.dumps({"__type": rate.code, "message": "Rate exceeded"}).encode()
            self.send_response(200 if through else 400)
            self.send_header("x-amzn-RequestId", "request-1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output to the test."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def gateway_to(endpoint: str, limits: Limits | None = None, mode: str = "") -> Gateway:
    """Give a gateway as a run has it; ``mode``: its retries made otherwise."""
    config = Config(retries={"mode": mode, "total_max_attempts": Limits().attempts}) if mode else None
    keys = Credentials("a", "b")
    return Gateway("us-east-1", endpoint=endpoint, credentials=keys, limits=limits, config=config)


def gaps(gateway: Gateway, calls: int = CALLS) -> list[str]:
    """Ask for many keys at once; give the kinds of the gaps."""

    def ask(number: int) -> str:
        try:
            gateway.call("kms", "DescribeKey", KeyId=f"key-{number}")
        except CouldNotLook as error:
            return error.gap.kind
        return ""

    with ThreadPoolExecutor(THREADS) as pool:
        return [kind for kind in pool.map(ask, range(calls)) if kind]


@pytest.mark.parametrize("code", CODES)
def test_what_comes_too_fast_is_asked_again_slower_and_all_of_it_is_answered(code: str) -> None:
    rate = Rate(1000, burst=1000, first=2, code=code)
    with throttling(rate) as endpoint:
        assert gaps(gateway_to(endpoint), FEW) == []
    assert (rate.answered, rate.refused) == (FEW, 2)


def test_calls_that_slow_down_together_are_refused_less_than_those_that_do_so_each_by_itself() -> None:
    refused = {}
    for mode in ("", "standard"):
        rate = Rate(10)
        with throttling(rate) as endpoint:
            gaps(gateway_to(endpoint, mode=mode))
        refused[mode] = rate.refused
    assert refused[""] * 2 < refused["standard"]


def test_what_is_refused_for_good_is_a_gap_of_each_call_within_its_time() -> None:
    rate = Rate(0)
    limits = Limits(call_seconds=1.5, run_seconds=4)
    with throttling(rate) as endpoint:
        gateway = gateway_to(endpoint, limits)
        found = gaps(gateway)
    assert len(found) == CALLS
    assert set(found) <= {"throttled", "timeout"}
    assert {call.outcome for call in gateway.ledger.calls} == set(found)
    assert rate.answered == 0


def test_one_client_serves_an_account_a_region_and_a_service_and_no_other() -> None:
    """Its limiter is botocore's, one a client: shared by every thread and every look, and by no other service."""
    gateway = gateway_to("http://127.0.0.1:1")
    get: Callable[..., object] = gateway.clients.get
    assert get("kms") is get("kms", "us-east-1") is gateway.again().clients.get("kms")
    others = (get("sns"), get("kms", "eu-west-1"), gateway_to("http://127.0.0.1:1").clients.get("kms"))
    assert len({id(one) for one in (get("kms"), *others)}) == len(others) + 1
