"""What the scans show, as one table for a terminal and one for the summary of a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from infra.outside import markdown as plain
from infra.outside import terminal
from suites.security.result import EXIT_CLEAN, EXIT_FOUND, Result, Scan, exit_code

Rows = Sequence[tuple[Scan, Result]]
_MOST: Final = 50


def headline(rows: Rows) -> str:
    """Say what all scans show together."""
    code = exit_code(found for _, found in rows)
    if code == EXIT_CLEAN:
        return "Nothing was found, and everything was looked at."
    if code == EXIT_FOUND:
        count = sum(len(found.found) for _, found in rows)
        return f"{count} finding{'' if count == 1 else 's'}."
    return "Cannot conclude: not everything could be looked at."


def as_text(rows: Rows) -> str:
    """Return the table and every finding for a terminal."""
    width = max((len(scan.kind) for scan, _ in rows), default=0)
    tools = max((len(scan.tool) for scan, _ in rows), default=0)
    table = [
        f"{scan.kind:{width}}  {scan.tool:{tools}}  {found.state:11}  {terminal(found.about)}" for scan, found in rows
    ]
    return "\n".join([*_told(rows), *table, headline(rows)]) + "\n"


def _told(rows: Rows) -> Iterator[str]:
    for scan, found in rows:
        yield from (terminal(f"{scan.kind}: found: {line}") for line in found.found)
        yield from (terminal(f"{scan.kind}: cannot tell: {line}") for line in found.unknown)


def as_markdown(rows: Rows) -> str:
    """Return the table and the first findings of each scan for the summary of a job."""
    lines = [f"## Security: {headline(rows)}", "", "| Scan | Tool | Shows | Looked at |", "| --- | --- | --- | --- |"]
    lines += [f"| {scan.kind} | {plain(scan.tool)} | {found.state} | {plain(found.about)} |" for scan, found in rows]
    for scan, found in rows:
        told = [*found.found, *(f"cannot tell: {line}" for line in found.unknown)]
        if told:
            lines += ["", f"### {scan.kind}", "", *(f"- {plain(line)}" for line in told[:_MOST])]
        if len(told) > _MOST:
            lines.append(f"- and {len(told) - _MOST} more")
    return "\n".join(lines) + "\n"
