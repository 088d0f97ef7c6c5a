"""An account that is answered from memory: answers are kept as they came over the wire, and one can be changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from fixtures.aws.gateway import Gateway
from tests.gateway.stub import Raw

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Wire:
    """One answer: status, headers and body."""

    service: str
    operation: str
    protocol: str
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Recording:
    """Asks the account once for everything; ``changed`` stands in for the answers whose keys it has."""

    answers: dict[Key, Wire] = field(default_factory=dict)
    changed: dict[Key, bytes] = field(default_factory=dict)
    met: set[Key] = field(default_factory=set)
    _http: URLLib3Session = field(default_factory=URLLib3Session)

    def listen(self, gateway: Gateway) -> None:
        """Stand between the clients of a gateway and their endpoint."""
        clients = gateway.clients
        make: Callable[[str, str], Any] = clients._make

        def made(service: str, region: str) -> Any:
            client = make(service, region)
            client.meta.events.register("before-send", self._handler(service, client))
            return client

        clients._make = made  # type: ignore[method-assign]  # what it makes is what we listen to
        clients._made.clear()

    def _handler(self, service: str, client: Any) -> Callable[..., AWSResponse]:
        protocol = client.meta.service_model.resolved_protocol

        def send(event_name: str, request: Any, **_: Any) -> AWSResponse:
            body = request.body if isinstance(request.body, str) else bytes(request.body or b"").decode()
            key = (service, event_name.rpartition(".")[2], f"{request.url} {body}")
            if key not in self.answers:
                given = self._http.send(request)
                headers = {name: value for name, value in given.headers.items() if name.lower() != "content-length"}
                self.answers[key] = Wire(*key[:2], protocol, given.status_code, headers, given.content)
            wire = self.answers[key]
            if key in self.changed:
                self.met.add(key)
            content = self.changed.get(key, wire.body)
            headers = wire.headers | {"content-length": str(len(content))}
            return AWSResponse(request.url, wire.status, headers, Raw(content))

        return send
