"""Whom we speak to: a session whose account is the environment's, or a refusal before anything is done."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from infra.deploy import descriptions
from infra.deploy.endpoint import usable
from infra.environment import Environment
from infra.errors import EndpointError, InputError

ClientOf = Callable[[str], Any]
VARIABLE = "AWS_ENDPOINT_URL"
_KEYS = ("AccessKeyId", "SecretAccessKey", "SessionToken")
_SESSION = re.compile(r"arn:([a-z-]+):sts::([0-9]{12}):assumed-role/([^/]+)/.+")
_ROLE = re.compile(r"arn:([a-z-]+):iam::([0-9]{12}):role/(?:.+/)?([^/]+)")
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
        InputError: it is no URL that can be called. One that is empty is not taken for AWS.
    """
    if endpoint is not None:
        return usable(endpoint, "--endpoint")
    for name in sorted(os.environ):
        if name.startswith(f"{VARIABLE}_"):
            raise InputError(f"{name}: expected one endpoint for all services, which {VARIABLE} or --endpoint names")
    named = os.environ.get(VARIABLE)
    return None if named is None else usable(named, VARIABLE)


def connect(environment: Environment, role: str, endpoint: str | None = None) -> Any:
    """Return a boto3 session that acts as ``role`` in the environment's account, which it takes unless it has it.

    Credentials come from boto3's usual chain; on a loopback endpoint invented ones do where there are none.

    Raises:
        EndpointError: the endpoint refuses, the role cannot be assumed, or the account is not the environment's.
    """
    where = endpoint_in_use(endpoint)
    with one_line(f"{environment.name}: {where or 'AWS'} does not let us act as {role}"):
        session = _session(environment.region)
        if is_loopback(where) and session.get_credentials() is None:
            session = _session(environment.region, "testing", "testing")
        sts = _client(session, "sts", where)
        caller = _answer(sts.get_caller_identity)
        if not acts_as(caller.get("Arn"), role):
            keys = _member(_answer(sts.assume_role, RoleArn=role, RoleSessionName="touchstone"), "Credentials")
            session = _session(environment.region, *(_member(keys, name) for name in _KEYS))
            caller = _answer(_client(session, "sts", where).get_caller_identity)
        account = _member(caller, "Account")
    if account != environment.account:
        raise EndpointError(
            f"{environment.name}: the caller's account is {account}, infra/environments/{environment.name}.toml says "
            f"{environment.account}"
        )
    return session


def acts_as(caller: str | None, role: str) -> bool:
    """Say whether a caller is a session of the role already, as a workflow is: no role has to trust itself.

    A session's ARN has the role's name without its path, which is the name's in the whole account.
    """
    session, wanted = _SESSION.fullmatch(caller or ""), _ROLE.fullmatch(role)
    return session is not None and wanted is not None and session.groups() == wanted.groups()


def _answer(ask: Callable[..., Any], **asked: str) -> Any:
    try:
        return ask(**asked)
    except KeyError as error:  # botocore's own, from a document that is well formed and is no answer to the question
        raise EndpointError(f"the answer has no {error}: what answers does not speak as AWS does") from error


def _member(answer: Any, name: str) -> Any:
    if name not in answer:
        raise EndpointError(f"the answer has no {name}: what answers does not speak as AWS does")
    return answer[name]


@contextmanager
def one_line(what: str) -> Iterator[None]:
    """Turn whatever AWS, or what answers in its place, says against a call into one line that begins with ``what``."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  0.6 s that a static run does not pay
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        yield
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        raise EndpointError(f"{what}: {' '.join(str(error).split())}") from error


def _session(region: str, key: str | None = None, secret: str | None = None, token: str | None = None) -> Any:
    import boto3  # noqa: PLC0415

    return boto3.Session(key, secret, token, region_name=region, botocore_session=descriptions.session())


def client(session: Any, service: str, endpoint: str | None = None) -> Any:
    """Return a client of a service that retries as AWS recommends and gives up in reasonable time."""
    return _client(session, service, endpoint_in_use(endpoint))


def clients(session: Any, endpoint: str | None = None) -> ClientOf:
    """Return what gives the client of a service by boto3's name, made once: making one costs more than calling it."""
    return cache(lambda service: client(session, service, endpoint))


def _client(session: Any, service: str, endpoint: str | None) -> Any:
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        retries={"mode": "standard", "max_attempts": _ATTEMPTS},
        connect_timeout=_SECONDS,
        read_timeout=_SECONDS,
        # What is spoken to is said in one place, so that the record can name it: none of AWS_ENDPOINT_URL_<SERVICE>.
        ignore_configured_endpoint_urls=True,
    )
    return session.client(service, endpoint_url=endpoint, config=config)
