"""The platform as the smoke tests see it: its public edge, and the APIs of AWS. Nothing enters its network."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from infra.deploy.connect import ClientOf, one_line
from infra.environment import Environment
from suites.smoke.client import Client
from suites.smoke.saying import CannotTellError

SUBPROTOCOL: Final = "touchstone"
NAMESPACE: Final = "Touchstone"
_STACKS: Final = ("security", "messaging")
_LONGEST: Final = timedelta(hours=2)  # that a run can take: no more than 1440 points in one answer
_MINUTE: Final = 60
_PAUSE: Final = 0.5


@dataclass(eq=False)
class Platform:
    """One environment that stands. ``way`` is where its edge is reached, unless its own name leads there."""

    environment: Environment
    client_of: ClientOf
    way: str | None
    wait: float
    run: str = field(default_factory=lambda: uuid4().hex[:12])
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    _outputs: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The name by which clients ask for the platform."""
        return f"ws.{self.environment.parameters['DomainName']}"

    @property
    def principal(self) -> str:
        """Who the tokens of this run say that they are for."""
        return f"smoke-{self.run}"

    def topic(self) -> str:
        """Return a topic to which nobody else listens, and that nobody has asked about."""
        return f"smoke:{self.run}-{uuid4().hex[:12]}"

    def output(self, name: str) -> str:
        """Return an output of our stacks. Raises CannotTellError where it is not there."""
        if not self._outputs:
            for stack in _STACKS:
                named = self.environment.stack_name(stack)
                with one_line(f"cloudformation:DescribeStacks {named}"):
                    (found,) = self.client_of("cloudformation").describe_stacks(StackName=named)["Stacks"]
                self._outputs |= {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}
        if name not in self._outputs:
            raise CannotTellError(f"expected the output {name} of {' or '.join(_STACKS)}; it is not there")
        return self._outputs[name]

    # -- the edge --------------------------------------------------------------------------------------------------

    def token(self, key: str | None = None) -> str:
        """Return a token as a client has it, signed with the platform's key or another one."""
        if key is None:
            with one_line("secretsmanager:GetSecretValue"):
                found = self.client_of("secretsmanager").get_secret_value(SecretId=self.output("JwtSecretArn"))
            key = str(json.loads(found["SecretString"])["value"])
        now = int(time.time())
        said = {"sub": self.principal, "aud": f"touchstone-{self.environment.name}", "iat": now, "exp": now + 600}
        return jwt.encode(said, key, algorithm="HS512")

    @contextmanager
    def connected(self) -> Iterator[Client]:
        """Open a socket with a good token, for who needs one. Raises CannotTellError where there is none to be had."""
        with self.opened(self.token()) as found:
            if isinstance(found, str):
                raise CannotTellError(f"needs an open socket at {self.host}: {found}")
            yield found

    @contextmanager
    def opened(self, token: str | None) -> Iterator[Client | str]:
        """Give a client with a token or none, or what came in its place: ``HTTP 401``.

        Raises:
            CannotTellError: nobody is there who could refuse.
        """
        found = self._open(token)
        if isinstance(found, str):
            yield found
        else:
            with found as ours:
                yield Client(ours, self.wait)

    def _open(self, token: str | None) -> ClientConnection | str:
        there = urlsplit(self.way or f"wss://{self.host}")
        safe = there.scheme == "wss"
        port = there.port or (443 if safe else 80)
        try:
            plain = socket.create_connection((there.hostname or "", port), self.wait)
        except OSError as error:
            raise CannotTellError(f"{there.hostname}:{port} cannot be reached: {error}") from error
        page = str(self.environment.parameters.get("AllowedOrigins", "")).partition(",")[0].strip()
        try:
            return connect(  # the name is the edge's own, whatever way leads there; its certificate has to be for it
                f"{there.scheme}://{self.host}:{port}/",
                sock=plain,
                ssl=ssl.create_default_context() if safe else None,
                origin=Origin(page) if page else None,
                subprotocols=[Subprotocol(word) for word in (SUBPROTOCOL, token) if word],
                open_timeout=self.wait,
            )
        except InvalidStatus as refused:
            return f"HTTP {refused.response.status_code}"
        except TimeoutError:
            return f"no answer: waited {self.wait:g} s for the handshake"
        except (OSError, InvalidHandshake) as error:
            return f"no WebSocket: {type(error).__name__}: {error}"

    # -- the other end ---------------------------------------------------------------------------------------------

    def publish(self, topic: str) -> dict[str, Any]:
        """Tell the platform of an event, as a publisher does."""
        event = {
            "event_id": f"smoke-{uuid4()}",
            "protocol": "smoke",
            "topic": topic,
            "occurred_at": datetime.now(UTC).isoformat(),
            "usd": 1234.5,
            "payload": {"run": self.run},
        }
        with one_line("sns:Publish"):
            self.client_of("sns").publish(TopicArn=self.output("EventTopicArn"), Message=json.dumps(event))
        return event

    def letters(self, output: str) -> int:
        """Return how many messages a dead-letter queue says that it has, seen or unseen."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        arn, sqs = self.output(output).split(":"), self.client_of("sqs")
        with one_line(f"sqs:GetQueueAttributes {arn[-1]}"):
            url = sqs.get_queue_url(QueueName=arn[-1], QueueOwnerAWSAccountId=arn[4])["QueueUrl"]
            told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names).get("Attributes", {})
        if not set(names) <= set(told):
            raise CannotTellError(f"{arn[-1]} does not say how many messages it has")
        return sum(int(told[name]) for name in names)

    def counted(self, metric: str, service: str) -> float:
        """Return how often a metric of ours was counted since this run began; nothing is 0."""
        dimensions = {"service": service, "environment": self.environment.name}
        begun = self.begun.replace(second=0, microsecond=0)
        with one_line(f"cloudwatch:GetMetricStatistics {metric}"):
            found = self.client_of("cloudwatch").get_metric_statistics(
                Namespace=NAMESPACE, MetricName=metric, StartTime=begun, EndTime=begun + _LONGEST,
                Period=_MINUTE, Statistics=["Sum"],
                Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            )  # fmt: skip
        return float(sum(one["Sum"] for one in found.get("Datapoints", ())))

    def log_lines(self, function: str, words: str) -> list[str]:
        """Return the lines that a function has logged with these words in them since this run began."""
        group = f"/aws/lambda/touchstone-{self.environment.name}-{function}"
        since = int((self.begun.timestamp() - 60) * 1000)
        with one_line(f"logs:FilterLogEvents {group}"):
            pages = self.client_of("logs").get_paginator("filter_log_events")
            asked = pages.paginate(logGroupName=group, startTime=since, filterPattern=f'"{words}"')
            return [str(one["message"]) for page in asked for one in page["events"]]

    def eventually(self, look: Callable[[], Any]) -> Any:
        """Look until something is found or the time is over; return what was found last."""
        ends = time.monotonic() + self.wait
        while not (found := look()) and time.monotonic() < ends:
            time.sleep(_PAUSE)
        return found
