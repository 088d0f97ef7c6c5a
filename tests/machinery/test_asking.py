"""What a control asks for is learned from what it asks, so a proof that reads no more than that overlooks nothing."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.sqs import Queue
from fixtures.judging.asking import asked_by, asks_for_more
from fixtures.judging.control import Control, control, control_of
from fixtures.judging.judge import judge
from suites.catalogue import catalogue
from suites.controls import looking
from tests.machinery.small import GAP, bench, key, queue
from tests.machinery.test_judge import BROKEN_BY

NOT_ASKED = GAP.model_copy(update={"kind": "not_asked"})


def declared(function: Callable[..., None]) -> Control:
    found = control_of(control("T-9", severity="low", satisfies=("AC2",), broken_by=BROKEN_BY)(function))
    assert found is not None
    return found


def test_scope_and_whatever_is_looked_up_is_asked_for() -> None:
    def test_everything_is_looked_at(one: Queue, inventory: Inventory) -> None:
        """Why."""
        assert inventory.find(Key, "Key") is not None, f"no key for {one}"

    assert asked_by(declared(test_everything_is_looked_at), bench(queue(), key())) == {Queue, Key}


def test_a_type_is_asked_for_also_where_there_is_none_of_it() -> None:
    def test_there_are_keys(inventory: Inventory) -> None:
        """Why."""
        assert inventory.of(Key), "no key"

    control = declared(test_there_are_keys)
    assert asked_by(control, bench()) == {Key}
    assert asked_by(control, bench(gaps={"AWS::KMS::Key": GAP})) == {Key}


def test_what_was_not_read_is_noticed_when_it_is_asked_for() -> None:
    def test_there_are_keys(inventory: Inventory) -> None:
        """Why."""
        assert inventory.of(Key), "no key"

    control = declared(test_there_are_keys)
    assert asks_for_more(judge(control, bench(gaps={"AWS::KMS::Key": NOT_ASKED})))
    assert not asks_for_more(judge(control, bench(gaps={"AWS::KMS::Key": GAP})))
    assert not asks_for_more(judge(control, bench(key())))


def test_controls_ask_through_what_is_listened_to() -> None:
    """A control that walks over the inventory's resources by itself would see fewer of them than there are."""
    for module in {inspect.getmodule(item.function) for item in catalogue()} | {looking}:
        assert module is not None
        asked = set(re.findall(r"\binventory\.(\w+)", inspect.getsource(module)))
        assert asked <= {"find", "get", "of", "inventory", "services", "facts", "types", "values", "account"}, module
