"""The rows of a store, each as a key and a digest: what they say leaves the store only to be counted."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.deploy.connect import ClientOf
from infra.errors import EndpointError, InputError
from infra.recovery.comparing import Census

_TABLE: Final = "alerts"
_USER: Final = "touchstone_functions"
_DATABASE: Final = "touchstone"
_PAGE: Final = 10_000
_SECONDS: Final = 30
_ROWS: Final = (
    f"SELECT alert_id, encode(sha256(convert_to({_TABLE}::text, 'UTF8')), 'hex') FROM {_TABLE} "  # noqa: S608
    "WHERE alert_id > :after ORDER BY alert_id LIMIT :most"
)


def census_of_table(dynamodb: Any, name: str) -> Census:
    """Read every item of a table, page by page."""
    keys = [one["AttributeName"] for one in dynamodb.describe_table(TableName=name)["Table"]["KeySchema"]]
    found: dict[str, str] = {}
    for page in dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
        for item in page["Items"]:
            found[_text({key: item[key] for key in keys})] = hashlib.sha256(_text(item).encode()).hexdigest()
    return found


def _text(item: Mapping[str, Any]) -> str:
    """Write an item in one way: names sorted, the members of sets too, bytes as text."""
    return json.dumps({name: _plain(value) for name, value in item.items()}, sort_keys=True)


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """Write a value, which DynamoDB gives as its type and what is held; the names inside are the item's own."""
    ((kind, held),) = value.items()
    if kind == "M":
        held = {name: _plain(one) for name, one in held.items()}
    elif kind == "L":
        held = [_plain(one) for one in held]
    elif kind == "B":
        held = b64encode(held).decode()
    elif kind == "BS":
        held = sorted(b64encode(one).decode() for one in held)
    elif kind in ("SS", "NS"):
        held = sorted(held)
    return {kind: held}


@dataclass(frozen=True, slots=True)
class Way:
    """How databases are reached: ``place`` is host and port where their names do not lead there, as with a tunnel.

    TLS is for the instance's own name in any case; ``authority`` is the file of who certifies it.
    """

    place: tuple[str, int] | None = None
    authority: Path | None = None

    @classmethod
    def read(cls, place: str | None, authority: Path | None) -> Way:
        """Read what was given; raises InputError for what is none."""
        if authority is not None and not authority.is_file():
            raise InputError(f"--authority {authority}: expected a file with certificates")
        if place is None:
            return cls(None, authority)
        host, _, port = place.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65_536:  # noqa: PLR2004  ports
            raise InputError(f"--database {place!r}: expected host:port")
        return cls((host, int(port)), authority)

    def census(self, client_of: ClientOf, instance: Mapping[str, Any]) -> Census:
        """Read every row of an instance's history.

        Raises:
            EndpointError: it is not reached, or does not let us in.
        """
        host, port = instance["Endpoint"]["Address"], int(instance["Endpoint"]["Port"])
        token = client_of("rds").generate_db_auth_token(DBHostname=host, Port=port, DBUsername=_USER)
        return _read(self, host, port, token)


def _read(way: Way, host: str, port: int, token: str) -> Census:
    from pg8000.exceptions import Error  # noqa: PLC0415  whoever compares no database does not wait for it
    from pg8000.native import Connection  # noqa: PLC0415

    try:
        context = ssl.create_default_context(cafile=None if way.authority is None else str(way.authority))
        with socket.create_connection(way.place or (host, port), _SECONDS) as plain:
            connection = Connection(
                _USER, host=host, port=port, database=_DATABASE, password=token, ssl_context=context, sock=plain,
                startup_params={"TimeZone": "UTC"}, timeout=_SECONDS,
            )  # fmt: skip
            try:
                return _rows(connection)
            finally:
                connection.close()
    except (OSError, Error) as error:
        raise EndpointError(f"{host}: its rows cannot be read: {' '.join(str(error).split())[:200]}") from error


def _rows(connection: Any) -> Census:
    found: dict[str, str] = {}
    after = ""
    while rows := connection.run(_ROWS, after=after, most=_PAGE):
        found.update((key, digest) for key, digest in rows)
        after = rows[-1][0]
    return found
