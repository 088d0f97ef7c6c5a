"""Whom we speak to: a session whose account is the environment's, or a refusal before anything is done."""

from __future__ import annotations

import ipaddress
import os
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from infra.environment import Environment
from infra.errors import EndpointError, InputError
from infra.redaction import redacted_address

_ATTEMPTS = 4
_SECONDS = 20


def is_loopback(endpoint: str | None) -> bool:
    """Say whether an endpoint is on this machine, where no real credentials are needed."""
    try:
        host = urlsplit(endpoint or "").hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def endpoint_in_use(endpoint: str | None) -> str | None:
    """Return the endpoint that calls go to: the given one, or ``AWS_ENDPOINT_URL``; ``None`` is AWS itself.

    Raises:
        InputError: it is no address of a server.
    """
    where = endpoint or os.environ.get("AWS_ENDPOINT_URL") or None
    if where is not None and not _is_address(where):
        raise InputError(f"endpoint {redacted_address(where)}: expected an address such as http://127.0.0.1:5000")
    return where


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text if text.isprintable() and " " not in text else "")
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def connect(environment: Environment, role: str, endpoint: str | None = None) -> Any:
    """Return a boto3 session that acts as ``role`` in the environment's account.

    Credentials come from boto3's usual chain; on a loopback endpoint invented ones do where there are none.

    Raises:
        EndpointError: the endpoint refuses, the role cannot be assumed, or the account is not the environment's.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  0.6 s that a static run does not pay

    where = endpoint_in_use(endpoint)
    try:
        session = _session(environment.region)
        if is_loopback(where) and session.get_credentials() is None:
            session = _session(environment.region, "testing", "testing")
        assumed = _client(session, "sts", where).assume_role(RoleArn=role, RoleSessionName="touchstone")
        keys = assumed["Credentials"]
        session = _session(environment.region, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        account = _client(session, "sts", where).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise EndpointError(f"{environment.name}: {where or 'AWS'} does not let us act as {role}: {error}") from error
    if account != environment.account:
        raise EndpointError(
            f"{environment.name}: the caller's account is {account}, infra/environments/{environment.name}.toml says "
            f"{environment.account}"
        )
    return session


def _session(region: str, key: str | None = None, secret: str | None = None, token: str | None = None) -> Any:
    import boto3  # noqa: PLC0415
    from botocore.session import get_session  # noqa: PLC0415

    core = get_session()
    core.register_component("data_loader", _loader())
    return boto3.Session(key, secret, token, region_name=region, botocore_session=core)


@cache
def _loader() -> Any:
    """Read the description of a service once per process, however many accounts are spoken to."""
    from botocore.session import get_session  # noqa: PLC0415

    return get_session().get_component("data_loader")


def client(session: Any, service: str, endpoint: str | None = None) -> Any:
    """Return a client of a service that retries as AWS recommends and gives up in reasonable time."""
    return _client(session, service, endpoint_in_use(endpoint))


def _client(session: Any, service: str, endpoint: str | None) -> Any:
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        retries={"mode": "standard", "max_attempts": _ATTEMPTS}, connect_timeout=_SECONDS, read_timeout=_SECONDS
    )
    return session.client(service, endpoint_url=endpoint, config=config)
