"""Tags that one call tells of many resources: whatever it leaves out, or tells wrongly, is asked of each by itself.

A lie about them is made of the true answer, one for each way in which it can be wrong; every fact of the account, and
so every verdict, is the same as if each resource had been asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from fixtures.aws import tagging
from fixtures.aws.access import Limits
from fixtures.aws.answers import Answer
from fixtures.aws.doubts import DOUBTS
from fixtures.aws.ledger import CouldNotLook, Gap, Source
from fixtures.aws.registry import ROWS
from fixtures.aws.rows import Detail
from fixtures.aws.tagging import MEMBER, MOST, WORTH, told_together
from fixtures.inventory.inventory import Inventory
from fixtures.mock_cloud.faults import FAULTS, TOKEN
from tests.inventory.conftest import AT, Account
from tests.inventory.lying import TAGS, OneByOne, Remembering, lying

Entry = dict[str, Any]
Lie = Callable[[list[Entry]], list[Entry]]
OTHER = [{"Key": "Environment", "Value": "another"}]


def _first(change: Callable[[Entry, list[Entry]], list[Entry]]) -> Lie:
    """Give a lie about every second entry: what it becomes."""

    def lie(entries: list[Entry]) -> list[Entry]:
        changed = (change(one, entries) if number % 2 == 0 else [one] for number, one in enumerate(entries))
        return [one for some in changed for one in some]

    return lie


LIES: dict[str, Lie] = {
    "nothing": lambda _: [],
    "half": lambda entries: entries[: len(entries) // 2],
    "an entry removed": _first(lambda _one, _all: []),
    "tags emptied": _first(lambda one, _all: [{**one, "Tags": []}]),
    "tags left out": _first(lambda one, _all: [{"ResourceARN": one["ResourceARN"]}]),
    "tags without values": _first(lambda one, _all: [{**one, "Tags": [{"Key": tag["Key"]} for tag in one["Tags"]]}]),
    "tags without keys": _first(lambda one, _all: [{**one, "Tags": [{"Value": "prod"}]}]),
    "a key twice": _first(lambda one, _all: [{**one, "Tags": [*one["Tags"], {**one["Tags"][0], "Value": "other"}]}]),
    "no ARN": _first(lambda one, _all: [{"Tags": one["Tags"]}]),
    "a stranger's ARN": _first(lambda one, _all: [{**one, "ResourceARN": f"{one['ResourceARN']}-of-a-stranger"}]),
    "an ARN in capitals": _first(lambda one, _all: [{**one, "ResourceARN": one["ResourceARN"].upper()}]),
    "another account's ARN": _first(
        lambda one, _all: [{**one, "ResourceARN": one["ResourceARN"].replace("333333333333", "444444444444")}]
    ),
    "a neighbour's ARN": _first(lambda one, all_: [{**one, "ResourceARN": all_[-1]["ResourceARN"], "Tags": OTHER}]),
    "told twice, otherwise": _first(lambda one, _all: [one, {**one, "Tags": OTHER}]),
    "told twice, alike": _first(lambda one, _all: [one, one]),
    "told again without tags": _first(lambda one, _all: [one, {**one, "Tags": []}]),
    "a doubt": _first(lambda one, _all: [{**one, "Tags": [{**one["Tags"][0], DOUBTS: {"Value": "is a number"}}]}]),
}


class Lying(Remembering):
    """Tells of the tags of many what a lie makes of the truth."""

    lie: Lie = staticmethod(lambda entries: entries)
    told = 0

    def call(self, service: str, operation: str, **parameters: Any) -> Answer:
        answer = super().call(service, operation, **parameters)
        if (service, operation) != TAGS:
            return answer
        self.told += 1
        page = answer.pages[0]
        entries = self.lie([dict(one) for one in page[MEMBER]])
        said = {DOUBTS: {MEMBER: "is doubted"}} if any(DOUBTS in tag for one in entries for tag in _tags(one)) else {}
        return replace(answer, pages=({**page, MEMBER: entries, **said},))


def _tags(entry: Entry) -> list[dict[str, Any]]:
    return list(entry.get("Tags", ()))


def facts(inventory: Inventory) -> dict[tuple[str, str], dict[str, Any]]:
    """Give what is known of every resource; beside it stands what is not."""
    return {
        (one.cfn_type, one.key): one.properties(defaults=False) | {"?": sorted(one.origin.unread)}
        for one in inventory.resources
    }


def told_by(inventory: Inventory) -> dict[str, set[str]]:
    """Give by type the calls that told tags."""
    found: dict[str, set[str]] = {}
    for one in inventory.resources:
        name = ROWS[one.cfn_type].schema.tag_property or ""
        if name in one.origin.sources:
            found.setdefault(one.cfn_type, set()).add(one.origin.sources[name].text.partition(" ")[0])
    return found


@pytest.fixture(scope="module")
def memory(account: Account) -> Lying:
    return Lying(account.gateway(Limits(attempts=1, run_seconds=3600)))


@pytest.fixture(scope="module")
def one_by_one(account: Account, memory: Lying) -> Inventory:
    return account.collect(OneByOne(memory))


# AWS tells them (AWS Organizations User Guide, resources that support tag policies: elasticache:parametergroup and
# elasticache:usergroup); the mock cloud's tagging API does not, and so each is asked by itself.
UNKNOWN_TO_THE_MOCK = {"AWS::ElastiCache::ParameterGroup", "AWS::ElastiCache::UserGroup"}


def rows_together() -> Iterator[str]:
    """Give the types whose tags may be told of many at once."""
    yield from (name for name, row in ROWS.items() if isinstance(row.tags, Detail) and row.tags.together)


def test_every_type_that_may_be_is_told_together_and_as_one_by_one(
    account: Account, memory: Lying, one_by_one: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "WORTH", 1)
    together = account.collect(memory)
    assert facts(together) == facts(one_by_one)
    name = ":".join(TAGS)
    told = {cfn_type for cfn_type, calls in told_by(together).items() if name in calls}
    assert told == set(rows_together()) - UNKNOWN_TO_THE_MOCK
    assert name not in {call for calls in told_by(one_by_one).values() for call in calls}


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_about_tags_changes_a_fact(account: Account, memory: Lying, one_by_one: Inventory, lie: str) -> None:
    memory.lie, memory.told = LIES[lie], 0
    try:
        seen = account.collect(memory)
    finally:
        del memory.lie
    assert memory.told
    assert (seen.gaps, seen.missing) == ({}, {})
    assert facts(seen) == facts(one_by_one)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_the_call_changes_a_fact(
    account: Account, memory: Lying, one_by_one: Inventory, fault: str
) -> None:
    memory.doubted = TAGS
    try:
        with lying(account, *TAGS, fault):
            seen = account.collect(memory)
    finally:
        memory.doubted = None
    assert (seen.gaps, seen.missing) == ({}, {})
    assert facts(seen) == facts(one_by_one)


def test_what_has_no_tags_is_asked_by_its_own_call(account: Account, memory: Lying) -> None:
    """Strangers have none; that they have none only their own service says."""
    bare = [
        one
        for one in account.collect(memory).resources
        if one.cfn_type in set(rows_together())
        and ROWS[one.cfn_type].schema.tag_property in one.origin.sources
        and not one.properties(defaults=False).get(ROWS[one.cfn_type].schema.tag_property or "")
    ]
    sources = {one.origin.sources[ROWS[one.cfn_type].schema.tag_property or ""].text for one in bare}
    assert len(bare) > 1
    assert not [text for text in sources if text.startswith(":".join(TAGS))]


def answered(arns: list[str]) -> Answer:
    entries = [{"ResourceARN": arn, "Tags": [{"Key": "Owner", "Value": arn}]} for arn in arns]
    return Answer(({MEMBER: entries},), Source(text="told", read_at=AT))


@pytest.mark.parametrize("count", [0, WORTH - 1, WORTH, MOST, MOST + 1, 10 * MOST])
def test_a_hundred_are_asked_by_one_call_and_few_by_none(count: int) -> None:
    asked: list[list[str]] = []

    def ask(_service: str, _operation: str, parameters: Any) -> Answer:
        asked.append(parameters["ResourceARNList"])
        return answered(asked[-1])

    told = told_together(ask, [f"arn:{number}" for number in range(count)] * 2)
    assert len(asked) == (-(-count // MOST) if count >= WORTH else 0)
    assert len(told) == (count if count >= WORTH else 0)
    assert all(one.tags == [{"Key": "Owner", "Value": arn}] for arn, one in told.items())


def test_one_refused_question_takes_nothing_from_the_others() -> None:
    def ask(service: str, operation: str, parameters: Any) -> Answer:
        if "arn:0" in parameters["ResourceARNList"]:
            raise CouldNotLook(Gap(service=service, operation=operation, kind="throttled", detail=TOKEN, at=AT))
        return answered(parameters["ResourceARNList"])

    assert len(told_together(ask, [f"arn:{number}" for number in range(2 * MOST)])) == MOST
