"""Every key of every file that people write is read strictly: a value of another kind is one line, never a guess."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fixtures.engines.profile import Profile
from fixtures.judging.baseline import BASELINES, load_baseline
from fixtures.judging.frameworks import FRAMEWORKS, references
from fixtures.judging.waivers import load_waivers
from fixtures.mock_cloud.known_differences import FILE, known_differences
from infra.environment import ENVIRONMENTS, load_environment
from infra.errors import InputError
from infra.settings import ROOT, read_toml
from infra.stacks import check_parameters, load_templates
from infra.trying.checks import FILE as CHECKS
from infra.trying.checks import load_checks
from tests.machinery.test_waivers import FILE as WAIVER
from tests.machinery.test_waivers import SEVERITIES

Place = tuple[str | int, ...]
MOMENT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WRONG: tuple[Any, ...] = (
    True, 0, -1, 10**30, 1.0, float("nan"), "", " ", "x\ny", "a\u200bb", "7", "true", [], [1], [True], [""], [["a"]],
    ["same", "same"], {}, {"a": 1}, date(2026, 1, 1), MOMENT, MOMENT.replace(tzinfo=None), time(10, 0),
)  # fmt: skip

cached_templates = cache(load_templates)


def environment(path: Path) -> None:
    check_parameters(load_environment(path.stem, path.parent), cached_templates())


def baseline(path: Path) -> None:
    load_baseline(path.stem, path.parent)


def framework(path: Path) -> None:
    references(path.parent)


def waivers(path: Path) -> None:
    load_waivers(SEVERITIES.get, path)


def profile(path: Path) -> None:
    read_toml(path, Profile)


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    **{str(path.relative_to(ROOT)): (environment, path.read_text()) for path in ENVIRONMENTS.glob("*.toml")},
    **{str(path.relative_to(ROOT)): (baseline, path.read_text()) for path in BASELINES.glob("*.toml")},
    **{str(path.relative_to(ROOT)): (framework, path.read_text()) for path in FRAMEWORKS.glob("*.toml")},
    **{str(path.relative_to(ROOT)): (profile, path.read_text()) for path in (ROOT / "policies").glob("*/profile.toml")},
    "policies/waivers.toml": (waivers, WAIVER),
    str(FILE.relative_to(ROOT)): (known_differences, FILE.read_text()),
    str(CHECKS.relative_to(ROOT)): (load_checks, CHECKS.read_text()),
}


def places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Give every place in a file's data and what stands there."""
    if place:
        yield place, value
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(item, (*place, key))


def inline(value: Any) -> str:
    """Write a value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return value.isoformat() if isinstance(value, date | time) else json.dumps(value).replace("NaN", "nan")


def written(folder: Path, name: str, data: dict[str, Any]) -> Path:
    """Write a file's data and return its path."""
    path = folder / Path(name).name
    path.write_text("".join(f"{json.dumps(key)} = {inline(value)}\n" for key, value in data.items()), encoding="utf-8")
    return path


def with_value(data: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """Return the data with one value changed; what is not on the way to it is the same objects."""
    changed: Any = dict(data)
    inner = changed
    for step in place[:-1]:
        inner[step] = copy.copy(inner[step])
        inner = inner[step]
    inner[place[-1]] = value
    return dict(changed)


def is_wrong(place: Place, now: Any, value: Any) -> bool:
    """Say whether a value is of another kind than what stands there, or a text that nobody could mean."""
    if isinstance(now, str) and isinstance(value, str):
        return (value == "" and place != ("prefix",)) or not value.isprintable() or value == " "
    if isinstance(now, list) and isinstance(value, list):
        return value == [""] or (bool(value) and type(value[0]) is not type(next(iter(now), "")))
    if isinstance(now, float) and type(value) is int:
        return value not in {0, 1}  # a share may be written as a whole number
    return type(now) is not type(value)


def refused(read: Callable[[Path], object], path: Path) -> str:
    """Return the one line with which a file is refused."""
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.exit_code == 3
    assert str(caught.value).isprintable(), str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_what_is_written_anew_is_read(name: str, tmp_path: Path) -> None:
    read, text = FILES[name]
    read(written(tmp_path, name, tomllib.loads(text)))


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_value_that_is_written_is_the_value(value: Any) -> None:
    """So a file need not be written and parsed anew to know what the reader is given of it."""
    parsed = tomllib.loads(f"key = {inline(value)}\n")["key"]
    assert type(parsed) is type(value)
    assert repr(parsed) == repr(value)


@pytest.mark.parametrize("name", FILES)
def test_every_key_refuses_every_value_of_another_kind(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each value is written into the file for the first key that refuses it; the others are given the parsed data."""
    read, text = FILES[name]
    data = tomllib.loads(text)
    was_written, tried = set[str](), 0
    for place, now in places(data):
        for value in (value for value in WRONG if is_wrong(place, now, value)):
            changed = with_value(data, place, value)
            with monkeypatch.context() as patched:
                path = tmp_path / Path(name).name
                if repr(value) in was_written:
                    patched.setattr(tomllib, "loads", lambda _, changed=changed: changed)
                else:
                    path = written(tmp_path, name, changed)
                    was_written.add(repr(value))
                said = refused(read, path)
            assert Path(name).name in said, said
            assert f": {'.'.join(map(str, place))}" in said, f"{place} = {value!r}: {said}"
            tried += 1
    assert tried > 50


@pytest.mark.parametrize("name", FILES)
def test_every_table_refuses_a_key_that_nobody_knows(name: str, tmp_path: Path) -> None:
    read, text = FILES[name]
    data = tomllib.loads(text)
    tables = [(), *(place for place, value in places(data) if isinstance(value, dict))]
    for table in tables:
        if table in {
            ("items",),
            ("unanswered",),
            ("severity",),
            ("trace_rates",),
        }:  # what these hold is named by other rules
            continue
        said = refused(read, written(tmp_path, name, with_value(data, (*table, "surplus"), 1)))
        assert "surplus: unknown key" in said


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("broken", ["twice", "deep", "long number", "bytes", "no TOML", "byte order mark", "nothing"])
def test_a_file_that_is_no_toml_is_one_line(name: str, broken: str, tmp_path: Path) -> None:
    read, text = FILES[name]
    line = next(line for line in text.splitlines() if "=" in line)
    path = tmp_path / Path(name).name
    texts = {
        "twice": f"{line}\n{line}\n" if not line.startswith("[") else f"a = 1\na = 2\n{text}",
        "deep": f"deep = {'[' * 50_000}\n",
        "long number": f"number = {'9' * 50_000}\n",
        "bytes": "",
        "no TOML": "name: dev\n",
        "byte order mark": f"\ufeff{text}",
        "nothing": "",
    }
    path.write_bytes(b"\xff\xfe" if broken == "bytes" else texts[broken].encode())
    if broken == "nothing" and read is waivers:
        read(path)  # no waiver is what there should be
        return
    assert path.name in refused(read, path)
