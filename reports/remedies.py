"""What to do about a finding: what is promised, the line to change, and the command that judges it again."""

from __future__ import annotations

from dataclasses import dataclass

from reports.findings import Finding
from reports.history.sampling import command
from reports.models import Outcome


@dataclass(frozen=True, slots=True)
class Remedy:
    """``demand``: what has to become true; ``line``: where to change it; ``also``: or there; ``again``: a command."""

    demand: str
    line: str | None
    also: tuple[str, ...]
    again: str | None


def remedy(finding: Finding) -> Remedy:
    """Return the remedy of a finding; of what could not be looked at it is to make it readable."""
    line, *also = finding.locations or (None,)
    environment, tier = finding.places[0]
    again = command(finding.control, environment, tier) if finding.control else None
    return Remedy(_demand(finding), line, tuple(one for one in also if one), again)


def _demand(finding: Finding) -> str:
    if not finding.planned:
        return "find out who wrote a verdict that nobody had planned"
    if finding.verdict is Outcome.ERROR:
        return "make it readable, then judge it again: until then nobody knows"
    if finding.verdict is Outcome.MANUAL:
        return "a person has to judge it, and to write down what was found"
    if finding.verdict is Outcome.WAIVED:
        return "repair it before its waiver ends"
    # The house's messages say what is, then what is promised; a waiver that does not cover it is told behind that.
    _, separator, promised = finding.message.partition(" (waiver ")[0].rpartition("; ")
    if separator:
        return promised
    return f"meet the demand: {finding.control.title if finding.control else finding.message}"
