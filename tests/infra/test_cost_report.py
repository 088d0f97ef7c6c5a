"""What a month cost is compared with what was estimated; what Cost Explorer does not tell is no figure."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fixtures.mock_cloud.process import running
from infra.cost.actual import Month, month_of
from infra.cost.costs import load_costs
from infra.environment import load_environment
from infra.errors import InputError
from tests.infra.allowed import heard, refused
from tests.infra.test_deployer import Run, at

PROD = ("--env", "prod", "--month", "2026-10")
OCTOBER = {"Start": "2026-10-01", "End": "2026-11-01"}
BILL = {
    "AWS Lambda": "151.20", "Amazon ElastiCache": "196.4", "EC2 - Other": "36.5", "Amazon Virtual Private Cloud": "60",
    "AWS Something New": "3", "Amazon DynamoDB": "1E-7",
}  # fmt: skip


@pytest.fixture(scope="module")
def endpoint(_shared_mock_cloud: None) -> Iterator[str]:
    with running() as cloud:
        yield cloud.endpoint


@pytest.fixture
def run(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Type a command, in an account of which Cost Explorer tells nothing; the role that is taken may ask it."""
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")).close()  # noqa: S310
    with heard(monkeypatch) as asked:
        yield at(endpoint, monkeypatch)
    assert refused(asked, "prod") == set()


def group(service: str, amount: str, unit: str = "USD") -> dict[str, Any]:
    return {"Keys": [service], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": unit}}}


def bill(period: dict[str, str], *groups: dict[str, Any], estimated: bool = False) -> dict[str, Any]:
    one = {"TimePeriod": period, "Total": {}, "Groups": list(groups), "Estimated": estimated}
    return {"ResultsByTime": [one], "DimensionValueAttributes": []}


def tells(endpoint: str, *results: dict[str, Any], account: str = "prod") -> None:
    """Let Cost Explorer answer so, one after the other."""
    told = {"results": list(results), "account_id": load_environment(account).account}
    asked = urllib.request.Request(  # noqa: S310
        f"{endpoint}/moto-api/static/ce/cost-and-usage-results", json.dumps(told).encode(), method="POST"
    )
    urllib.request.urlopen(asked).close()  # noqa: S310


def test_a_month_is_shown_beside_its_estimate_and_its_budget(
    run: Run, endpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tells(endpoint, bill(OCTOBER, *(group(*one) for one in BILL.items())))
    assert run("cost-report", *PROD, "--json", "--html", str(tmp_path / "page.html")) == 0
    said = capsys.readouterr().out
    told = json.loads(said[said.index("{") :])
    services = {one["service"]: one for one in told["services"]}
    assert (services["VPC"]["spent"], services["Lambda"]["spent"]) == (96.5, 151.2)
    assert services["AWS Something New"] == {"service": "AWS Something New", "estimate": 0.0, "spent": 3.0}
    assert services["RDS"]["spent"] == 0
    assert services["RDS"]["estimate"] > 50
    assert (told["spent"], told["budget"], told["over"], told["saved"]) == (447.1, 600.0, -152.9, 0.441)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<rect") == 2 * len(services)
    assert "savings: 44% of the $800.00 that a month cost before" in page


def test_more_than_the_budget_is_exit_code_1(run: Run, endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    tells(endpoint, bill(OCTOBER, group("AWS Lambda", "600.01"), estimated=True))
    assert run("cost-report", *PROD) == 1
    said = capsys.readouterr().out
    assert "budget $600.00: $0.01 over it" in said
    assert "the bill is not closed" in said


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([], "tells of no cost in October 2026"),
        ([bill(OCTOBER)], "tells of no cost in October 2026"),
        ([bill({"Start": "2026-09-01", "End": "2026-10-01"}, group("AWS Lambda", "1"))], "Cost Explorer answers for"),
        ([bill(OCTOBER, group("AWS Lambda", "1", unit="EUR"))], "expected an amount in USD"),
        ([bill(OCTOBER, group("AWS Lambda", "NaN"))], "expected an amount in USD"),
        ([bill(OCTOBER, group("AWS Lambda", "1"), {"Keys": ["a", "b"], "Metrics": {}})], "expected an amount in USD"),
    ],
)
def test_what_is_not_told_is_no_figure(
    run: Run, endpoint: str, capsys: pytest.CaptureFixture[str], told: list[dict[str, Any]], why: str
) -> None:
    tells(endpoint, *told)
    assert run("cost-report", *PROD) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert why in line


def test_the_last_month_that_is_over_is_meant_unless_another_is_named() -> None:
    assert month_of(None, date(2026, 3, 5)) == Month(date(2026, 2, 1), date(2026, 3, 1))
    assert month_of(None, date(2026, 1, 1)) == Month(date(2025, 12, 1), date(2026, 1, 1))
    assert month_of("2026-03", date(2026, 3, 5)) == Month(date(2026, 3, 1), date(2026, 3, 5))
    assert (str(month_of("2026-02", date(2026, 3, 5))), month_of("2026-02", date(2026, 2, 8)).share) == (
        "February 2026", 0.25,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-3", "1999-01", "2026-04", "2026-03", "October"])
def test_what_is_no_month_is_one_line(text: str) -> None:
    with pytest.raises(InputError, match=r"expected a month such as 2026-10, of which a day is over"):
        month_of(text, date(2026, 3, 1))


def test_the_brief_says_what_it_cost_before() -> None:
    """$1000 for the three, of which 27 percent are to be saved."""
    assert sum(load_costs(load_environment(name)).usage.before for name in ("dev", "staging", "prod")) == 1000
