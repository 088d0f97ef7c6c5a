"""The pytest plugin of the mutants: which types are damaged, the table at the end, and the listing where asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from infra.errors import InputError, TouchstoneError
from infra.outside import terminal
from infra.settings import shown

PROPERTY: Final = "mutants"
"""Under this name a test tells the row of its type."""
_TYPES: Final = "--mutants-of"
_OUT: Final = "--mutants-out"
_DEPLOYED: Final = "--mutants-deployed"
EVERY: Final = "all"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare what a person can say about mutants."""
    group = parser.getgroup("mutants", "Touchstone: undeclared damage (pytest suites/proofs -m mutants)")
    group.addoption(
        _TYPES,
        action="append",
        metavar="TYPE",
        help=f"types whose resources are damaged, or {EVERY} (default: the finished ones of harmless.toml)",
    )
    group.addoption(
        _OUT, metavar="FOLDER", help="write mutants.json and mutants.md, with every mutant, into this folder"
    )
    group.addoption(
        _DEPLOYED, metavar="N", type=int, default=0, help="deploy N mutants into the mock cloud, too (default: none)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", "mutants: damages every property of every resource at the static tier")


def damaged_types(config: pytest.Config) -> tuple[str, ...]:
    """Return the types that are damaged in this run; one that the platform has none of ends it with exit code 3."""
    from suites.proofs.mutants.explained import load_rules  # noqa: PLC0415  of no use to a run without mutants
    from suites.proofs.mutants.platform import sound  # noqa: PLC0415  as above

    try:
        given: list[str] | None = config.getoption(_TYPES)
        if given is None:
            return load_rules().finished
        known = sound().types
        return known if given == [EVERY] else tuple(_known(word, known) for item in given for word in item.split(","))
    except TouchstoneError as error:
        pytest.exit(f"error: {error}", returncode=error.exit_code)


def _known(word: str, known: tuple[str, ...]) -> str:
    if word not in known:
        raise InputError(f"{_TYPES} {word or repr(word)}: expected {EVERY}, or types that the platform has")
    return word


def how_many_deployed(config: pytest.Config) -> int:
    """Return how many mutants are to be deployed."""
    return int(config.getoption(_DEPLOYED))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the deployment of mutants out unless somebody said how many."""
    left_out = [item for item in items if "deployed_mutants" in getattr(item, "fixturenames", ())]
    if left_out and not how_many_deployed(config):
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def is_listed(config: pytest.Config) -> bool:
    """Say whether every mutant is to be told."""
    return config.getoption(_OUT) is not None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table by type, and write the listing."""
    reports = [one for group in ("passed", "failed") for one in terminalreporter.getreports(group)]
    rows = [json.loads(str(value)) for one in reports for name, value in one.user_properties if name == PROPERTY]
    if not rows:
        return
    from suites.proofs.mutants.explained import load_rules  # noqa: PLC0415  of no use to a run without mutants
    from suites.proofs.mutants.listing import as_json, as_markdown, table  # noqa: PLC0415  as above

    terminalreporter.section("mutants")
    for line in table(rows):
        terminalreporter.write_line(terminal(line))
    if is_listed(config):
        folder = Path(config.getoption(_OUT)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mutants.json").write_text(as_json(rows), encoding="utf-8")
        (folder / "mutants.md").write_text(as_markdown(rows, load_rules().reasons), encoding="utf-8")
        terminalreporter.write_line(terminal(f"listing: {shown(folder)}"))
