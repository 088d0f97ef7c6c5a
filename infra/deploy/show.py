"""What a person sees of a deployment: the review as a table, the stack's events as they happen."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.deploy.events import Event
from infra.deploy.review import ResourceChange, Review
from infra.outside import terminal

_STYLES = {"Add": "green", "Modify": "yellow", "Remove": "red"}


def show_review(console: Console, review: Review) -> None:
    """Print one review: a table of its changes, or one line when there are none."""
    if not review.changes:
        console.print(Text(terminal(f"{review.stack_name}: no changes"), style="dim"), soft_wrap=True)
        return
    kind = "create" if review.creates else "update"
    title = terminal(f"{review.stack_name}: {kind}, {len(review.changes)} changes")
    table = Table(title=Text(title), title_justify="left")
    for column in ("action", "resource", "type", "replacement", "properties"):
        table.add_column(column, overflow="fold")
    for change in review.changes:
        table.add_row(*_row(change))
    console.print(table)


def _row(change: ResourceChange) -> tuple[Text, ...]:
    style = "bold red" if change.loses_data else _STYLES.get(change.action, "")
    words = (change.action, change.logical_id, change.type, change.replacement, ", ".join(change.properties))
    return (Text(terminal(words[0]), style=style), *(Text(terminal(word)) for word in words[1:]))


def show_event(console: Console, stack: str, event: Event) -> None:
    """Print one event on one line; failures stand out and say why."""
    style = "red" if event.failed or "ROLLBACK" in event.status else "green" if "COMPLETE" in event.status else "dim"
    reason = f": {event.reason}" if event.reason and event.failed else ""
    said = f"  {stack:<10} {event.status:<26} {event.logical_id} ({event.type}){reason}"
    console.print(Text(terminal(said), style=style), soft_wrap=True)
