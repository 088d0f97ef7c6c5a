"""Every metric of the platform, declared once; what stands in no row cannot be counted.

It imports nothing that counts: alarms and dashboards are held against it where no function runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

Unit = Literal["Count", "Milliseconds"]
Kind = Literal["business", "performance", "error"]


@dataclass(frozen=True, slots=True)
class Row:
    """One metric: its name in CloudWatch, its unit, what kind it is, and what one count of it means."""

    name: str
    unit: Unit
    kind: Kind
    meaning: str


_COUNT: Final = "Count"
_MILLISECONDS: Final = "Milliseconds"


class Metric(Enum):
    """The table. Dimensions are the service and the environment and no others: each further value is paid for."""

    CONNECTIONS_AUTHORIZED = Row("ConnectionsAuthorized", _COUNT, "business", "a client showed a valid token")
    CONNECTIONS_OPENED = Row("ConnectionsOpened", _COUNT, "business", "a socket was opened and is on record")
    CONNECTIONS_CLOSED = Row("ConnectionsClosed", _COUNT, "business", "a socket was closed and is forgotten")
    SUBSCRIPTIONS_ADDED = Row("SubscriptionsAdded", _COUNT, "business", "a client subscribed to a topic")
    SUBSCRIPTIONS_REMOVED = Row("SubscriptionsRemoved", _COUNT, "business", "a client gave a topic up")
    QUERIES_ANSWERED = Row("QueriesAnswered", _COUNT, "business", "a page of history was given")
    EVENTS_RECEIVED = Row("EventsReceived", _COUNT, "business", "a protocol event was read from the queue")
    EVENTS_UNMATCHED = Row("EventsUnmatched", _COUNT, "business", "nobody listens to the topic of an event")
    ALERTS_RAISED = Row("AlertsRaised", _COUNT, "business", "an event that somebody listens to became an alert")
    ALERTS_RECORDED = Row("AlertsRecorded", _COUNT, "business", "an alert is in the history")
    ALERTS_PUSHED = Row("AlertsPushed", _COUNT, "business", "an alert was handed to one client")
    SECRETS_ROTATED = Row("SecretsRotated", _COUNT, "business", "a secret's new value is the current one")

    COLD_STARTS = Row("ColdStarts", _COUNT, "performance", "the first invocation of a process")
    HANDLER_TIME = Row("HandlerTime", _MILLISECONDS, "performance", "one invocation, without Lambda's own share")
    EVENT_AGE = Row("EventAge", _MILLISECONDS, "performance", "from an event's occurrence until it was read")
    DELIVERY_TIME = Row("DeliveryTime", _MILLISECONDS, "performance", "from an alert's raising until it was pushed")
    DATABASE_TIME = Row("DatabaseTime", _MILLISECONDS, "performance", "one statement, with connecting where it had to")
    CACHE_HITS = Row("CacheHits", _COUNT, "performance", "a page of history came from the cache")
    CACHE_MISSES = Row("CacheMisses", _COUNT, "performance", "a page of history was not in the cache")

    CONNECTIONS_REFUSED = Row("ConnectionsRefused", _COUNT, "error", "a client was not let in")
    REQUESTS_REFUSED = Row("RequestsRefused", _COUNT, "error", "what a client sent was not understood or not allowed")
    MESSAGES_REFUSED = Row("MessagesRefused", _COUNT, "error", "a message is not what its queue carries")
    MESSAGES_FAILED = Row("MessagesFailed", _COUNT, "error", "a sound message was not handled, and will come again")
    CACHE_FAILURES = Row("CacheFailures", _COUNT, "error", "the cache did not answer, or not with what was put there")
    DATABASE_FAILURES = Row("DatabaseFailures", _COUNT, "error", "the database did not answer a statement")
    CONNECTIONS_GONE = Row("ConnectionsGone", _COUNT, "error", "a client had left without a word when it was pushed to")
    PUSH_FAILURES = Row(
        "PushFailures", _COUNT, "error", "an alert could not be handed to one client, and will be again"
    )
    HANDLER_FAILURES = Row("HandlerFailures", _COUNT, "error", "an invocation ended in an error nobody foresaw")
