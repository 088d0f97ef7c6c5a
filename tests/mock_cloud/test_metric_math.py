"""Metric math means here what CloudWatch's guide says, whatever is put into it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from fixtures.mock_cloud.runtime.alarms import in_order
from fixtures.mock_cloud.runtime.metric_math import FUNCTIONS, MathError, Series, evaluated, ids_in, parse

METRICS: dict[str, Series] = {
    "cpu1": [1.0, 2.0, None], "cpu2": [3.0, None, None], "load": [10.0, 0.0, 4.0], "none": [None, None, None],
}  # fmt: skip


def value(expression: str, **more: Series) -> Any:
    return evaluated(parse(expression), {**METRICS, **more}, METRICS)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cpu1 + 1", [2, 3, None]),
        ("cpu1 + cpu2", [4, None, None]),
        ("10 - cpu1 * 2", [8, 6, None]),
        ("(10 - cpu1) * 2", [18, 16, None]),
        ("-cpu1", [-1, -2, None]),
        ("2 ^ cpu1", [2, 4, None]),
        ("load / 0", [None, None, None]),
        ("1 / load", [0.1, None, 0.25]),
        ("cpu1 > 1", [0, 1, None]),
        ("cpu1 > 1 OR load == 4", [0, 1, None]),
        ("cpu1 <= 1 AND load >= 10", [1, 0, None]),
        ("cpu1 <= 1 && load >= 10", [1, 0, None]),
        ("cpu1 != 1 || load > 5", [1, 1, None]),
        ("load > 3 OR load < 1 AND load > 100", [1, 0, 1]),
        ("SUM([cpu1, cpu2])", [4, 2, None]),
        ("SUM(METRICS('cpu'))", [4, 2, None]),
        ('MAX(METRICS("cpu"))', [3, 2, None]),
        ("MIN(METRICS())", [1, 0, 4]),
        ("AVG([cpu1, cpu2])", [2, 2, None]),
        ("SUM(load)", 14),
        ("AVG(cpu1)", 1.5),
        ("load - AVG(load)", [10 - 14 / 3, -14 / 3, 4 - 14 / 3]),
        ("FILL(cpu1, 0)", [1, 2, 0]),
        ("FILL(cpu2, load)", [3, 0, 4]),
        ("SUM(FILL(METRICS('cpu'), 0))", [4, 2, 0]),
        ("SUM(METRICS('cpu') * 2)", [8, 4, None]),
        ("IF(load > 3, load, 0)", [10, 0, 4]),
        ("IF(cpu1 > 1, load)", [None, 0, None]),
        ("IF(cpu1, 7, cpu2)", [7, 7, None]),
        ("1.5e1 + 0 * load", [15, 15, 15]),
        ("SUM(METRICS('nobody'))", MathError),
        ("SUM(none)", MathError),
        ("METRICS() + METRICS()", MathError),
        ("nobody", MathError),
        ("'a' + 1", MathError),
    ],
)
def test_an_expression_has_the_value_that_the_guide_says(expression: str, expected: Any) -> None:
    if expected is MathError:
        with pytest.raises(MathError):
            value(expression)
    else:
        assert value(expression) == pytest.approx(expected)


@pytest.mark.parametrize(
    "expression",
    ["", "cpu1 +", "(cpu1", "cpu1)", "cpu1 cpu2", "SUM(cpu1", "Cpu1", "cpu1 & cpu2", "[cpu1,]", "RATE(cpu1)",
     "[, cpu1]", "SEARCH('{AWS/Lambda}', 'Sum', 60)", "ANOMALY_DETECTION_BAND(cpu1)", "__import__('os')",
     "cpu1.real", "FILL(cpu1)"],
)  # fmt: skip
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(MathError):
        value(expression)


def test_a_function_that_is_not_here_is_refused_by_its_name() -> None:
    with pytest.raises(MathError, match=r"^RUNNING_SUM: the mock cloud evaluates SUM"):
        parse("RUNNING_SUM(cpu1)")
    with pytest.raises(MathError, match=r"^SEARCH is not supported in alarms"):
        parse("SEARCH('a', 'Sum', 60)")
    assert set(FUNCTIONS) == {"SUM", "MAX", "MIN", "AVG", "FILL", "IF", "METRICS"}


def test_expressions_come_after_those_that_they_name() -> None:
    assert list(in_order({"c": "b + a", "b": "a", "a": "m"})) == ["a", "b", "c"]
    with pytest.raises(MathError, match="a, b name each other"):
        list(in_order({"a": "b", "b": "a", "c": "m"}))
    assert set(ids_in(parse("SUM([one, two]) + IF(three > 1, four)"))) == {"one", "two", "three", "four"}


SIGNS: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b, "AND": lambda a, b: bool(a and b), "OR": lambda a, b: bool(a or b),
}  # fmt: skip
Written = tuple[str, Callable[[dict[str, float | None]], float | None]]


def grown(dice: random.Random, depth: int) -> Written:
    """An expression with every pair in brackets, and what it means for one period, written down independently."""
    if depth == 0 or dice.random() < 0.2:
        if dice.random() < 0.3:
            number = dice.randrange(5)
            return str(number), lambda _: float(number)
        name = dice.choice(("a", "b", "c"))
        return name, lambda values: values[name]
    if dice.random() < 0.2:
        inside, its = grown(dice, depth - 1)
        return f"FILL(({inside}) + 0 * zero, 1)", lambda values: 1.0 if its(values) is None else its(values)
    sign = dice.choice(sorted(SIGNS))
    (one, left), (other, right) = grown(dice, depth - 1), grown(dice, depth - 1)

    def means(values: dict[str, float | None]) -> float | None:
        first, second = left(values), right(values)
        return None if first is None or second is None else float(SIGNS[sign](first, second))

    return f"({one} {sign} {other})", means


@pytest.mark.parametrize("seed", range(200))
def test_grown_expressions_mean_period_by_period_what_they_say(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    text, means = grown(dice, 4)
    series: dict[str, Series] = {
        name: [dice.choice((None, 0.0, 1.0, 2.0, 5.0)) for _ in range(6)] for name in ("a", "b", "c")
    }
    series["zero"] = [0.0] * 6
    found = evaluated(parse(f"({text}) + zero"), dict(series), series)
    expected = [means({name: series[name][period] for name in ("a", "b", "c")}) for period in range(6)]
    assert found == expected
