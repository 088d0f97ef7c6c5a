"""Proposes what nobody agreed on yet, as TOML for a person to finish: ``python -m suites.agree --type TYPE``.

Nothing is written. Each setting has an empty ``why``, which the loader of ``policies/settings.toml`` refuses: what goes
wrong without a setting only a person can say, and what may be otherwise a person takes out. After the settings come the
members that may not be stated yet, for ``policies/members.toml``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final

from fixtures.aws.registry import ROWS
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.values import as_json
from fixtures.judging.agreed import Agreed, load_agreed
from fixtures.judging.grants import words_of
from fixtures.judging.members import Members, load_members, path_of
from fixtures.tiers.static import from_platform
from infra.environment import environment_names, load_environment
from infra.errors import InputError, TouchstoneError
from infra.outside import terminal
from infra.stacks import load_templates, resolve_platform
from suites.proofs.mutants.policies import is_policy

_NAME: Final = re.compile(r"[^.*?]*[^.*?0-9][^.*?]*")
"""The names of members that a path can name."""
Settings = dict[str, Any]


def proposed(cfn_type: str, inventories: Mapping[str, Inventory]) -> Iterator[str]:
    """Yield entries of a type, in TOML: what all environments that have a resource say alike, then what some say alone.

    Raises:
        InputError: no environment has a resource of the type.
    """
    said: dict[str, dict[str, Settings]] = {}
    for name, inventory in inventories.items():
        agreed = load_agreed(load_environment(name))
        for one in inventory.resources:
            if one.cfn_type == cfn_type and one.managed:
                said.setdefault(one.key, {})[name] = _unspoken(one, agreed, turned(words_of(load_environment(name))))
    if not said:
        raise InputError(f"--type {cfn_type}: expected a type of which an environment has a resource")
    for key, by_name in said.items():
        first = next(iter(by_name.values()))
        alike = {
            path: value for path, value in first.items() if all(_says(one, path, value) for one in by_name.values())
        }
        if alike:
            yield entry(cfn_type, key, (), alike)
        apart: dict[str, tuple[list[str], Settings]] = {}
        for name, settings in by_name.items():
            own = {path: value for path, value in settings.items() if path not in alike}
            apart.setdefault(json.dumps(own), ([], own))[0].append(name)
        yield from (entry(cfn_type, key, names, own) for names, own in apart.values() if own)


def _says(settings: Settings, path: str, value: Any) -> bool:
    return path in settings and bool(settings[path] == value)


def members(cfn_type: str, inventories: Mapping[str, Inventory], agreed: Members) -> Iterator[str]:
    """Yield entries of a type, in TOML, for the members that its resources state and nobody agreed on."""
    every = [
        one
        for inventory in inventories.values()
        for one in inventory.resources
        if one.cfn_type == cfn_type and one.managed
    ]
    states: dict[str, set[str]] = {}
    for one in every:
        for steps in agreed.beyond(one):
            states.setdefault(path_of(steps), set()).add(one.key)
    alike: dict[tuple[str, ...], list[str]] = {}
    for path, keys in sorted(states.items()):
        alike.setdefault(tuple(sorted(keys)), []).append(path)
    for named_keys, paths in alike.items():
        named = "" if set(named_keys) == {one.key for one in every} else f"resources = {as_toml(named_keys)}\n"
        yield f'[[may]]\ntype = "{cfn_type}"\n{named}members = {as_toml(paths)}\n'


def turned(words: Mapping[str, str]) -> dict[str, str]:
    """Return what is an environment's own, and the word that stands for it in a file of policies."""
    return {said: word for word, said in words.items()}


def _unspoken(one: Resource, agreed: Agreed, words: Mapping[str, str]) -> Settings:
    """Give the settings of a resource of which no entry speaks: not of them, not of all that they stand in."""
    spoken = {setting.path for setting in agreed.of(one.cfn_type, one.key)}
    left_out = {ROWS[one.cfn_type].schema.tag_property}
    return {
        path: _worded(value, words)
        for name, said in one.properties(defaults=False).items()
        if name not in left_out
        for path, value in _leaves(said, name)
        if not any(_covers(other, path) for other in spoken)
    }


def _covers(spoken: str, path: str) -> bool:
    """Say whether a path of an entry leads to another path, or to what that stands in."""
    steps, others = spoken.split("."), path.split(".")
    pairs = zip(steps, others, strict=False)
    return len(steps) <= len(others) and all(
        step.removesuffix("?") == other or (step == "*" and other.isdecimal()) for step, other in pairs
    )


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Give each setting with its path; a list of plain values is one.

    Left out: policies, which are agreed in grants.toml and powers.toml, and what no path or value of a setting can say.
    """
    value = as_json(value) or value if isinstance(value, str) else value
    if isinstance(value, Mapping):
        for name, item in () if is_policy(value) else value.items():
            if _NAME.fullmatch(name):
                yield from _leaves(item, f"{path}.{name}")
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{path}.{number}")
    elif value is not None:
        yield path, value


def _worded(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_worded(item, words) for item in value]
    if isinstance(value, str):
        for said, word in words.items():
            value = re.sub(rf"(?<![A-Za-z0-9]){re.escape(said)}(?![A-Za-z0-9])", word, value)
    return value


def entry(cfn_type: str, key: str, environments: Sequence[str], settings: Settings) -> str:
    """Return one entry in TOML; it cannot be loaded before somebody has written why."""
    where = f"environments = {as_toml(list(environments))}\n" if environments else ""
    lines = "".join(f"{as_toml(path)} = {as_toml(value)}\n" for path, value in settings.items())
    head = f'[[agreed]]\ntype = "{cfn_type}"\nresources = ["{key}"]\n{where}why = ""\n'
    return f"{head}[agreed.settings]\n{lines}"


def as_toml(value: Any) -> str:
    """Return a value of JSON as TOML writes it, on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{as_toml(name)} = {as_toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    return json.dumps(value).replace("\x7f", "\\u007f")


def declared() -> dict[str, Inventory]:
    """Return every environment as its templates declare it."""
    templates = load_templates()
    names = environment_names()
    return {
        name: from_platform(resolve_platform(load_environment(name), templates), datetime.now(UTC)) for name in names
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is proposed; the exit code is 3 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m suites.agree", description=__doc__)
    parser.add_argument("--type", required=True, metavar="TYPE", help="a type of CloudFormation: AWS::SQS::Queue")
    try:
        cfn_type, inventories = parser.parse_args(arguments).type, declared()
        for one in chain(proposed(cfn_type, inventories), members(cfn_type, inventories, load_members())):
            sys.stdout.write(f"{one}\n")
    except TouchstoneError as error:
        sys.stderr.write(f"error: {terminal(str(error))}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
