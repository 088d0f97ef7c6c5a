"""``python -m infra validate``: the ten checks without which nothing else of an environment means much."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from infra.operations.options import Endpoint, Env, Json, Keep, Target, console, deployer_of, say
from infra.operations.recorded import note
from infra.outside import terminal
from infra.settings import shown
from infra.trying.answers import Answer, answers, counted, exit_code, record_in
from infra.trying.checks import load_checks
from infra.trying.child import BAD_INPUT, fresh_folder, run_pytest
from infra.trying.show import show_rows


def validate(
    env: Env,
    endpoint: Endpoint = None,
    record_it: Keep = False,  # noqa: FBT002  typer
    as_json: Json = False,  # noqa: FBT002  typer
) -> None:
    """Ask the ten critical checks of what is deployed; exit code 1 where one fails, 2 where one cannot be told."""
    target = Target.read(env, None, endpoint)
    checks = load_checks()
    controls = ",".join(control for check in checks for control in check.controls)
    folder = fresh_folder(f"validate-{target.env}")
    words = ("suites/controls", "--tier", "live", "--env", target.env, "--control", controls, "--out", str(folder))
    ended = run_pytest(words, target.endpoint)
    record = record_in(folder)
    if record is None and ended == BAD_INPUT:  # the child has said in one line what is wrong
        folder.rmdir()
        raise typer.Exit(ended)
    found = answers(checks, folder)
    code = exit_code(ended, (one.verdict for one in found))
    if record_it:
        note(deployer_of(target, yes=False), "validate", code, counted([one.verdict for one in found]))
    if as_json:
        console.print_json(data=_data(target, found, code, record))
    else:
        _show(target, found, record)
    raise typer.Exit(code)


def _show(target: Target, found: Sequence[Answer], record: Path | None) -> None:
    rows = [(one.check.name, " ".join(one.check.controls), one.verdict, _counted(one)) for one in found]
    show_rows(console, f"{target.env}: {len(found)} checks", ("check", "controls", "verdict", "verdicts"), rows)
    for one in found:
        for line in one.findings:
            say(f"{one.check.name}: {line}")
    say(f"record: {'none was written' if record is None else shown(record)}")


def _counted(one: Answer) -> str:
    return ", ".join(f"{number} {word.replace('_', ' ')}" for word, number in sorted(one.counts.items()))


def _data(target: Target, found: Sequence[Answer], code: int, record: Path | None) -> dict[str, Any]:
    return {
        "environment": target.env,
        "endpoint": target.endpoint,
        "exit_code": code,
        "record": None if record is None else shown(record),
        "checks": [
            {
                "name": one.check.name,
                "sentence": one.check.sentence,
                "controls": list(one.check.controls),
                "verdict": one.verdict,
                "counts": one.counts,
                "findings": [terminal(line) for line in one.findings],
            }
            for one in found
        ],
    }
