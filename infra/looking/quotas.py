"""What the account may use at once of Lambda, and what it has asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from infra.looking.asking import Asking
from infra.looking.found import Fact, Facts, Parts, Rows, facts
from infra.looking.metrics import Metric, counted

_ACCOUNT: Final = (
    Fact("at once", "AccountLimit.ConcurrentExecutions"),
    Fact("at once, not reserved", "AccountLimit.UnreservedConcurrentExecutions"),
    Fact("code (bytes)", "AccountLimit.TotalCodeSize", always=False),
    Fact("code used (bytes)", "AccountUsage.TotalCodeSize", always=False),
    Fact("functions", "AccountUsage.FunctionCount"),
)
_USE: Final = (Metric("at once, most", "ConcurrentExecutions", "Maximum"), Metric("throttles", "Throttles"))


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota by the names of Service Quotas."""

    service: str
    code: str


_QUOTAS: Final = (Quota("lambda", "L-B99A9384"),)
_QUOTA: Final = (Fact("quota", "QuotaName"), Fact("code", "QuotaCode"), Fact("value", "Value"))


def parts(asking: Asking) -> Parts:
    """Return what is read of the account's limits."""

    def account() -> Facts:
        return facts(
            _ACCOUNT, asking.answer("lambda", "get_account_settings", "AccountLimit"), "lambda:GetAccountSettings"
        )

    return {
        "Lambda": account,
        "last 15 minutes": lambda: counted(asking, "AWS/Lambda", _USE, {}),
        "quotas": lambda: Rows(tuple(fact.name for fact in _QUOTA), [_quota(asking, one) for one in _QUOTAS]),
    }


def _quota(asking: Asking, quota: Quota) -> Facts:
    asked = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    told = asking.answer("service-quotas", "get_service_quota", "Quota", **asked)
    return facts(_QUOTA, told["Quota"], "service-quotas:GetServiceQuota")
