"""API Gateway's @connections, over HTTP: it keeps what was posted, and answers for each socket as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

ANSWERS = {200: "", 410: "GoneException", 429: "LimitExceededException", 403: "ForbiddenException", 500: "Internal"}


class Sockets:
    """What every client got, in order, and which status each socket has."""

    def __init__(self) -> None:
        self.got: dict[str, list[dict[str, Any]]] = {}
        self.status: dict[str, int] = {}
        self.paths: list[str] = []
        self.endpoint = ""


@contextmanager
def sockets(stage: str = "") -> Iterator[Sockets]:
    """Listen on a free port."""
    found = Sockets()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.paths.append(self.path)
            connection_id = unquote(self.path.rpartition("/")[2])
            status = found.status.get(connection_id, 200)
            if status == 200:
                found.got.setdefault(connection_id, []).append(json.loads(body))
            answer = json.dumps({"message": ANSWERS[status]}).encode() if status != 200 else b""
            self.send_response(status)
            self.send_header("x-amzn-ErrorType", ANSWERS[status])
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """The tests read what the functions write, and nothing of this."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.endpoint = f"http://127.0.0.1:{server.server_port}{stage}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
