"""What a control asks for is learned from what it asks, so a proof that reads no more than that overlooks nothing."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from pathlib import Path

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.sqs import Queue
from fixtures.judging.asking import asked_by, asks_for_more
from fixtures.judging.control import Change, control
from fixtures.judging.judge import judge
from suites.catalogue import catalogue
from suites.controls import looking
from tests.machinery.small import GAP, context, key, queue
from tests.machinery.test_judge import declared

NOT_ASKED = replace(GAP, kind="not_asked")


@control("TST-91", severity="low", satisfies=("AC1",), broken_by=(Change("Queue.X", 1),))
def follows(queue: Queue, inventory: Inventory) -> None:
    """Looks up a neighbour."""
    assert inventory.find(Key, str(queue.key)) is not None, "no key"


@control("TST-92", severity="low", satisfies=("AC1",), broken_by=(Change("Key.X", 1),))
def counts(inventory: Inventory) -> None:
    """Asks for all of a type."""
    assert inventory.of(Key), "no key"


def test_scope_and_whatever_is_looked_up_is_asked_for() -> None:
    assert asked_by(declared(follows), context(queue(), key())) == {Queue, Key}


def test_a_type_is_asked_for_also_where_there_is_none_of_it() -> None:
    assert asked_by(declared(counts), context()) == {Key}
    assert asked_by(declared(counts), context(gaps={"AWS::KMS::Key": GAP})) == {Key}


def test_what_was_not_read_is_noticed_when_it_is_asked_for() -> None:
    assert asks_for_more(judge(declared(counts), context(gaps={"AWS::KMS::Key": NOT_ASKED})))
    assert not asks_for_more(judge(declared(counts), context(gaps={"AWS::KMS::Key": GAP})))
    assert not asks_for_more(judge(declared(counts), context(key())))


def test_controls_ask_through_what_is_listened_to() -> None:
    """A control that walks over the inventory's resources by itself would see fewer of them than there are."""
    for module in {inspect.getmodule(item.function) for item in catalogue()} | {looking}:
        assert module is not None
        code = re.sub(r"(?m)^from .*$", "", inspect.getsource(module))
        assert set(re.findall(r"\binventory\.(\w+)", code)) <= {
            "find",
            "get",
            "of",
            "under",
            "last_under",
            "environment",
            "account",
            "region",
            "undeclared",
            "gaps",
            "tier",
            "read_at",
        }, module


def test_controls_take_no_unread_property_for_a_value() -> None:
    """``Resource.property`` gives None for what nobody could read: only ``told`` tells the two apart."""
    folder = Path(looking.__file__).parent
    using = {
        path.name for path in folder.glob("*.py") if re.search(r"\.(property|understood)\(", path.read_text("utf-8"))
    }
    assert using == {"looking.py"}
