"""The commands of ``python -m reports`` that look at more than one run, or at a part of one."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from infra.outside import terminal as shown
from reports.database import Asked, ask, line_of, reasons
from reports.history.telling import OUTCOMES, diff, history, printed, sampled
from reports.models import TIERS
from reports.notices.before import run_before
from reports.notices.told import comment, is_news, message
from reports.notices.webhook import VARIABLE, address, send
from reports.parsing import Parser
from reports.record import Record, load_record
from reports.words import counted

OUT = Path(__file__).parent / "out"


def tell_history(arguments: list[str]) -> int:
    """Print the runs of a period, the nights that are missing, and what changed."""
    parser = Parser(prog="python -m reports history", description="Tell which runs there were, and which nights none.")
    parser.add_argument("out", type=Path, nargs="?", default=OUT, metavar="OUT", help="a folder with run folders")
    parser.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="the first day, UTC (that of the first run)")
    parser.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="the last day, UTC (today)")
    parser.add_argument("--env", help="count only nights in which this environment was judged")
    parser.add_argument("--tier", choices=TIERS, help="count only nights in which something was judged at this tier")
    given = parser.parse_args(arguments)
    if given.since and given.until and given.since > given.until:
        parser.error(f"--since {given.since}: expected a day that is not after --until {given.until}")
    lines = history(
        given.out, since=given.since, until=given.until, environment=given.env, tier=given.tier, now=datetime.now(UTC)
    )
    sys.stdout.write(printed(lines))
    return 0


def tell_diff(arguments: list[str]) -> int:
    """Print what changed from one run to another, and why."""
    parser = Parser(prog="python -m reports diff", description="Tell what changed from one run to another, and why.")
    parser.add_argument("before", type=Path, metavar="RUN_FOLDER", help="the earlier run")
    parser.add_argument("after", type=Path, metavar="RUN_FOLDER", help="the later run")
    given = parser.parse_args(arguments)
    sys.stdout.write(printed(diff(given.before, given.after)))
    return 0


def tell_sample(arguments: list[str]) -> int:
    """Print a sample of a run's cells with their evidence and the commands that judge them again."""
    parser = Parser(prog="python -m reports sample", description="Choose cells of a run, always the same for a seed.")
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder with plan.json and verdicts.jsonl")
    parser.add_argument("--size", type=_size, default=25, help="how many cells (25)")
    parser.add_argument("--seed", type=int, default=1, help="what chooses them (1)")
    parser.add_argument("--verdict", action="append", choices=OUTCOMES, default=[], help="choose from these only")
    given = parser.parse_args(arguments)
    sys.stdout.write(printed(sampled(given.folder, given.size, given.seed, given.verdict)))
    return 0


def tell_query(arguments: list[str]) -> int:
    """Print the verdicts of a run that are asked for, and on the error stream what the record lacks."""
    parser = Parser(prog="python -m reports query", description="Print the verdicts of a run that are asked for.")
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder with plan.json and verdicts.jsonl")
    parser.add_argument("--control", help="of this control")
    parser.add_argument("--env", help="of this environment")
    parser.add_argument("--resource", help="of this resource")
    parser.add_argument("--verdict", action="append", choices=OUTCOMES, default=[], help="these verdicts only")
    parser.add_argument("--json", action="store_true", help="a JSON object a line, with the facts that it rests on")
    given = parser.parse_args(arguments)
    for reason in reasons(given.folder):
        sys.stderr.write(f"this record is incomplete: {shown(reason)}\n")
    count = 0
    for said in ask(given.folder, Asked(given.control, given.env, given.resource, given.verdict)):
        count += 1
        sys.stdout.write(f"{said if given.json else shown(line_of(said))}\n")
    if not given.json:
        sys.stdout.write(f"{counted(count, 'verdict')}\n")
    return 0


def tell_comment(arguments: list[str]) -> int:
    """Print the comment of a pull request."""
    record, before = _compared("comment", "Print what a pull request is told of a run, as Markdown.", arguments)
    sys.stdout.write(comment(record, before))
    return 0


def tell_notify(arguments: list[str]) -> int:
    """Send a message, if something changed since the run before."""
    about = f"Send a message to the address in {VARIABLE}, if something changed since the run before."
    record, before = _compared("notify", about, arguments)
    to = address(os.environ.get(VARIABLE))
    if not is_news(record, before):
        sys.stdout.write("Nothing changed: nobody is told.\n")
        return 0
    send(to, message(record, before))
    sys.stdout.write(f"Told {shown(to.hostname or '')}.\n")
    return 0


def _compared(name: str, about: str, arguments: list[str]) -> tuple[Record, Record | None]:
    parser = Parser(prog=f"python -m reports {name}", description=about)
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder with plan.json and verdicts.jsonl")
    parser.add_argument(
        "--before", type=Path, metavar="RUN_FOLDER", help="compared with (the last one beside it that judged the same)"
    )
    given = parser.parse_args(arguments)
    record = load_record(given.folder)
    return record, load_record(given.before) if given.before else run_before(given.folder, record)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a day such as 2026-11-30, found {text!r}") from error


def _size(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a number of cells from 1 on, found {text!r}")
    return int(text)
