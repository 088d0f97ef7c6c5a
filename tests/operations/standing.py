"""Dev in a fork of the mock cloud that lies on request, and commands as a person types them, in this process."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.request import Request, urlopen

from fixtures.aws.permissions import action_of
from fixtures.mock_cloud.faults import PATH
from fixtures.mock_cloud.process import MockCloud
from infra.__main__ import main
from infra.deploy import connect
from infra.deploy.connect import ClientOf, clients
from infra.environment import load_environment
from infra.operations.options import console
from tests.infra.allowed import OTHERWISE
from tests.operations.typed import Ended

DEV = load_environment("dev")
FAULTS = "fixtures.mock_cloud.faults:Faults"


@dataclass
class Standing:
    """Dev, the clients of whoever deploys it, and which operations they have asked for, as (service, operation)."""

    cloud: MockCloud
    client_of: ClientOf
    asked: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def fork(cls, cloud: MockCloud) -> Iterator[Standing]:
        """A copy of its own; a refused call is not made again, which would take seconds."""
        with cloud.fork(middleware=[FAULTS]) as fork, mock.patch.object(connect, "_ATTEMPTS", 1):
            session = connect.connect(DEV, DEV.deploy_role, fork.endpoint)
            yield cls(fork, clients(session, fork.endpoint))

    def type(self, *words: str) -> Ended:
        """Run a command to its end, with clients that were made before; what it asks for is heard."""
        self.asked.clear()
        out, err = io.StringIO(), io.StringIO()
        typed = ["infra", *words, "--env", "dev", "--endpoint", self.cloud.endpoint]
        makers = ("infra.operations.look.clients", "infra.operations.options.clients")
        with ExitStack() as patched:
            for one in (redirect_stdout(out), redirect_stderr(err), mock.patch.object(sys, "argv", typed)):
                patched.enter_context(one)
            for maker in makers:
                patched.enter_context(mock.patch(maker, self._clients))
            patched.enter_context(mock.patch.dict(os.environ, COLUMNS="200"))
            patched.enter_context(mock.patch.object(console, "_width", 200))
            code = main()
        return Ended(code, out.getvalue(), err.getvalue())

    def data(self, *words: str) -> dict[str, Any]:
        """What a command says as data; it has to end well."""
        ended = self.type(*words, "--json")
        assert ended.code == 0, ended
        found: dict[str, Any] = json.loads(ended.out)
        return found

    @contextmanager
    def lying(self, service: str, operation: str, fault: str) -> Iterator[None]:
        """Let one operation be answered falsely."""
        self._arm({"service": service, "operation": operation, "fault": fault})
        try:
            yield
        finally:
            self._arm({})

    def _arm(self, what: dict[str, str]) -> None:
        with urlopen(Request(f"{self.cloud.endpoint}{PATH}", json.dumps(what).encode(), method="POST")) as answer:  # noqa: S310
            assert answer.status == 200

    def _clients(self, *_: Any) -> ClientOf:
        def listening(service: str) -> Any:
            client = self.client_of(service)
            client.meta.events.register("before-call", self._hear, unique_id="standing")
            return client

        return listening

    def _hear(self, model: Any, **_: Any) -> None:
        self.asked.append((model.service_model.service_name, model.name))

    def actions(self) -> set[str]:
        """IAM's words for what was asked for."""
        found = {action_of(service, operation) for service, operation in self.asked} - {""}
        return {OTHERWISE.get(action, action) for action in found}

    def queue_url(self, short: str) -> str:
        return str(self.client_of("sqs").get_queue_url(QueueName=f"touchstone-dev-{short}")["QueueUrl"])

    def send(self, short: str, *bodies: str) -> None:
        for body in bodies:
            self.client_of("sqs").send_message(QueueUrl=self.queue_url(short), MessageBody=body)

    def waiting(self, short: str) -> int:
        asked = {"QueueUrl": self.queue_url(short), "AttributeNames": ["All"]}
        return int(self.client_of("sqs").get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"])
