"""Rules of composite alarms, and schedules of mute rules, hold exactly when they say that they do."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fixtures.mock_cloud.runtime.alarm_rules import RuleError, holds, names_in, parse
from fixtures.mock_cloud.runtime.mutes import ScheduleError, check, muting, status

STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
NAMES = ("a", "b", "touchstone-prod-p1-database")


def grown(dice: random.Random, depth: int) -> tuple[str, str]:
    """A rule with as few brackets as it needs, and the same in Python, where NOT, AND and OR bind as they do there."""
    kind = dice.randrange(6) if depth else dice.randrange(2)
    if kind == 0:
        word = dice.choice(("TRUE", "FALSE"))
        return word, word.title()
    if kind == 1 or depth == 0:
        state, name = dice.choice(STATES), dice.choice(NAMES)
        called = dice.choice((f'"{name}"', name, f'"arn:aws:cloudwatch:us-east-1:1:alarm:{name}"', f" {name} "))
        return f"{state}({called})", f"(states[{name!r}] == {state!r})"
    one, same = grown(dice, depth - 1)
    if kind == 2:
        return f"NOT ({one})", f"(not ({same}))"
    other, its = grown(dice, depth - 1)
    sign = "AND" if kind in (3, 4) else "OR"
    both = f"{one} {sign} {other}", f"{same} {sign.lower()} {its}"
    return both if dice.random() < 0.5 else (f"({both[0]})", f"({both[1]})")


@pytest.mark.parametrize("seed", range(150))
def test_a_grown_rule_holds_in_the_states_in_which_it_says_so(seed: int) -> None:
    rule, same = grown(random.Random(seed), 4)  # noqa: S311
    node = parse(rule)
    for values in itertools.product(STATES, repeat=len(NAMES)):
        states = dict(zip(NAMES, values, strict=True))
        expected = eval(same, {"states": states})  # noqa: S307  the oracle, grown here
        assert holds(node, states.__getitem__) == expected, rule
    assert set(names_in(node)) <= set(NAMES)


@pytest.mark.parametrize(
    "rule",
    ["", "ALARM", "ALARM()", "ALARM(a", "ALARM(a) ALARM(b)", "ALARM(a) AND", "NOT", "(ALARM(a)", "ALARM(a))",
     "alarm(a)", "ALARM(a) XOR OK(b)", "HIGH(a)", "TRUE FALSE",
     " OR ".join(f"ALARM(a{number})" for number in range(101)),
     " AND ".join(["TRUE"] * 501)],
)  # fmt: skip
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        parse(rule)


def mute(expression: str, duration: str, zone: str | None = None, **more: Any) -> dict[str, Any]:
    schedule = {"Expression": expression, "Duration": duration} | ({"Timezone": zone} if zone else {})
    check(schedule)
    return {"Name": "m", "Rule": {"Schedule": schedule}, "MuteTargets": {"AlarmNames": ["a"]}, **more}


def when(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("rule", "moment", "expected"),
    [
        (mute("cron(0 2 * * *)", "PT2H"), "2026-11-28 01:59", "SCHEDULED"),
        (mute("cron(0 2 * * *)", "PT2H"), "2026-11-28 02:00", "ACTIVE"),
        (mute("cron(0 2 * * *)", "PT2H"), "2026-11-28 03:59", "ACTIVE"),
        (mute("cron(0 2 * * *)", "PT2H"), "2026-11-28 04:00", "SCHEDULED"),
        (mute("cron(0 18 * * FRI)", "P2DT12H"), "2026-11-30 05:59", "ACTIVE"),  # a Monday
        (mute("cron(0 18 * * FRI)", "P2DT12H"), "2026-11-30 06:00", "SCHEDULED"),
        (mute("cron(0 1 1 JAN-MAR,DEC *)", "PT1H"), "2026-12-01 01:30", "ACTIVE"),
        (mute("cron(0 1 1 JAN-MAR,DEC *)", "PT1H"), "2026-11-01 01:30", "SCHEDULED"),
        (mute("cron(0 2 * * *)", "PT1H", "America/New_York"), "2026-11-28 07:30", "ACTIVE"),
        (mute("cron(0 2 * * *)", "PT1H", "America/New_York"), "2026-11-28 02:30", "SCHEDULED"),
        (mute("at(2026-12-23T00:00)", "P7D"), "2026-12-22 23:59", "SCHEDULED"),
        (mute("at(2026-12-23T00:00)", "P7D"), "2026-12-29 23:59", "ACTIVE"),
        (mute("at(2026-12-23T00:00)", "P7D"), "2026-12-30 00:00", "EXPIRED"),
        (mute("cron(0 2 * * *)", "PT2H", ExpireDate=datetime(2026, 11, 1, tzinfo=UTC)), "2026-11-28 02:30", "EXPIRED"),
        (mute("cron(0 2 * * *)", "PT2H", StartDate=datetime(2026, 12, 1, tzinfo=UTC)), "2026-11-28 02:30", "SCHEDULED"),
    ],
)
def test_a_mute_rule_is_active_while_its_schedule_says_so(rule: dict[str, Any], moment: str, expected: str) -> None:
    assert status(rule, when(moment)) == expected
    assert muting([rule], "a", when(moment)) == (["m"] if expected == "ACTIVE" else [])
    assert muting([rule], "b", when(moment)) == []


@pytest.mark.parametrize("seed", range(30))
def test_a_recurring_schedule_is_active_after_each_minute_that_it_names(seed: int) -> None:
    """Against every minute of three days, one by one."""
    dice = random.Random(seed)  # noqa: S311
    minutes, hours = sorted(dice.sample(range(60), 2)), sorted(dice.sample(range(24), 2))
    length = dice.choice((1, 30, 90, 1500))
    rule = mute(f"cron({minutes[0]},{minutes[1]} {hours[0]}-{hours[1]} * * *)", f"PT{length}M")
    first = datetime(2026, 3, 1, tzinfo=UTC)
    begins = [
        first + timedelta(minutes=minute)
        for minute in range(-3 * 1440, 3 * 1440)
        if (first + timedelta(minutes=minute)).minute in minutes
        and hours[0] <= (first + timedelta(minutes=minute)).hour <= hours[1]
    ]
    for minute in dice.sample(range(3 * 1440), 200):
        moment = first + timedelta(minutes=minute, seconds=dice.randrange(60))
        expected = any(begun <= moment < begun + timedelta(minutes=length) for begun in begins)
        assert (status(rule, moment.timestamp()) == "ACTIVE") == expected


@pytest.mark.parametrize(
    ("expression", "duration", "zone"),
    [
        ("cron(0 2 * * *)", "PT0M", "UTC"), ("cron(0 2 * * *)", "P16D", "UTC"), ("cron(0 2 * * *)", "2 hours", "UTC"),
        ("cron(0 2 * *)", "PT1H", "UTC"), ("cron(60 2 * * *)", "PT1H", "UTC"), ("cron(0 2 * * MONDAY)", "PT1H", "UTC"),
        ("rate(1 hour)", "PT1H", "UTC"), ("at(tomorrow)", "PT1H", "UTC"), ("cron(0 2 * * *)", "PT1H", "Atlantis/Port"),
        ("cron(0 2 * * *)", "PT", "UTC"),
    ],
)  # fmt: skip
def test_a_schedule_that_says_no_time_is_refused(expression: str, duration: str, zone: str) -> None:
    with pytest.raises(ScheduleError):
        check({"Expression": expression, "Duration": duration, "Timezone": zone})
