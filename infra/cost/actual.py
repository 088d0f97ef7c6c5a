"""What a month really cost, as Cost Explorer tells it, by the services that the estimate knows."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from infra.errors import InputError, UntoldError

# Cost Explorer's names, by the estimate's; a service that is not here keeps its own.
SERVICES: Final[Mapping[str, str]] = {
    "AWS Backup": "Backup",
    "AWS CloudTrail": "CloudTrail",
    "AWS Config": "Config",
    "AWS Key Management Service": "KMS",
    "AWS Lambda": "Lambda",
    "AWS Secrets Manager": "Secrets Manager",
    "AWS Security Hub": "Security Hub",
    "AWS WAF": "WAF",
    "AWS X-Ray": "X-Ray",
    "Amazon API Gateway": "API Gateway",
    "Amazon CloudFront": "CloudFront",
    "Amazon DynamoDB": "DynamoDB",
    "Amazon ElastiCache": "ElastiCache",
    "Amazon GuardDuty": "GuardDuty",
    "Amazon Relational Database Service": "RDS",
    "Amazon Route 53": "Route 53",
    "Amazon Simple Notification Service": "SNS",
    "Amazon Simple Queue Service": "SQS",
    "Amazon Simple Storage Service": "S3",
    "Amazon Virtual Private Cloud": "VPC",
    "AmazonCloudWatch": "CloudWatch",
    "EC2 - Other": "VPC",  # the NAT gateway is counted there
}
_METRIC: Final = "UnblendedCost"
_PRICE: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Month:
    """A month, or what has passed of it; ``end`` is the first day that does not count."""

    begin: date
    end: date

    @property
    def share(self) -> float:
        """How much of the month it is."""
        return (self.end - self.begin).days / calendar.monthrange(self.begin.year, self.begin.month)[1]

    def __str__(self) -> str:
        return f"{self.begin:%B %Y}" if self.share == 1 else f"{self.begin:%B %Y} until {self.end - timedelta(1)}"


@dataclass(frozen=True, slots=True)
class Spent:
    """US dollars by service; ``estimated`` is Cost Explorer's word for a bill that is not closed."""

    month: Month
    usd: Mapping[str, float]
    estimated: bool

    @property
    def total(self) -> float:
        """US dollars in all."""
        return sum(self.usd.values())


def month_of(text: str | None, today: date) -> Month:
    """Read a month such as ``2026-10``; without one it is the last that is over.

    Raises:
        InputError: it is none, or no day of it is over.
    """
    if text is None:
        end = today.replace(day=1)
        return Month((end - timedelta(1)).replace(day=1), end)
    found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text)
    begin = date(int(found[1]), int(found[2]), 1) if found else today
    if found is None or begin >= today:
        raise InputError(f"--month {text or repr(text)}: expected a month such as 2026-10, of which a day is over")
    after = (begin + timedelta(31)).replace(day=1)
    return Month(begin, min(after, today))


def spent_in(month: Month, cost_explorer: Any) -> Spent:
    """Ask Cost Explorer, with boto3's client.

    Raises:
        UntoldError: it tells nothing of these days, or in another unit than US dollars.
    """
    usd: dict[str, float] = {}
    estimated = False
    for period in _periods(month, cost_explorer):
        estimated = estimated or bool(period.get("Estimated", True))
        for name, amount in _groups(period):
            service = SERVICES.get(name, name)
            usd[service] = usd.get(service, 0) + amount
    if not usd:
        raise UntoldError(f"Cost Explorer tells of no cost in {month}: nobody can say what it was")
    return Spent(month, usd, estimated)


def _periods(month: Month, cost_explorer: Any) -> Iterator[Mapping[str, Any]]:
    asked: dict[str, Any] = {
        "TimePeriod": {"Start": month.begin.isoformat(), "End": month.end.isoformat()},
        "Granularity": "MONTHLY",
        "Metrics": [_METRIC],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
    }
    while True:
        page = cost_explorer.get_cost_and_usage(**asked)
        for period in page.get("ResultsByTime", ()):
            if period.get("TimePeriod") != asked["TimePeriod"]:
                raise UntoldError(f"Cost Explorer answers for {period.get('TimePeriod')}, not for {month}")
            yield period
        if not page.get("NextPageToken"):
            return
        asked["NextPageToken"] = page["NextPageToken"]


def _groups(period: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for group in period.get("Groups", ()):
        keys, told = group.get("Keys"), group.get("Metrics", {}).get(_METRIC, {})
        amount = str(told.get("Amount"))
        if not isinstance(keys, list) or len(keys) != 1 or told.get("Unit") != "USD" or not _PRICE.fullmatch(amount):
            raise UntoldError(f"Cost Explorer tells of {keys}: {told}; expected an amount in USD")
        yield str(keys[0]), float(amount)
