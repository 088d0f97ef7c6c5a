"""Gives the history of a topic's alerts, newest first and page by page, from PostgreSQL or as the cache has it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BeforeValidator, Field, ValidationError

from infra.functions.shared.answers import RequestError, answer, read, refusal
from infra.functions.shared.cache import Cache, CacheSettings, cache, failed
from infra.functions.shared.database import Database, DatabaseError, DatabaseSettings, database
from infra.functions.shared.entry import CONNECTION, entry
from infra.functions.shared.logger import logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.models import Alert, AlertId, Instant, SocketEvent, Strict, Topic, instant_text

# API Gateway hands on 128 KB at most; one alert alone never comes near that.
MOST_BYTES: Final = 96 * 1024
MOST_ALERTS: Final = 100
_AND: Final = "~"
_SELECT: Final = "SELECT alert_id, event_id, topic, raised_at, usd, payload FROM alerts WHERE topic = :topic"
_ORDER: Final = "ORDER BY raised_at DESC, alert_id DESC LIMIT :limit"
NEWEST: Final = f"{_SELECT} {_ORDER}"
OLDER: Final = f"{_SELECT} AND (raised_at, alert_id) < (CAST(:instant AS timestamptz), :alert_id) {_ORDER}"


class Settings(DatabaseSettings, CacheSettings):
    """The variables of this function."""


class Place(Strict):
    """Where a page begins: before an instant, or before one alert among those of that instant."""

    instant: Instant
    alert_id: AlertId | Literal[""] = ""

    @classmethod
    def parse(cls, text: Any) -> Place:
        """Read a place as a client writes it; raises ValueError."""
        instant, _, alert_id = str(text)[:80].partition(_AND)
        try:
            return cls.model_validate_strings({"instant": instant, "alert_id": alert_id})
        except ValidationError:
            raise ValueError("expected an instant such as 2026-11-28T12:00:00Z, or what a page says") from None

    def __str__(self) -> str:
        return instant_text(self.instant) + (f"{_AND}{self.alert_id}" if self.alert_id else "")


class Query(Strict):
    """The request of a client who wants to know what was before."""

    action: Literal["query"]
    topic: Topic
    before: Annotated[Place, BeforeValidator(Place.parse)] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ALERTS)] = 20

    @property
    def key(self) -> str:
        """Return the key of the answer in the cache."""
        return f"history:{self.topic}:{self.before or 'newest'}:{self.limit}"


class Page(Strict):
    """Alerts, and before which place the next page begins; None when there is none."""

    alerts: tuple[Alert, ...]
    before: str | None


@entry(CONNECTION)
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer the route query."""
    settings, request = Settings.read(), SocketEvent.model_validate(event)
    try:
        wish = read(request.body, Query)
        page = _page(wish, cache(settings), database(settings))
    except RequestError as error:
        return refusal(str(error))
    except DatabaseError:  # what it said is in the log, and is none of a client's business
        return answer("error", error="the history cannot be had at the moment: try again later")
    count(Metric.QUERIES_ANSWERED)
    logger.info("a page of history was given", topic=wish.topic, alerts=len(page.alerts))
    return answer("ok", topic=wish.topic, **page.model_dump(mode="json"))


def _page(wish: Query, kept: Cache, history: Database) -> Page:
    text = kept.get(wish.key)
    if text is not None:
        try:
            return Page.model_validate_json(text)
        except ValidationError as error:  # of an older version of this function, or not of ours
            failed(error)
    page = _read_page(wish, history)
    kept.put(wish.key, page.model_dump_json())
    return page


def _read_page(wish: Query, history: Database) -> Page:
    """Ask for one alert more than is wanted: it says whether there is a next page."""
    values: dict[str, Any] = {"topic": wish.topic, "limit": wish.limit + 1}
    if wish.before is None:
        rows = history.run(NEWEST, **values)
    else:
        rows = history.run(OLDER, **values, instant=wish.before.instant, alert_id=wish.before.alert_id)
    found = [Alert(**dict(zip(Alert.model_fields, row, strict=True))) for row in rows]
    alerts = _fitting(found[: wish.limit])
    if len(alerts) == len(found):
        return Page(alerts=alerts, before=None)
    last = alerts[-1]
    return Page(alerts=alerts, before=str(Place(instant=last.raised_at, alert_id=last.alert_id)))


def _fitting(alerts: list[Alert]) -> tuple[Alert, ...]:
    """Return as many as one answer can hold."""
    room, fitting = MOST_BYTES, []
    for alert in alerts:
        room -= len(alert.model_dump_json())
        if room < 0:
            break
        fitting.append(alert)
    return tuple(fitting)
