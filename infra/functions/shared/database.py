"""PostgreSQL by IAM: a token signed here and now instead of a password, one connection a process, verified TLS."""

from __future__ import annotations

from functools import lru_cache
from time import perf_counter
from typing import Any, Final

from pg8000.exceptions import Error as PostgresError
from pg8000.native import Connection

from infra.functions.shared.clients import client
from infra.functions.shared.entry import milliseconds_since
from infra.functions.shared.logger import conceal, logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.settings import File, Name, Port, Settings
from infra.functions.shared.tls import verified

TIMEOUT_SECONDS: Final = 5
_OPTIONS: Final = f"-c statement_timeout={TIMEOUT_SECONDS}s"


class DatabaseSettings(Settings):
    """The variables of a function that speaks with PostgreSQL."""

    database_endpoint: Name
    database_port: Port
    database_name: Name
    database_user: Name
    database_ca_file: File = ""


class DatabaseError(Exception):
    """The database did not do what was asked; what it said is in the log."""


class Database:
    """One connection, opened when it is needed; it is not given away, for an invocation is alone in its process."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._connection: Connection | None = None

    def run(self, statement: str, **values: Any) -> list[list[Any]]:
        """Run a statement that may be run twice: a connection that was kept may be dead without anybody knowing.

        Raises:
            DatabaseError: it could not be run.
        """
        begun = perf_counter()
        try:
            if self._connection is not None:
                try:
                    return self._run(statement, values)
                except (PostgresError, OSError) as error:
                    logger.info("a connection that was kept is of no use", error=type(error).__name__)
            return self._run(statement, values)
        except (PostgresError, OSError) as error:
            count(Metric.DATABASE_FAILURES)
            logger.exception("the database did not answer")
            raise DatabaseError(type(error).__name__) from None
        finally:
            count(Metric.DATABASE_TIME, milliseconds_since(begun))

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _run(self, statement: str, values: dict[str, Any]) -> list[list[Any]]:
        connection, self._connection = self._connection or self._open(), None
        try:
            rows = connection.run(statement, **values)
        except BaseException:
            connection.close()
            raise
        self._connection = connection  # only one that has just answered is kept
        return [list(row) for row in rows or ()]

    def _open(self) -> Connection:
        settings = self._settings
        token = client("rds").generate_db_auth_token(
            DBHostname=settings.database_endpoint, Port=settings.database_port, DBUsername=settings.database_user
        )
        conceal(token)
        return Connection(
            user=settings.database_user,
            password=token,
            host=settings.database_endpoint,
            port=settings.database_port,
            database=settings.database_name,
            ssl_context=verified(settings.database_ca_file),
            timeout=TIMEOUT_SECONDS,
            startup_params={"options": _OPTIONS},
        )


@lru_cache
def database(settings: DatabaseSettings) -> Database:
    """Return the process's database."""
    return Database(settings)
