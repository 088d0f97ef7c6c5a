"""A server that answers whatever a test wants it to, however unlike AWS."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.patience import PATIENCE


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; ``announced`` is the Content-Length when it shall lie.

    ``drip``: seconds between two bytes, of which no end comes.
    """

    body: bytes
    status: int = 200
    request_id: str | None = "request-1"
    announced: int | None = None
    drip: float = 0


class Raw:
    """A body as botocore's response reads it, for an answer that no server gives."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> list[bytes]:
        return [self._body]

    def read(self, amount: int | None = None) -> bytes:
        """What is asked for as a stream is read so."""
        given, self._body = self._body[:amount], self._body[len(self._body[:amount]) :]
        return given


@contextmanager
def answering(replies: Sequence[Reply]) -> Iterator[tuple[str, list[bytes]]]:
    """Serve the replies in order, the last one for ever; give the endpoint and the bodies that were asked."""
    asked: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            reply = replies[min(len(asked), len(replies)) - 1]
            self.send_response(reply.status)
            if reply.request_id:
                self.send_header("x-amzn-RequestId", reply.request_id)
            self.send_header("Content-Length", str(reply.announced or len(reply.body)))
            self.end_headers()
            self._send(reply)

        do_GET = do_POST  # noqa: N815  http.server's name

        def _send(self, reply: Reply) -> None:
            if not reply.drip:
                self.wfile.write(reply.body)
                return
            for _ in range(int(PATIENCE / reply.drip)):
                time.sleep(reply.drip)
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return

        def log_message(self, *_: object) -> None:
            """Keep the test's output to the test."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
