"""What was found, as a person reads it and as data; text from outside is made safe in both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console

from infra.looking.found import Facts, Found, Rows, Value, text
from infra.outside import terminal
from infra.redaction import redacted_text
from infra.trying.show import show_rows


def show(console: Console, title: str, found: Found) -> None:
    """Print each part as a table, rows as lines where they are long; then what could not be read."""
    for name, part in found.parts.items():
        named = f"{title}: {name}"
        if isinstance(part, Rows) and (part.long or not part.rows):
            console.print(terminal(f"{named}: {len(part.rows)}"), soft_wrap=True)
            for row in part.rows:
                console.print(terminal(" ".join(text(value) for value in row.values())), soft_wrap=True)
        elif isinstance(part, Rows):
            rows = [[text(row[column]) for column in part.columns] for row in part.rows]
            show_rows(console, f"{named}: {len(rows)}", part.columns, rows)
        else:
            show_rows(console, named, ("what", "is"), [(key, text(value)) for key, value in part.items()])
    for name, why in found.untold.items():
        console.print(terminal(f"{title}: {name}: cannot tell: {why}"), soft_wrap=True)


def show_json(console: Console, found: Found) -> None:
    """Print the same as data: parts by name, times as ISO 8601, and ``untold`` with why each could not be read."""
    parts = {name: _part(part) for name, part in found.parts.items()}
    untold = {name: redacted_text(why) for name, why in found.untold.items()}
    console.print_json(data=parts | {"untold": untold}, ensure_ascii=True)


def _part(part: Facts | Rows) -> Any:
    return [_facts(row) for row in part.rows] if isinstance(part, Rows) else _facts(part)


def _facts(found: Facts) -> dict[str, Any]:
    return {name: _value(value) for name, value in found.items()}


def _value(value: Value) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return redacted_text(value) if isinstance(value, str) else value
