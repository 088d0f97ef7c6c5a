"""What comes in and goes out: events, alerts, and the envelopes of API Gateway. Strict, bounded, never repeated."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    ValidationError,
)
from pydantic.alias_generators import to_camel

PROTOCOL: Final = "touchstone"
LARGEST_PAYLOAD: Final = 16_384
_CENT = Decimal("0.01")
_MOST_ERRORS = 3


class Strict(BaseModel):
    """Nothing is converted, nothing unknown is let in, and no error repeats what was sent."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class Envelope(BaseModel):
    """What AWS puts around a message: it has more than we ask for, and may get more at any time."""

    model_config = ConfigDict(
        strict=True, extra="ignore", frozen=True, hide_input_in_errors=True, alias_generator=to_camel
    )


def instant_text(moment: datetime) -> str:
    """Write an instant so that later ones sort behind earlier ones."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("expected a year from 1 to 9999") from error


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT)


def _payload(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse what one of the stores behind could not keep: NaN, half a character, a NUL, or far too much."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    if len(text.encode()) > LARGEST_PAYLOAD:
        raise ValueError(f"expected at most {LARGEST_PAYLOAD} bytes")
    if "\\u0000" in text:
        raise ValueError("expected no NUL character")
    return value


Identifier = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9._:@/=+-]+$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Topic = Annotated[
    str, StringConstraints(max_length=129, pattern=r"^[a-z0-9][a-z0-9._-]{0,63}:[a-z0-9][a-z0-9._-]{0,63}$")
]
AlertId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Instant = Annotated[AwareDatetime, AfterValidator(_utc), PlainSerializer(instant_text, when_used="json")]
# To the cent, and few enough digits that a client's floating point number holds them all.
Usd = Annotated[
    Decimal,
    Field(ge=0, le=10_000_000_000_000, allow_inf_nan=False),
    AfterValidator(_cents),
    PlainSerializer(float, return_type=float, when_used="json"),
]
Payload = Annotated[dict[str, JsonValue], AfterValidator(_payload)]


class Event(Strict):
    """Something that happened in a protocol, as its publisher tells it."""

    event_id: Identifier
    protocol: Word
    topic: Topic
    occurred_at: Instant
    usd: Usd
    payload: Payload

    @property
    def alert_id(self) -> str:
        """Return the id of the alert that this event becomes: the same however often it is delivered."""
        return hashlib.sha256(f"touchstone:alert:{self.event_id}".encode()).hexdigest()[:32]


class Alert(Strict):
    """An event that somebody listens to."""

    alert_id: AlertId
    event_id: Identifier
    topic: Topic
    raised_at: Instant
    usd: Usd
    payload: Payload


class Authorizer(Envelope):
    """What the authorizer said when the socket was opened."""

    principal: Annotated[str, Field(min_length=1, max_length=128)]


class RequestContext(Envelope):
    """Which socket, and which route of the API."""

    connection_id: Annotated[str, Field(min_length=1, max_length=128)]
    route_key: Annotated[str, Field(min_length=1, max_length=128)]
    authorizer: Authorizer | None = None


class SocketEvent(Envelope):
    """An invocation by a route of the WebSocket API; only $connect has headers."""

    request_context: RequestContext
    headers: dict[str, str] | None = None
    body: str | None = None


def complaint(error: ValidationError) -> str:
    """Say what was wrong with a request, by place, and without what was sent."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    said = [": ".join((*(str(step) for step in item["loc"][:4]), item["msg"])) for item in found[:_MOST_ERRORS]]
    return "; ".join(said)
