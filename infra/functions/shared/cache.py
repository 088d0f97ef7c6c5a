"""Valkey by IAM: a signed address instead of a password, verified TLS; whoever asks it can do without it."""

from __future__ import annotations

import socket
import ssl
from functools import lru_cache
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from pydantic import Field
from valkey import ConnectionPool, Valkey
from valkey.backoff import NoBackoff
from valkey.connection import SSLConnection
from valkey.credentials import CredentialProvider
from valkey.exceptions import ValkeyError
from valkey.retry import Retry

from infra.functions.shared.clients import session
from infra.functions.shared.logger import conceal, logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.settings import File, Name, Port, Settings
from infra.functions.shared.tls import verified

PREFIX: Final = "touchstone:"  # the functions' user may touch no other keys
TOKEN_SECONDS: Final = 900
TIMEOUT_SECONDS: Final = 0.5  # a cache that is slower than the database is none
FAILURES: Final = (ValkeyError, OSError)


class CacheSettings(Settings):
    """The variables of a function that speaks with Valkey."""

    cache_endpoint: Name
    cache_port: Port
    cache_name: Name
    cache_user: Name
    cache_ca_file: File = ""
    cache_seconds: Annotated[int, Field(ge=1, le=3600)]


class IamCredentials(CredentialProvider):
    """Signs a token for each connection that is opened; one is good for a quarter of an hour."""

    def __init__(self, cache_name: str, user: str) -> None:
        self._user = user
        self._url = f"http://{cache_name}/?{urlencode({'Action': 'connect', 'User': user})}"

    def get_credentials(self) -> tuple[str, str]:
        """Return the user and the token: a presigned address of the cache, without its scheme."""
        request = AWSRequest(method="GET", url=self._url)
        who = session()
        SigV4QueryAuth(who.get_credentials(), "elasticache", who.region_name, expires=TOKEN_SECONDS).add_auth(request)
        token = str(request.url).removeprefix("http://")
        conceal(token)
        return self._user, token


class VerifiedConnection(SSLConnection):
    """TLS as everywhere else: the library's own would trust the system's authorities beside the one that is named."""

    def _wrap_socket_with_ssl(self, sock: socket.socket) -> ssl.SSLSocket:
        return verified(self.ca_certs or "").wrap_socket(sock, server_hostname=self.host)


class Cache:
    """Texts by key, for a while. An error of it is counted and logged, and is never more than a miss."""

    def __init__(self, settings: CacheSettings) -> None:
        self._seconds = settings.cache_seconds
        pool = ConnectionPool(
            connection_class=VerifiedConnection,
            host=settings.cache_endpoint,
            port=settings.cache_port,
            ssl_ca_certs=settings.cache_ca_file,
            credential_provider=IamCredentials(settings.cache_name, settings.cache_user),
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),  # a connection that was kept may be dead without anybody knowing
        )
        self._valkey: Any = Valkey(connection_pool=pool)

    def get(self, key: str) -> bytes | None:
        """Return what was put there; None where nothing is, or nothing can be had."""
        try:
            found: Any = self._valkey.get(PREFIX + key)
        except FAILURES as error:
            failed(error)
            found = None
        count(Metric.CACHE_MISSES if found is None else Metric.CACHE_HITS)
        return found if isinstance(found, bytes) else None

    def put(self, key: str, text: str) -> None:
        """Keep a text for some seconds."""
        try:
            self._valkey.set(PREFIX + key, text, ex=self._seconds)
        except FAILURES as error:
            failed(error)

    def close(self) -> None:
        """Close what is open."""
        self._valkey.close()


def failed(error: Exception) -> None:
    """Count and log that the cache was of no use."""
    count(Metric.CACHE_FAILURES)
    logger.warning("the cache is of no use; the database is asked", error=type(error).__name__, said=str(error))


@lru_cache
def cache(settings: CacheSettings) -> Cache:
    """Return the process's cache."""
    return Cache(settings)
