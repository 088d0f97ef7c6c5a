"""What changed between two runs, cell by cell, and what it was that changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from reports.models import Cell, Outcome, Verdict
from reports.record import Record
from reports.words import shortened

Kind = Literal["new", "fixed", "changed", "still", "appeared", "gone"]
KINDS: Final[tuple[Kind, ...]] = ("new", "changed", "gone", "fixed", "still", "appeared")
_DENIED: Final = re.compile(r"denied|not authorized|forbidden|\b403\b|expired ?token", re.IGNORECASE)
_LONGEST: Final = 80
_MOST_FACTS: Final = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One cell in two runs. ``before`` or ``after`` is empty where the run had no such cell.

    ``kind``: a finding is *new*, *fixed*, *changed* (another verdict) or *still* there; *gone*: a finding whose cell is
    judged no more, which is no repair; *appeared*: a finding whose cell was not judged before.
    """

    cell: Cell
    kind: Kind
    before: Verdict | None
    after: Verdict | None
    causes: tuple[str, ...]

    @property
    def shown(self) -> Verdict:
        """The later verdict, or the last that there was."""
        found = self.after or self.before
        assert found is not None, "a change is of a verdict"
        return found


def changes(before: Record, after: Record) -> list[Change]:
    """Return every cell that is a finding in either run, in the order of the later plan, then of the earlier."""
    then = {verdict.cell: verdict for verdict in before.verdicts}
    now = {verdict.cell: verdict for verdict in after.verdicts}
    compared = _Compared(before, after)
    found = [_change(cell, then.get(cell), now.get(cell), compared) for cell in dict.fromkeys((*now, *then))]
    return sorted((one for one in found if one is not None), key=lambda one: KINDS.index(one.kind))


def _change(cell: Cell, before: Verdict | None, after: Verdict | None, compared: _Compared) -> Change | None:
    kind = _kind(before, after)
    if kind is None:
        return None
    causes = () if kind == "still" else tuple(compared.causes(cell, before, after))
    return Change(cell, kind, before, after, causes)


def _kind(before: Verdict | None, after: Verdict | None) -> Kind | None:
    was, is_ = before is not None and before.is_finding, after is not None and after.is_finding
    if was and after is None:
        return "gone"
    if is_ and before is None:
        return "appeared"
    if was and is_:
        return "still" if before and after and before.verdict is after.verdict else "changed"
    if was or is_:
        return "fixed" if was else "new"
    return None


class _Compared:
    """Two runs side by side, so that each cell's causes are found without looking through them again."""

    def __init__(self, before: Record, after: Record) -> None:
        self.before, self.after = before.run, after.run
        self.controls = tuple({one.id: one for one in record.controls} for record in (before, after))
        self.judged = tuple({(row.environment, row.tier) for row in record.plan.planned} for record in (before, after))

    def causes(self, cell: Cell, before: Verdict | None, after: Verdict | None) -> Iterator[str]:
        """Give what explains a change, what is nearest first; there always is something."""
        if before is None or after is None:
            yield self._missing(cell, in_after=after is None)
            return
        found = list(self._known(cell, before, after))
        if found:
            yield from found
        elif self.before.commit != self.after.commit:
            yield f"the code changed: {self.before.commit or 'unknown'} → {self.after.commit or 'unknown'}"
        else:
            yield "the world changed: the same control judged the same facts at another time"

    def _known(self, cell: Cell, before: Verdict, after: Verdict) -> Iterator[str]:
        control, environment, _, _ = cell
        if Outcome.ERROR in (before.verdict, after.verdict):
            said = after.message if after.verdict is Outcome.ERROR else before.message
            yield f"{'a permission' if _DENIED.search(said) else 'the evidence'}: {shortened(said, _LONGEST * 2)}"
        was, is_ = (one.waiver.id if one.waiver else None for one in (before, after))
        if was != is_:
            yield f"a waiver: {was or 'none'} → {is_ or 'none'}"
        if _altered(self.before.catalogue.get(control), self.after.catalogue.get(control)):
            yield "the control changed"
        path = f"policies/baselines/{environment}.toml"
        if _altered(self.before.policies.get(path), self.after.policies.get(path)):
            yield f"the demands changed: {path}"
        if Outcome.ERROR not in (before.verdict, after.verdict):
            yield from _of_resource(before, after)

    def _missing(self, cell: Cell, *, in_after: bool) -> str:
        control, environment, tier, resource = cell
        if control not in self.controls[in_after]:
            return f"the control {control} {'is no more' if in_after else 'is new'}"
        if (environment, tier) not in self.judged[in_after]:
            return f"{environment} was not judged at {tier} in {(self.after if in_after else self.before).id}"
        return f"the resource {resource} {'is no more judged' if in_after else 'is new'}"


def _altered(before: str | None, after: str | None) -> bool:
    """Say whether a digest is another one; a record that has none says nothing of it."""
    return None not in (before, after) and before != after


def _of_resource(before: Verdict, after: Verdict) -> Iterator[str]:
    then, now = _facts(before), _facts(after)
    differing = [key for key in dict.fromkeys((*now, *then)) if then.get(key) != now.get(key)]
    if not differing:
        return
    told = [
        f"{key.removeprefix(f'{after.resource} ')} {_brief(then.get(key))} → {_brief(now.get(key))}"
        for key in differing[:_MOST_FACTS]
    ]
    more = len(differing) - len(told)
    yield f"the resource changed: {'; '.join(told)}{f'; and {more} more facts' if more else ''}"


def _facts(verdict: Verdict) -> Mapping[str, str]:
    return {
        f"{fact.resource} {fact.field}": json.dumps(fact.value, sort_keys=True, ensure_ascii=False)
        for fact in verdict.evidence
    }


def _brief(value: str | None) -> str:
    return "(not looked at)" if value is None else shortened(value, _LONGEST)
