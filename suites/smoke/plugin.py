"""The pytest plugin of the smoke tests: they run where their own place is asked for, and each leaves a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest

from infra.environment import load_environment
from infra.errors import InputError, TouchstoneError
from infra.outside import terminal
from infra.trying.edge import usable_way
from infra.watching.watch import seconds_of

if TYPE_CHECKING:
    from suites.smoke.platform import Platform

HERE: Final = Path(__file__).resolve().parent
REASON: Final = "suites/smoke is left out, it needs a platform that stands: python -m infra smoke --env dev"
PATIENCE: Final = "60s"
OK, FAILS, CANNOT_TELL = 0, 1, 2
Word = Literal["pass", "fail", "cannot tell"]
_SAID = pytest.StashKey[list[str]]()
_ROWS = pytest.StashKey[dict[str, dict[str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare what the smoke tests want to know beside --env."""
    group = parser.getgroup(
        "smoke", "Touchstone: smoke tests of a platform that stands (pytest suites/smoke --env dev)"
    )
    group.addoption("--websocket", metavar="URL", help="where the edge is reached, unless its own name leads there")
    group.addoption("--role", metavar="ARN", help="as whom AWS is asked (default: the environment's deploy_role)")
    group.addoption("--patience", metavar="TIME", default=PATIENCE, help=f"how long to wait (default: {PATIENCE})")
    group.addoption("--rows", metavar="FILE", help="write what each smoke test said, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Collect the rows where the session is decided; a worker's travel there with its reports."""
    config.stash[_ROWS] = {}
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Rows(config), "touchstone-smoke-rows")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the smoke tests out unless their own place was asked for: they need a platform that stands."""
    ours = [item for item in items if HERE in item.path.parents]
    if ours and not asked_for(config.args, config.invocation_params.dir):
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]
    else:
        rows = config.stash[_ROWS]
        rows |= {item.nodeid: _row(item.name, "cannot tell", "it was not run") for item in ours}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was left out of the places that were asked for, and how to have it; who says -k wants something else."""
    places = _places(config.args, config.invocation_params.dir)
    covered = any(place in HERE.parents for place in places)
    if covered and not asked_for(config.args, config.invocation_params.dir) and not config.getoption("keyword"):
        terminalreporter.write_line(REASON)


def asked_for(words: Sequence[str], folder: Path) -> bool:
    """Say whether a place that pytest was given is the smoke tests' own."""
    return any(HERE in (place, *place.parents) for place in _places(words, folder))


def _places(words: Sequence[str], folder: Path) -> list[Path]:
    return [(folder / word.partition("::")[0]).resolve() for word in words]


def _row(name: str, verdict: Word, found: str) -> dict[str, str]:
    return {"name": name.removeprefix("test_").replace("_", " "), "verdict": verdict, "found": terminal(found)}


# -- what a test is given ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest) -> Platform:
    """The platform of the one environment that was named; a wrong option ends the session with exit code 3."""
    try:
        return _platform(request.config)
    except InputError as error:
        pytest.exit(f"error: {error}", returncode=error.exit_code)


def _platform(config: pytest.Config) -> Platform:
    # boto3 and websockets are loaded by whoever runs these tests, not by whoever collects them
    from infra.deploy.connect import clients, connect, endpoint_in_use  # noqa: PLC0415
    from suites.smoke.platform import Platform  # noqa: PLC0415

    names = [word for given in config.getoption("--env") or () for word in given.split(",")]
    if len(names) != 1:
        raise InputError(f"--env: expected one environment, got {' and '.join(names) or 'none'}")
    environment, way = load_environment(names[0]), config.getoption("--websocket")
    reached = None if way is None else usable_way(way)
    patience = seconds_of(config.getoption("--patience"), "--patience")
    session = connect(environment, config.getoption("--role") or environment.deploy_role)
    return Platform(environment, clients(session, endpoint_in_use(None)), reached, patience)


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say in one line what was found; what failed says it by itself."""
    said: list[str] = []
    request.node.stash[_SAID] = said
    return said.append


# -- what becomes of it --------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """Let the row travel with the report, from a worker to the controller too; show one line, not a traceback."""
    report = yield
    if HERE not in item.path.parents:
        return report
    error = None if call.excinfo is None else call.excinfo.value
    if error is not None:
        known = isinstance(error, AssertionError | TouchstoneError)
        found = str(error) if known else f"{type(error).__name__}: {error}"
        verdict: Word = "fail" if isinstance(error, AssertionError) else "cannot tell"
        report.smoke = (item.nodeid, _row(item.name, verdict, " ".join(found.split())))
        report.longrepr = f"{verdict}: {report.smoke[1]['found']}" if known else report.longrepr
    elif report.when == "call":
        said: list[str] = item.stash.get(_SAID, [])
        report.smoke = (item.nodeid, _row(item.name, "pass", "; ".join(said)))
    return report


class _Rows:
    """On the controller: collects the rows, writes them, and gives the session its exit code."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._rows = config.stash[_ROWS]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep a row; what fails at its end takes the place of a pass."""
        if hasattr(report, "smoke"):
            name, row = report.smoke
            self._rows[name] = row

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the rows; where none fails, what could not be told decides the exit code."""
        file = self._config.getoption("--rows")
        if file is not None:
            Path(file).write_text(json.dumps(list(self._rows.values())), encoding="utf-8")
        others = [item for item in session.items if HERE not in item.path.parents]
        if self._rows and not others and int(session.exitstatus) in (OK, FAILS):
            verdicts = {row["verdict"] for row in self._rows.values()}
            session.exitstatus = FAILS if "fail" in verdicts else CANNOT_TELL if "cannot tell" in verdicts else OK
