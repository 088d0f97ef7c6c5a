"""Calls are shifted, and taken back, by what functions really do in the mock cloud; any death is gone on from."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fixtures.mock_cloud.process import running
from infra.errors import DeployError, InputError, TakenBackError
from infra.operations.shift import name_of, steps_of
from infra.shifting.alias import Aliases
from infra.shifting.shift import Clock, Pace, Shift
from infra.shifting.watch import Watch
from tests.infra.shifting import ALARM, AT_FIRST, SHIFTED, THROWS, Bench, Dying, Killed, made
from tests.mock_cloud.running import ask, packed, tell

PACE = Pace((10, 50, 100), timedelta(minutes=5))


@pytest.fixture(scope="module")
def endpoint(_shared_mock_cloud: None) -> Iterator[str]:
    with running() as cloud:
        yield cloud.endpoint


@pytest.fixture
def bench(endpoint: str) -> Bench:
    return made(endpoint)


def test_a_sound_version_gets_all_calls_step_by_step(bench: Bench) -> None:
    alias = bench.shift().start("2", PACE)
    assert (alias.version, bench.state(), bench.settled) == ("2", SHIFTED, ["2"])
    assert [line.split(" of the calls")[0] for line in bench.said[:3]] == ["f: 10%", "f: 50%", "f: 100%"]
    assert bench.said[3:] == ["f: all to version 2"]


def test_a_version_that_throws_loses_its_calls_by_what_is_counted_alone(endpoint: str) -> None:
    bench = made(endpoint, THROWS)
    with pytest.raises(TakenBackError) as caught:
        bench.shift().start("2", Pace((50, 100), timedelta(minutes=5)))
    assert caught.value.exit_code == 1
    assert "f: taken back to version 1 at 50%: " in str(caught.value)
    assert "calls of version 2 ended in an error" in str(caught.value)
    assert (bench.state(), bench.settled) == (AT_FIRST, ["1"])


def test_an_alarm_takes_the_calls_back_whoever_set_it_off(bench: Bench) -> None:
    shift = bench.shift()
    bench.account.client("lambda").update_function_code(FunctionName="f", ZipFile=packed(THROWS))

    def sleep(seconds: float) -> None:
        for _ in range(5):
            ask(bench.account, "f")  # not through the alias, so that only the alarm sees it
        bench.sleep(max(seconds, 60))

    with pytest.raises(TakenBackError, match=f"alarm {ALARM} has gone off") as caught:
        replace(shift, clock=Clock(bench.now, sleep)).start("2", PACE)
    assert (caught.value.exit_code, bench.state()) == (1, AT_FIRST)


@pytest.mark.parametrize("silent", ["calls", "alarm", "metrics", "states"])
def test_what_cannot_be_told_takes_the_calls_back(bench: Bench, silent: str) -> None:
    cloudwatch = bench.account.client("cloudwatch")

    class Mute:
        def __getattr__(self, name: str) -> Any:
            if name == "get_paginator":
                return self.refused
            return getattr(cloudwatch, name)

        def refused(self, operation: str) -> Any:
            if operation == "get_metric_data" and silent == "metrics":
                raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, operation)
            return cloudwatch.get_paginator(operation)

    def sleep(seconds: float) -> None:
        if silent == "alarm":
            cloudwatch.delete_alarms(AlarmNames=[ALARM])
        if silent == "states":
            cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="INSUFFICIENT_DATA", StateReason="a test")
            tell(bench.account.endpoint, **{"pass": seconds})
            return
        (bench.passes if silent == "calls" else bench.sleep)(seconds)

    shift = bench.shift()
    shift = replace(shift, clock=Clock(bench.now, sleep), watch=replace(shift.watch, cloudwatch=Mute()))
    with pytest.raises(TakenBackError) as caught:
        shift.start("2", PACE)
    wanted = {
        "calls": "no call of version 2 was counted", "alarm": "is not there any more",
        "metrics": "how it goes could not be read", "states": "has insufficient data",
    }  # fmt: skip
    assert wanted[silent] in str(caught.value)
    assert (caught.value.exit_code, bench.state(), bench.settled) == (2, AT_FIRST, ["1"])


def test_nothing_is_changed_where_nobody_could_tell_how_it_goes(bench: Bench) -> None:
    bench.account.client("cloudwatch").delete_alarms(AlarmNames=[ALARM])
    with pytest.raises(DeployError, match="no alarm looks at it"):
        bench.shift().start("2", PACE)
    assert (bench.state(), bench.settled) == (AT_FIRST, [])


@pytest.mark.parametrize("version", ["1", "3", "$LATEST"])
def test_only_a_version_that_is_there_and_not_live_can_be_shifted_to(bench: Bench, version: str) -> None:
    if version != "$LATEST":
        with pytest.raises(InputError, match="expected a version of f"):
            bench.shift().start(version, PACE)
    assert (bench.state(), bench.settled) == (AT_FIRST, [])


def test_a_second_shift_is_refused(bench: Bench) -> None:
    def sleep(seconds: float) -> None:
        with pytest.raises(DeployError, match=r"a shift is under way, [0-9]+% to version 2, the rest to"):
            bench.shift().start("2", PACE)
        bench.sleep(seconds)

    replace(bench.shift(), clock=Clock(bench.now, sleep)).start("2", Pace((50, 100), timedelta(minutes=2)))
    assert bench.state() == SHIFTED


def test_whoever_has_not_seen_the_alias_as_it_is_cannot_change_it(bench: Bench) -> None:
    aliases = Aliases(bench.account.client("lambda"))
    seen = aliases.read("f")
    aliases.share(seen, "1", {})
    with pytest.raises(ClientError, match="PreconditionFailed"):
        aliases.share(seen, "2", {})
    assert aliases.read("f").version == "1"


class Calm(Watch):
    """Nothing is ever wrong."""

    def alarms(self) -> dict[str, str]:
        return {ALARM: "OK"}

    def about_alarms(self, _: Any) -> Iterator[Any]:
        return iter(())

    def about_calls(self, *_: Any, **__: Any) -> Iterator[Any]:
        return iter(())


def test_after_every_death_the_shift_is_gone_on_with_or_taken_back(bench: Bench) -> None:
    moment = itertools.count()
    clock = Clock(lambda: datetime.fromtimestamp(next(moment), UTC), lambda _: None)
    pace = Pace((10, 50, 100), timedelta(seconds=1))

    def shift(dying: Dying | None = None) -> Shift:
        found = bench.shift(dying)
        return replace(found, clock=clock, watch=Calm("f", "", found.watch.cloudwatch))

    whole = Dying()
    shift(whole).start("2", pace)
    assert (bench.state(), whole.writes) == (SHIFTED, 13)
    for dies_at, after, goes_on in itertools.product(range(1, whole.writes + 1), (False, True), (False, True)):
        bench.anew()
        with pytest.raises(Killed):
            shift(Dying(dies_at, after)).start("2", pace)
        before = bench.state()
        if goes_on:
            shift().resume(pace)
        else:
            shift().abort()
        shifted = before[0] == "2" or (goes_on and bool(before[1]))
        assert bench.state() == (SHIFTED if shifted else AT_FIRST), (dies_at, after, goes_on, before)
        assert bench.settled[-1] == bench.state()[0]


@pytest.mark.parametrize("text", ["", "10", "100,50", "50,50,100", "0,100", "10,101", "ten", "10, 100", "10,,100"])
def test_steps_rise_to_a_hundred(text: str) -> None:
    with pytest.raises(InputError, match="expected rising percents that end with 100"):
        steps_of(text)
    assert steps_of("10,50,100") == (10, 50, 100)


def test_a_function_is_called_by_either_name() -> None:
    names = ("touchstone-dev-query", "touchstone-dev-push")
    assert {name_of("query", names), name_of("touchstone-dev-query", names)} == {"touchstone-dev-query"}
    with pytest.raises(InputError, match="expected one of query, push"):
        name_of("que", names)
