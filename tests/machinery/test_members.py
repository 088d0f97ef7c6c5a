"""Whatever a template states beyond what was agreed is found, wherever in a resource it stands."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.aws.registry import ROWS
from fixtures.aws.schemas import Schema
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.touching import Steps
from fixtures.judging.members import FILE, Members, load_members, path_of, stated
from infra.errors import InputError
from suites import agree

Everything = dict[str, Inventory]
DEEPEST = 7
"""Rules of web ACLs hold statements that hold rules: their schema has no end."""


@pytest.fixture(scope="module")
def declared() -> Everything:
    return agree.declared()


def test_everything_that_is_stated_was_agreed_on_and_nothing_is_agreed_that_nobody_states(declared: Everything) -> None:
    """What may be stated and is not stands open for the next one who states it."""
    members = load_members()
    resources = [one for inventory in declared.values() for one in inventory.resources if one.managed]
    assert [f"{one.key}.{path_of(steps)}" for one in resources for steps in members.beyond(one)] == []
    there = {
        (one.cfn_type, one.key, path_of(steps))
        for one in resources
        for steps in stated(one.cfn_type, one.properties(defaults=False))
    }
    keys = {(one.cfn_type, one.key) for one in resources}
    for entry in members.entries:
        named = entry.resources or {key for cfn_type, key in keys if cfn_type == entry.type}
        unused = [(key, path) for key in named for path in entry.members if (entry.type, key, path) not in there]
        assert unused == [], entry.type


def _absent(schema: Schema, value: Any, steps: Steps) -> Iterator[Steps]:
    """Give every member that the schema names and a value does not state, at any depth."""
    inside = schema.inside(steps)
    if inside.members and isinstance(value, dict | None) and len(steps) < DEEPEST:
        for name in inside.members:
            there = (value or {}).get(name)
            if there is None:
                yield (*steps, name)
            yield from _absent(schema, there, (*steps, name))
    elif inside.items and isinstance(value, list | None):
        for number, item in enumerate(value or [None]):
            yield from _absent(schema, item, (*steps, number))


def _with(properties: dict[str, Any], steps: Steps) -> dict[str, Any]:
    """State a member: whatever has to be there around it is made."""
    changed: Any = copy.deepcopy(properties)
    tree = changed
    for step, after in zip(steps, (*steps[1:], None), strict=True):
        new: Any = 1 if after is None else [] if isinstance(after, int) else {}
        if isinstance(tree, list):
            tree.extend([new] if len(tree) == step else [])
        elif tree.get(step) is None:
            tree[step] = new
        tree = tree[step]
    return dict(changed)


def test_whatever_the_schema_names_is_found_where_nobody_agreed_on_it(declared: Everything) -> None:
    """A walk over every member of every type, in each resource: what was agreed on passes, and nothing else."""
    members, missed, count = load_members(), [], 0
    for one in declared["prod"].resources:
        schema, properties = ROWS[one.cfn_type].schema, one.properties(defaults=False)
        agreed = members.of(one.cfn_type, one.key)
        sound = set(map(path_of, stated(one.cfn_type, properties)))
        for steps in dict.fromkeys(_absent(schema, properties, ())) if one.managed else ():
            path = path_of(steps)
            if steps[0] in schema.read_only or steps[0] == schema.tag_property or path in agreed:
                continue
            found = set(map(path_of, stated(one.cfn_type, _with(properties, steps)))) - sound - agreed
            missed += [] if any(said.startswith(path) for said in found) else [f"{one.key}.{path}"]
            count += 1
    assert missed == []
    assert count > 5_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[may]]\ntype = "AWS::S3::Bucke"\nmembers = ["A"]\n', "may.0.type: expected a type that is read, found"),
        ('[[may]]\ntype = "AWS::S3::Bucket"\nmembers = ["Access"]\n', "may.0.members: expected what a template of"),
        ('[[may]]\ntype = "AWS::S3::Bucket"\nmembers = ["Arn"]\n', "may.0.members: expected what a template of"),
        (
            '[[may]]\ntype = "AWS::SQS::Queue"\nmembers = ["QueueName.*"]\n',
            "may.0.members: expected what a template of",
        ),
        ('[[may]]\ntype = "AWS::S3::Bucket"\nmembers = ["Tags"]\n', "may.0.members: expected what a template of"),
        ('[[may]]\ntype = "AWS::S3::Bucket"\nmembers = ["BucketName", "BucketName"]\n', "may.0.members: "),
        ('[[may]]\ntype = "AWS::S3::Bucket"\n', "may.0.members: expected a value, the key is missing"),
        ("may = 1\n", "may: "),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    """A member that is misspelt permits nothing that anybody meant."""
    path = tmp_path / FILE.name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_members(path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_proposed_is_what_is_stated_and_not_agreed_on(declared: Everything, tmp_path: Path) -> None:
    """Who has put the proposals of every type into an empty file has agreed on all that there is, and on no more."""
    types = sorted({one.cfn_type for inventory in declared.values() for one in inventory.resources if one.managed})
    none = Members((), {})
    path = tmp_path / FILE.name
    path.write_text(
        "\n".join(entry for name in types for entry in agree.members(name, declared, none)), encoding="utf-8"
    )
    assert load_members(path).paths == load_members().paths
    assert [entry for name in types for entry in agree.members(name, declared, load_members())] == []
