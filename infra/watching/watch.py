"""Reading again and again until a time is over. Time is given, so that whoever tries it does not wait."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from infra.errors import EndpointError, InputError
from infra.watching.alarms import Reading, State

EVERY_SECONDS: Final = 30
_LENGTH: Final = re.compile(r"([1-9][0-9]{0,3})([smh])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
_MOST: Final = 24 * 3600


def seconds_of(text: str, option: str) -> int:
    """Read a length of time such as ``90s``, ``10m`` or ``2h``.

    Raises:
        InputError: it is none, or longer than a day.
    """
    found = _LENGTH.fullmatch(text)
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if not 0 < seconds <= _MOST:
        raise InputError(f"{option} {text!r}: expected a length of time such as 90s, 10m or 2h, a day at the most")
    return seconds


def readings(
    read: Callable[[], Reading],
    seconds: float,
    every: float = EVERY_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Reading]:
    """Give a reading at once, then one every so often, the last when the time is over; whoever has seen enough stops.

    A reading that fails between others is given as one that tells of no alarm.

    Raises:
        EndpointError: the first reading fails: there is nothing to watch.
    """
    ends = clock() + seconds
    last = read()
    yield last
    while (left := ends - clock()) > 0:
        sleep(min(every, left))
        try:
            last = read()
        except EndpointError as error:
            last = untold(last, str(error))
        yield last


def untold(last: Reading, why: str) -> Reading:
    """Return a reading of the same alarms that tells of none."""
    return Reading(tuple(replace(alarm, state=State.CANNOT_TELL, reason=why, since=None) for alarm in last.alarms))


def changes(before: Reading | None, now: Reading) -> tuple[str, ...]:
    """Say which alarms are in another state than at the reading before; nothing at the first."""
    states = {} if before is None else {alarm.name: alarm.state for alarm in before.alarms}
    return tuple(
        f"{alarm.name}: {states[alarm.name].text} -> {alarm.state.text}: {alarm.reason}"
        for alarm in now.alarms
        if states.get(alarm.name, alarm.state) is not alarm.state
    )


def exit_code(seen: Iterable[Reading], *, strict: bool = False) -> int:
    """Return 1 where an alarm was in ALARM at any reading, 2 where one could not be told at any, else 0.

    ``strict``: data that do not suffice at the last reading cannot be told either. No reading, or one of no alarm,
    tells nothing.
    """
    found = list(seen)
    if any(reading.in_state(State.ALARM) for reading in found):
        return 1
    untellable = not found or any(not reading.alarms or reading.in_state(State.CANNOT_TELL) for reading in found)
    return 2 if untellable or (strict and found[-1].in_state(State.INSUFFICIENT)) else 0
