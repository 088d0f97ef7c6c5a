"""A list holds odd items: each is its own resource's gap, and its neighbours are read as if it were not there."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from fixtures.aws.answers import Answer
from fixtures.aws.found import Found, Incomplete
from fixtures.aws.looking import Look
from fixtures.aws.places import at, filled
from fixtures.aws.reading import read, units
from fixtures.aws.registry import ROWS
from fixtures.aws.rows import WHOLE, Type
from infra.environment import load_environment
from tests.inventory.conftest import AT, Account
from tests.inventory.lying import refuse_tags_of_many

# What is no list has no odd items.
UNITS = {unit[0].name: unit for unit in units(ROWS.values()) if unit[0].listing.root.items != WHOLE}
Asked = dict[tuple[str, str, str], Answer]
ACCOUNT = load_environment("dev").account
ODD: dict[str, Any] = {"empty": {}, "nothing": None, "number": 7, "text": "", "list": []}


@pytest.fixture(scope="module")
def asked(account: Account) -> Asked:
    """Every answer about the sound platform, by what was asked."""
    kept: Asked = {}
    gateway = account.gateway()

    def ask(service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:
        # An odd list asks for the tags of others than a sound one does.
        refuse_tags_of_many(service, operation, AT)
        key = (service, operation, repr(sorted(parameters.items())))
        if key not in kept:
            kept[key] = gateway.call(service, operation, **parameters)
        return kept[key]

    look = Look(ask, lambda: AT, account=ACCOUNT)
    for unit in UNITS.values():
        read(look, unit)
    return kept


def again(asked: Asked, unit: Sequence[Type], items: list[Any] | None = None) -> list[Found | Incomplete]:
    """Read a unit from kept answers, its list with other items in it where some are given."""
    root, service = unit[0].listing.root, unit[0].service

    def ask(asked_service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:
        refuse_tags_of_many(asked_service, operation, AT)
        answer = asked[asked_service, operation, repr(sorted(parameters.items()))]
        if items is None or (asked_service, operation, parameters) != (service, root.operation, parameters_of(unit)):
            return answer
        return Answer((with_items(answer.pages[0], root.items, items),), answer.source)

    return read(Look(ask, lambda: AT, account=ACCOUNT), unit)


def parameters_of(unit: Sequence[Type]) -> Mapping[str, Any]:
    """What the list of a unit is asked for with."""
    found: Mapping[str, Any] = filled(unit[0].listing.root.parameters, {"Account": ACCOUNT})
    return found


def items_of(asked: Asked, unit: Sequence[Type]) -> list[Any]:
    root, service = unit[0].listing.root, unit[0].service
    answer = asked[service, root.operation, repr(sorted(parameters_of(unit).items()))]
    return copy.deepcopy([item for page in answer.pages for item in at(page, root.items) or ()])


def with_items(page: Mapping[str, Any], place: str, items: list[Any]) -> dict[str, Any]:
    """Give a page with other items in its list."""
    name, _, inside = place.partition(".")
    return {**page, name: with_items(page[name], inside, items) if inside else items}


def told(found: list[Found | Incomplete]) -> dict[tuple[str, str], Any]:
    """Give what is believed, by type and id."""
    return {
        (one.type.name, one.physical_id): (one.properties, one.attributes, one.maker, sorted(one.unread))
        for one in found
        if isinstance(one, Found) and one.broken is None
    }


def doubts(found: list[Found | Incomplete]) -> set[str]:
    """Give the types of which something is said not to be known."""
    return {one.type.name for one in found if isinstance(one, Incomplete) or one.broken or one.unread}


def optional(unit: Sequence[Type], member: str) -> bool:
    """Say whether AWS leaves a member out where there is none, and so tells which items are no such resource."""
    return any(member in row.listing.only for row in unit)


def odd_lists(asked: Asked, unit: Sequence[Type]) -> Iterator[tuple[str, list[Any]]]:
    items = items_of(asked, unit)
    for name, odd in ODD.items():
        yield f"first item {name}", [odd, *items[1:]]
        yield f"one more {name}", [*items, odd]
    for member in items[0] if items and isinstance(items[0], dict) else ():
        if not optional(unit, member):
            yield f"first item without {member}", [{k: v for k, v in items[0].items() if k != member}, *items[1:]]
        yield f"first item with a number as {member}", [{**items[0], member: 7}, *items[1:]]


@pytest.mark.parametrize("name", UNITS)
def test_an_odd_item_takes_nothing_away_from_its_neighbours(asked: Asked, name: str) -> None:
    unit = UNITS[name]
    sound = told(again(asked, unit))
    first = told(again(asked, unit, items_of(asked, unit)[:1]))
    for what, items in odd_lists(asked, unit):
        after = told(again(asked, unit, items))
        lost = {key for key in sound if key not in first and after.get(key) != sound[key]}
        assert not lost, f"{name}, {what}: {lost}"


@pytest.mark.parametrize("name", UNITS)
def test_no_odd_item_vanishes_in_silence(asked: Asked, name: str) -> None:
    unit = UNITS[name]
    sound = again(asked, unit)
    before = told(sound)
    for what, items in odd_lists(asked, unit):
        found = again(asked, unit, items)
        after = told(found)
        for cfn_type, physical_id in set(before) - set(after):
            assert cfn_type in doubts(found), f"{name}, {what}: {physical_id} vanished"


@pytest.mark.parametrize("name", UNITS)
def test_what_is_listed_twice_is_not_believed(asked: Asked, name: str) -> None:
    unit = UNITS[name]
    items = items_of(asked, unit)
    if not items:
        pytest.skip(f"the platform has no {name}")
    found = again(asked, unit, [*items, items[0]])
    twice = told(again(asked, unit, items[:1])).keys() - told(again(asked, unit, [])).keys()  # what else is asked stays
    assert not twice & set(told(found))
    assert all(key in told(found) for key in told(again(asked, unit)) if key not in twice)
