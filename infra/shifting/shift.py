"""One shift: calls move to another version step by step, and back when an alarm, an error or a silence says so.

How far a shift has come is what the alias says, and nothing else: whoever was interrupted, or somebody else, goes on
from there. An alias that shares nothing is a shift that has ended, or one that had not begun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from infra.errors import DeployError, InputError, TakenBackError
from infra.shifting.alias import Alias, Aliases
from infra.shifting.ready import Ready
from infra.shifting.watch import Doubt, Watch

_WHOLE: Final = 100
_LOOK: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and how it passes; both can be somebody else's."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast: percents that rise to 100, and how long each is looked at."""

    steps: tuple[int, ...]
    bake: timedelta


@dataclass(frozen=True, slots=True)
class Shift:
    """Shifts the calls of one function; ``settle`` tells the stack what the alias calls now."""

    aliases: Aliases
    ready: Ready
    watch: Watch
    settle: Callable[[], object]
    clock: Clock
    say: Callable[[str], None]
    function: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "function", self.watch.function)

    def start(self, version: str, pace: Pace) -> Alias:
        """Shift to a version; return the alias as it is then.

        Raises:
            InputError: there is no such version, or the alias calls it already.
            DeployError: another shift is under way, or something is wrong before it begins; nothing was changed.
            TakenBackError: something is wrong with the version, or nobody could tell; it has none of the calls.
        """
        alias = self.aliases.read(self.function)
        if alias.weights:
            raise DeployError(f"{self.function}: a shift is under way, {alias.shares}: --resume or --abort")
        if alias.version == version or not self.aliases.has_version(self.function, version):
            told = f"expected a version of {self.function} that is there and not live already: {alias.version} is"
            raise InputError(f"--to {version}: {told}")
        alarms = self._alarms()
        try:
            self.ready.move_to((alias.version, version))
        except DeployError:
            self._finish(alias)
            raise
        return self._walk(self.aliases.read(self.function), version, pace.steps, pace.bake, alarms)

    def resume(self, pace: Pace) -> Alias:
        """Go on with the shift that the alias tells of; where it tells of none, set right what one may have left.

        Raises:
            DeployError: nobody could tell how it goes; the calls stay where they are.
            TakenBackError: as for a start.
        """
        alias = self.aliases.read(self.function)
        if alias.arrives is None:
            self.say(f"{self.function}: no shift is under way: {alias.shares}")
            return self._finish(alias)
        alarms = self._alarms()
        steps = (alias.percent, *(step for step in pace.steps if step > alias.percent))
        return self._walk(alias, alias.arrives, steps, pace.bake, alarms)

    def abort(self) -> Alias:
        """Give all calls to the version that had them, whatever was under way."""
        alias = self.aliases.read(self.function)
        return self._finish(self.aliases.share(alias, alias.version, {}) if alias.weights else alias)

    def _alarms(self) -> dict[str, str]:
        alarms = self.watch.alarms()
        if not alarms:
            raise DeployError(f"{self.function}: no alarm looks at it: nobody could tell how a shift goes")
        wrong = list(self.watch.about_alarms(alarms))
        if wrong:
            raise DeployError(f"{self.function}: {_together(wrong)}: expected all to be well before calls are shifted")
        return alarms

    def _walk(self, alias: Alias, version: str, steps: Iterable[int], bake: timedelta, alarms: dict[str, str]) -> Alias:
        for percent in steps:
            alias = self.aliases.share(alias, alias.version, {version: percent / _WHOLE})
            self.say(f"{self.function}: {percent}% of the calls to version {version}, for {bake}")
            doubts = self._bake(version, bake, alarms)
            if doubts:
                self._finish(self.aliases.share(alias, alias.version, {}))
                told = f"{self.function}: taken back to version {alias.version} at {percent}%: {_together(doubts)}"
                raise TakenBackError(told, unclear=all(doubt.missing for doubt in doubts))
        return self._finish(self.aliases.share(alias, version, {}))

    def _bake(self, version: str, bake: timedelta, alarms: dict[str, str]) -> list[Doubt]:
        """Look at a version until the time is over, or until something is wrong."""
        begun = self.clock.now()
        while True:
            left = begun + bake - self.clock.now()
            self.clock.sleep(max(0.0, min(left, _LOOK).total_seconds()))
            now = self.clock.now()
            doubts = self._doubts(version, alarms, begun, now, ends=now >= begun + bake)
            if doubts or now >= begun + bake:
                return doubts

    def _doubts(
        self, version: str, alarms: dict[str, str], begun: datetime, now: datetime, *, ends: bool
    ) -> list[Doubt]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            return [
                *self.watch.about_alarms(alarms),
                *self.watch.about_calls(version, begun, now, wants_calls=ends),
            ]
        except (BotoCoreError, ClientError) as error:
            return [Doubt(f"how it goes could not be read: {' '.join(str(error).split())}", missing=True)]

    def _finish(self, alias: Alias) -> Alias:
        self.ready.move_back()
        self.settle()
        self.say(f"{self.function}: {alias.shares}")
        return alias


def _together(doubts: Iterable[Doubt]) -> str:
    return "; ".join(doubt.told for doubt in doubts)
