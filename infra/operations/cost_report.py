"""``python -m infra cost-report``: what a month really cost, beside the estimate and the budget."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from infra.cost.actual import Spent, month_of, spent_in
from infra.cost.compare import Comparison, page, show
from infra.cost.costs import load_costs
from infra.cost.estimate import budget_of, estimate_platform
from infra.deploy.connect import client, connect, one_line
from infra.environment import Environment, load_environment
from infra.errors import InputError
from infra.operations.options import Endpoint, Env, Json, Target, console, once, say
from infra.stacks import resolve_platform

Month = Annotated[list[str] | None, typer.Option("--month", help="such as 2026-10 (default: the last that is over)")]
Html = Annotated[Path | None, typer.Option("--html", help="write a page with a chart to a file")]


def cost_report(
    env: Env,
    month: Month = None,
    endpoint: Endpoint = None,
    html: Html = None,
    as_json: Json = False,  # noqa: FBT002  typer
) -> None:
    """Show what a month cost, by service; exit code 1 where it was more than the budget, 2 where nobody can tell."""
    target = Target.read(env, None, endpoint)
    environment = load_environment(target.env)
    wanted = month_of(once("--month", month), datetime.now(UTC).date())
    session = connect(environment, environment.deploy_role, target.endpoint)
    with one_line(target.env):
        spent = spent_in(wanted, client(session, "ce", target.endpoint))
    found = _compared(environment, spent)
    if html is not None:
        _write(html, found)
    if as_json:
        console.print_json(data=found.data())
    else:
        show(console, found)
    raise typer.Exit(1 if found.over is not None and found.over > 0 else 0)


def _compared(environment: Environment, spent: Spent) -> Comparison:
    platform, costs = resolve_platform(environment), load_costs(environment)
    estimate = estimate_platform(platform, costs.prices, costs.usage)
    share = spent.month.share
    by_service = {name: usd * share for name, usd in estimate.by(lambda line: line.price.service).items()}
    return Comparison(environment.name, spent, by_service, budget_of(platform), costs.usage.before)


def _write(path: Path, found: Comparison) -> None:
    try:
        path.write_text(page(found), encoding="utf-8")
    except OSError as error:
        raise InputError(f"--html {path}: cannot be written: {error.strerror}") from error
    say(f"{found.environment}: the page is {path}")
