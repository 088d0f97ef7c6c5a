"""The house keeps its own rules: no circle between files, none that outgrows a reader."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from infra.settings import ROOT

ROOMS = ("infra", "policies", "fixtures", "suites", "reports", "tests")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def test_no_file_imports_itself_in_a_circle() -> None:
    """Imports inside functions and for type checkers count: a circle that is not seen at start is one all the same."""
    graph = grimp.build_graph("infra", "fixtures", "suites", "reports", cache_dir=None)
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as circle:
        pytest.fail(" <- ".join(circle.args[1]))


def python_files() -> list[Path]:
    """Return every Python file of the project."""
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "out" not in path.parts]


def test_no_file_is_longer_than_a_reader_holds_in_mind() -> None:
    """A longer one has a table or a second room hiding in it."""
    lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert len(lengths) > 200
    assert not {str(path): length for path, length in lengths.items() if length > LONGEST_FILE}


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


_CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "thread_time"}
_OF_TIME = {  # what is about time itself
    "tests/patience.py",
    "tests/gateway/test_throttling.py",
    "tests/functions/test_authorizer.py",
}


def _hurried(path: Path) -> Iterator[str]:
    """Give the places at which a clock is read, or a wait ends after a time that stands there."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(attr=name, lineno=line) | ast.alias(name=name, lineno=line) if name in _CLOCKS:
                yield f"{path.relative_to(ROOT)}:{line} {name}"
            case ast.keyword(
                arg="timeout" | "deadline" as name, value=ast.Constant(value=int() | float()), lineno=line
            ):
                yield f"{path.relative_to(ROOT)}:{line} {name}"


def test_no_test_hangs_on_how_fast_a_machine_is() -> None:
    """How fast something is, is a benchmark's; what a test waits for has the time of `tests/patience.py`."""
    files = [path for path in sorted((ROOT / "tests").rglob("*.py")) if "benchmarks" not in path.parts]
    found = [place for path in files if str(path.relative_to(ROOT)) not in _OF_TIME for place in _hurried(path)]
    assert found == []
    assert all(list(_hurried(ROOT / name)) for name in _OF_TIME)


def test_no_function_is_longer_than_a_screen() -> None:
    """A longer one does two things."""
    lengths = dict(found for path in python_files() for found in _functions(path))
    assert len(lengths) > 1000
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}
