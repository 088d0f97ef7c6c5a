"""What is looked up in an index is what a walk over all would have found, and it is no more certain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product

import pytest

from fixtures.aws.ledger import Gap, Unread
from fixtures.inventory.indexing import Once
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.sns import Topic
from fixtures.inventory.touching import recording

NOW = datetime(2026, 11, 22, tzinfo=UTC)
GAP = Gap(service="sns", operation="GetTopicAttributes", kind="denied", detail="AccessDenied", at=NOW)
# A topic is known by the letters of its name; the name of the last could not be read.
NAMES = ("a", "b", "ab", None)
WORLDS = [world for length in range(4) for world in product(NAMES, repeat=length)]


def _world(names: tuple[str | None, ...], **more: object) -> Inventory:
    topics = [_topic(f"Topic{place}", name) for place, name in enumerate(names)]
    return Inventory("prod", "live", "333333333333", "us-east-1", NOW, tuple(topics), **more)  # type: ignore[arg-type]


def _topic(key: str, name: str | None) -> Topic:
    unread = {"TopicName": GAP} if name is None else {}
    return Topic.build({"TopicName": name} if name else {}, Origin(logical_id=key, unread=unread))


def _letters(_inventory: Inventory, topic: Topic) -> Iterator[str]:
    yield from str(topic.topic_name)


def _first_letters(_inventory: Inventory, topic: Topic) -> Iterator[Once]:
    yield from (Once(letter, letter) for letter in str(topic.topic_name))


def _walk(inventory: Inventory, keys: tuple[str, ...]) -> Iterator[Topic]:
    for topic in inventory.of(Topic):
        if any(letter in keys for letter in str(topic.topic_name)):
            yield topic


def _seen(found: Iterator[Topic]) -> tuple[list[str], list[str], dict[str, tuple[str, ...]]]:
    """Give what was found, the resource whose unread fact it ended in, and the population that was noted."""
    keys: list[str] = []
    ended: list[str] = []
    with recording() as touched:
        try:
            keys.extend(topic.key for topic in found)
        except Unread:
            ended = [key for key, steps in touched if steps == ("TopicName",)][-1:]
    return keys, ended, touched.populations


@pytest.mark.parametrize("keys", [(), ("a",), ("b",), ("a", "b"), ("a", "c", "a")], ids=" ".join)
def test_an_index_finds_what_a_walk_finds_and_ends_where_it_ends(keys: tuple[str, ...]) -> None:
    """Every world of up to three topics."""
    for names in WORLDS:
        inventory = _world(names)
        expected = _seen(_walk(inventory, keys))
        for _ in range(2):  # made, and kept
            assert _seen(inventory.under(Topic, keys, _letters)) == expected, names


def test_the_last_of_all_is_known_only_where_all_are() -> None:
    for names in WORLDS:
        inventory = _world(names)
        keys, ended, _ = _seen(_walk(inventory, ("a",)))
        if ended:
            with pytest.raises(Unread):
                inventory.last_under(Topic, "a", _letters)
        else:
            last = inventory.last_under(Topic, "a", _letters)
            assert (last and last.key) == (keys[-1] if keys else None), names


def test_what_is_alike_is_found_once() -> None:
    for names in WORLDS:
        found, ended, _ = _seen(_world(names).under(Topic, ("a",), _first_letters))
        every, walk_ended, _ = _seen(_walk(_world(names), ("a",)))
        assert (found, ended) == (every[:1], walk_ended), names


def test_only_what_is_found_is_evidence() -> None:
    inventory = _world(("a", "b", "ab"))
    for _ in range(2):
        with recording() as touched:
            list(inventory.under(Topic, ("b",), _letters))
        assert list(touched) == [("Topic1", ("TopicName",)), ("Topic2", ("TopicName",))]


@pytest.mark.parametrize("hole", [{"gaps": {"AWS::SNS::Topic": GAP}}, {
    "expected": {"AWS::SNS::Topic": ("Lost",)}, "missing": {"Lost": GAP},
}], ids=["the list", "one of the list"])  # fmt: skip
def test_nobody_is_found_among_those_that_were_not_all_read(hole: dict[str, object]) -> None:
    inventory = _world(("a",), **hole)
    for _ in range(2):
        with pytest.raises(Unread):
            list(inventory.under(Topic, ("a",), _letters))


def test_a_question_that_depends_on_what_it_was_made_with_is_refused() -> None:
    """Its code is the same each time, and so it would be given the answer to another question."""
    wanted = "a"
    with pytest.raises(TypeError, match="expected a question that is the same each time"):
        list(_world(("a",)).under(Topic, (True,), lambda _, topic: (topic.topic_name == wanted,)))
