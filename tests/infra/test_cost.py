"""The estimate counts everything that a template declares, at prices that are listed, and asks for every figure."""

from __future__ import annotations

import json
import math
import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.judging.baseline import load_baseline
from infra import __main__ as command
from infra.cost.costs import load_costs
from infra.cost.estimate import Estimate, Line, estimate, estimate_platform
from infra.cost.items import Item
from infra.cost.prices import Price, Prices, load_prices
from infra.cost.rules import FREE, RULES
from infra.cost.usage import Usage, load_usage
from infra.environment import environment_names, load_environment
from infra.errors import InputError
from infra.stacks import Platform, resolve_platform

NAMES = environment_names()
DAY = date(2026, 11, 22)


@cache
def platform(name: str) -> Platform:
    return resolve_platform(load_environment(name))


def estimated(name: str, **changed: Any) -> Estimate:
    costs = load_costs(load_environment(name))
    usage = costs.usage.model_copy(update=changed)
    return estimate_platform(platform(name), costs.prices, usage)


def figures(name: str) -> list[tuple[str, str, str]]:
    return [(name, of, figure) for of, used in load_usage(name).used.items() for figure in used.figures]


@pytest.mark.parametrize("name", NAMES)
def test_every_type_costs_something_or_says_why_not(name: str) -> None:
    types = {resource.type for resource in platform(name).resources().values()}
    assert types <= RULES.keys() | FREE.keys()
    assert not RULES.keys() & FREE.keys()


@pytest.mark.parametrize(("name", "of", "figure"), [case for name in NAMES for case in figures(name)])
def test_no_figure_of_usage_may_lack_and_none_is_for_nothing(name: str, of: str, figure: str) -> None:
    """Without it the estimate is refused in one line that names the key, and twice as much of it costs more."""
    used = load_usage(name).used
    rest = {key: amount for key, amount in used[of].figures.items() if key != figure}
    with pytest.raises(InputError) as refused:
        estimated(name, used=used | {of: used[of].model_copy(update={"figures": rest})})
    assert f".figures.{figure}: expected" in str(refused.value)
    assert str(refused.value).startswith(f"infra/pricing/usage/{name}.toml: used.")
    before = estimated(name).usd
    more = used[of].model_copy(update={"figures": used[of].figures | {figure: used[of].figures[figure] * 2 + 1}})
    assert estimated(name, used=used | {of: more}).usd > before


@pytest.mark.parametrize("name", NAMES)
def test_usage_of_nothing_that_is_there_is_refused(name: str) -> None:
    used = load_usage(name).used
    with pytest.raises(InputError, match=r"used\.Nobody: expected a resource or a type"):
        estimated(name, used=used | {"Nobody": next(iter(used.values()))})


@pytest.mark.parametrize("key", sorted({line.key for name in NAMES for line in estimated(name).lines}))
def test_no_price_that_is_needed_may_lack(key: str) -> None:
    prices = load_prices("us-east-1")
    without = Prices(prices={name: price for name, price in prices.prices.items() if name != key})
    needing = [name for name in NAMES if any(line.key == key for line in estimated(name).lines)]
    for name in needing:
        with pytest.raises(InputError, match=re.escape(f"prices.{key}: expected the price of what")):
            estimate_platform(platform(name), without, load_usage(name))


def test_an_unknown_type_is_refused_by_name() -> None:
    costs = load_costs(load_environment("dev"))
    item = Item("data", "Lake", "AWS::Lake::Formation", lambda _: None)
    with pytest.raises(InputError, match="Lake: AWS::Lake::Formation: expected a rule"):
        estimate("dev", [item], costs.prices, costs.usage)


@pytest.mark.parametrize("name", NAMES)
def test_the_environments_stay_within_their_budgets(name: str) -> None:
    found = estimated(name)
    assert found.to_pay <= load_baseline(name).monthly_budget
    assert math.isclose(sum(found.by(lambda line: line.stack).values()), found.usd)
    assert math.isclose(sum(found.by(lambda line: line.price.service).values()), found.usd)
    assert set(found.by(lambda line: line.stack)) <= set(platform(name).stacks)


def test_production_comes_to_what_the_brief_assumes_of_its_use() -> None:
    services = estimated("prod").by(lambda line: line.price.service)
    expected = load_usage("prod").expected
    for service in ("Lambda", "DynamoDB", "S3"):
        assert math.isclose(services[service], expected[service], rel_tol=0.1), service


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1e6)), max_size=20),
    st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
)
def test_the_free_tier_is_given_once_and_never_more_than_was_used(
    quantities: list[tuple[str, float]], free: list[float]
) -> None:
    prices = {
        key: Price(service=key, unit="u", usd=0.5, free=amount, source="s", read=DAY, verified=True)
        for key, amount in zip("abc", free, strict=True)
    }
    found = Estimate("x", tuple(Line("s", "r", "t", key, prices[key], much, None) for key, much in quantities))
    paid = 0.0
    for key, price in prices.items():
        much = math.fsum(amount for name, amount in quantities if name == key)
        paid += max(0.0, much - price.free) * price.usd
    assert math.isclose(found.to_pay, paid, rel_tol=1e-9, abs_tol=1e-6)
    assert found.to_pay >= 0 or math.isclose(found.to_pay, 0, abs_tol=1e-6)


def test_the_oldest_price_tells_the_age() -> None:
    prices = load_prices("us-east-1")
    oldest = min(price.read for price in prices.prices.values())
    assert prices.age(oldest + timedelta(days=200)) == 200


BAD = [
    ("prices.toml", '[prices."a.b"]\nservice = "x"\n', "expected a value"),
    ("prices.toml", '[prices."A b"]\n', "prices"),
    ("prices.toml", "[prices\n", "not valid TOML"),
]


@pytest.mark.parametrize(("file", "text", "said"), BAD)
def test_a_bad_price_list_is_one_line(tmp_path: Path, file: str, text: str, said: str) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(InputError) as refused:
        load_prices("prices", tmp_path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_usage_of_another_environment_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").write_text('environment = "prod"\nbefore = 1\n[used]\n')
    with pytest.raises(InputError, match="environment: expected dev, got prod"):
        load_usage("dev", tmp_path)
    assert isinstance(load_usage("dev"), Usage)


@pytest.mark.parametrize("name", NAMES)
def test_the_command_prints_what_a_month_costs(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["infra", "cost", "--env", name])
    assert command.main() == 0
    shown = capsys.readouterr().out
    found = estimated(name)
    assert f"${found.usd:,.2f} without the free tier, ${found.to_pay:,.2f} after it" in shown
    assert "the oldest price was read" in shown
    monkeypatch.setattr("sys.argv", ["infra", "cost", "--env", name, "--json"])
    assert command.main() == 0
    told = json.loads(capsys.readouterr().out)
    assert told["usd"] == round(found.usd, 2)
    assert len(told["lines"]) == len(found.lines)
