"""A PostgreSQL of the wheel's own binaries, and the door of RDS in front of it: TLS, and a token for a password."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import ssl
import struct
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.settings import ROOT
from tests.functions.servers.door import Door, Streams
from tests.functions.servers.signatures import refusal

ADMIN, DATABASE, USER = "touchstone_admin", "touchstone", "touchstone_functions"
SCHEMA = ROOT / "infra" / "functions" / "schema.sql"
NOBODY = 65_534  # PostgreSQL refuses to run as root
SSL_REQUEST = 80_877_103
LONGEST = 10_000
START_SECONDS = 20
PLAIN = {"LC_ALL": "C", "TZ": "UTC"}  # nothing of the caller's: PGHOST and PGOPTIONS would lead elsewhere


class Postgres:
    """A server with a folder of its own, listening on a UNIX socket there and nowhere else."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.folder = folder
        self.programs = programs
        self.socket = folder / ".s.PGSQL.5432"
        self._user = NOBODY if os.geteuid() == 0 else None

    @contextmanager
    def running(self) -> Iterator[None]:
        self._initialise()
        quick = (
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "listen_addresses=",
            "log_connections=on",
        )
        options = [word for setting in quick for word in ("-c", setting)]
        with (self.folder / "log").open("wb") as log:
            command = [self._program("postgres"), "-D", f"{self.folder}/data", "-k", str(self.folder), *options]
            child = subprocess.Popen(command, stdout=log, stderr=log, user=self._user, group=self._user, env=PLAIN)
        try:
            self._wait(child)
            self._create()
            yield
        finally:
            child.send_signal(signal.SIGINT)  # at once, whoever is still there
            child.wait(START_SECONDS)

    def ask(self, statement: str, database: str = DATABASE) -> str:
        """Do something as the master user; return what psql prints."""
        return self._psql(database, "-c", statement)

    def _program(self, name: str) -> str:
        return str(self.programs / name)

    def _psql(self, database: str, *words: str) -> str:
        command = [self._program("psql"), "-h", str(self.folder), "-U", ADMIN, "-d", database, "-XqAt", *words]
        found = subprocess.run(
            [*command, "-v", "ON_ERROR_STOP=1"],
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
            env=PLAIN,
        )
        assert found.returncode == 0, found.stderr
        return found.stdout.strip()

    def _initialise(self) -> None:
        if self._user is not None:
            os.chown(self.folder, self._user, self._user)
        words = ["-D", f"{self.folder}/data", "-U", ADMIN, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [self._program("initdb"), *words],
            check=True,
            capture_output=True,
            user=self._user,
            group=self._user,
            env=PLAIN,
        )

    def _wait(self, child: subprocess.Popen[bytes]) -> None:
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends and child.poll() is None:
            ready = [self._program("pg_isready"), "-h", str(self.folder), "-q"]
            if subprocess.run(ready, check=False, env=PLAIN).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def _create(self) -> None:
        self.ask("CREATE ROLE rds_iam", "postgres")  # RDS has it
        self.ask(f"CREATE DATABASE {DATABASE}", "postgres")
        for _ in range(2):  # a second time changes nothing
            self._psql(DATABASE, "-f", str(SCHEMA))


def programs(package: Path, folder: Path) -> Path:
    """Return where the programs are; a copy when the user who has to run them cannot come that far."""
    there = package / "pginstall" / "bin"
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in there.parents):
        return there
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    shutil.copytree(package / "pginstall", folder / package.name / "pginstall")
    return folder / package.name / "pginstall" / "bin"


class PostgresDoor(Door):
    """As RDS does it: no word without TLS, then a password that has to be a token of IAM's for this user."""

    def __init__(self, behind: Path, context: ssl.SSLContext, keys: Mapping[str, str], name: str | None = None) -> None:
        """`name` is host and port as clients know the door, unless that is where it stands."""
        super().__init__(behind, context)
        self._name = name
        self._keys = keys

    async def admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        if struct.unpack("!ii", await reader.readexactly(8)) != (8, SSL_REQUEST):
            self.refused.append("no TLS")
            return None
        writer.write(b"S")
        await writer.drain()
        await writer.start_tls(self.context)
        start = await _sized(reader)
        words = start[4:].split(b"\0")
        user = dict(zip(words[::2], words[1::2], strict=False))[b"user"].decode()
        writer.write(b"R" + struct.pack("!ii", 8, 3))  # the password, please, as it is
        assert await reader.readexactly(1) == b"p"
        token = (await _sized(reader)).rstrip(b"\0").decode()
        self.tokens.append(token)
        why = refusal(
            token, self._name or f"localhost:{self.port}", "rds-db", {"Action": "connect", "DBUser": user}, self._keys
        )
        if why is not None:
            self.refused.append(why)
            said = f'SFATAL\0VFATAL\0C28000\0MPAM authentication failed for user "{user}"\0\0'.encode()
            writer.write(b"E" + struct.pack("!i", len(said) + 4) + said)
            await writer.drain()
            return None
        behind = await asyncio.open_unix_connection(self.behind)
        behind[1].write(struct.pack("!i", len(start) + 4) + start)
        return behind


async def _sized(reader: asyncio.StreamReader) -> bytes:
    (size,) = struct.unpack("!i", await reader.readexactly(4))
    assert 4 <= size <= LONGEST
    return await reader.readexactly(size - 4)
