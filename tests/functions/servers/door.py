"""A door on a free port: who passes its check speaks with the real server behind it from then on."""

from __future__ import annotations

import asyncio
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Door(ABC):
    """Listens on 127.0.0.1; knows what was shown to it, and whom it turned away and why."""

    def __init__(self, behind: Path, context: ssl.SSLContext) -> None:
        self.behind = behind
        self.context = context
        self.port = 0
        self.tokens: list[str] = []
        self.refused: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @abstractmethod
    async def admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        """Speak with whoever comes; return the streams to the server behind, or None to turn it away."""

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Listen while the block runs, in a thread of its own."""
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        self._do(self._listen())
        try:
            yield
        finally:
            self.close()
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Let nobody in while the block runs, and nobody stay."""
        self.close()
        try:
            yield
        finally:
            self._do(self._listen())

    def drop(self) -> None:
        """Break off every conversation, as a failover does."""
        self._do(self._drop())

    def forget(self) -> None:
        """Forget what was shown, and begin anew."""
        self.drop()
        self.tokens.clear()
        self.refused.clear()

    def close(self) -> None:
        """Let nobody in, and nobody stay."""
        self._do(self._close())

    def _do(self, what: Any) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._come, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._drop()

    async def _drop(self) -> None:
        for writer in tuple(self._open):
            # whose TLS has just ended has no more to break off, and asyncio fails where it is asked to
            if getattr(writer.transport, "_ssl_protocol", writer) is not None:
                writer.transport.abort()
        await asyncio.sleep(0.02)

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        # Whoever does not speak TLS, or hangs up, is gone: what becomes of it is seen at the other end.
        with suppress(OSError, asyncio.IncompleteReadError):
            behind = await self.admit(reader, writer)
            if behind is not None:
                self._open.add(behind[1])
                await asyncio.gather(_pump(reader, behind[1]), _pump(behind[0], writer))
                self._open.discard(behind[1])
        self._open.discard(writer)
        writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        sink.write(data)
        await sink.drain()
    sink.close()
