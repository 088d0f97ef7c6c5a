"""What is deployed reads back as what is declared, and what is not ours is told apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fixtures.aws.answers import Answer
from fixtures.aws.gateway import Gateway
from fixtures.aws.ledger import Unread
from fixtures.aws.registry import ROWS
from fixtures.inventory.collecting import collect
from fixtures.inventory.comparing import left_out
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.ec2 import VPC
from fixtures.inventory.services.elasticache import ParameterGroup, User
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.services.secretsmanager import Secret
from fixtures.inventory.services.sqs import Queue
from fixtures.inventory.snapshot import from_json, to_json
from fixtures.inventory.types import TYPES
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Context, judge
from fixtures.mock_cloud.known_differences import known_differences
from reports.models import Outcome
from suites.catalogue import catalogue
from tests.inventory.conftest import AT, Account
from tests.mock_cloud.account import Account as Owner


def test_everything_declared_is_read(undisturbed: Inventory) -> None:
    assert undisturbed.gaps == {}
    assert undisturbed.missing == {}
    managed = {resource.key for resource in undisturbed.resources if resource.managed}
    assert managed == {key for keys in undisturbed.expected.values() for key in keys}


def test_nothing_is_unread_but_what_the_mock_does_not_say(undisturbed: Inventory) -> None:
    for resource in undisturbed.resources:
        known = known_differences().get(resource.cfn_type, set())
        for name, gap in resource.origin.unread.items():
            # An answer that lacks what AWS always says is believed in nothing else that it leaves out.
            silent = gap.detail.rpartition(" does not say ")[2]
            otherwise = tuple(detail.otherwise for detail in ROWS[resource.cfn_type].details if detail.only)
            told = gap.kind == "not_asked" or gap.detail.endswith(otherwise)
            assert told or known & {name, silent}, (resource.key, gap)


def test_whatever_is_left_out_of_the_comparison_has_a_reason(declared: Inventory, undisturbed: Inventory) -> None:
    database = declared.look(DBInstance, "Database")
    apart = left_out(database, undisturbed.look(DBInstance, "Database"))
    assert apart["MasterUserPassword"].startswith("write-only")
    assert all(apart.values())


def test_links_lead_to_the_resources_they_name(undisturbed: Inventory) -> None:
    database = undisturbed.look(DBInstance, "Database")
    assert undisturbed.get(Key, database.kms_key_id).managed


def test_ids_and_arns_lead_to_the_same_resource(undisturbed: Inventory) -> None:
    key = undisturbed.read(Key)[0]
    assert undisturbed.find(Key, key.origin.physical_id) is key
    assert undisturbed.find(Key, key.origin.attributes["Arn"]) is key
    assert undisturbed.find(Key, "arn:aws:kms:us-east-1:999999999999:key/other") is None


def test_what_is_not_ours_is_unmanaged_and_says_who_made_it(undisturbed: Inventory) -> None:
    foreign = undisturbed.look(ParameterGroup, "foreign")
    assert not foreign.managed
    assert foreign.origin.made_by is None
    assert undisturbed.look(User, "default").origin.made_by == "elasticache"
    assert {s.origin.made_by for s in undisturbed.of(Secret) if not s.managed} == {"rds"}
    assert {v.origin.made_by for v in undisturbed.of(VPC) if not v.managed} == {"ec2"}


def test_every_fact_names_the_call_that_told_it(undisturbed: Inventory) -> None:
    told = {call.source for call in undisturbed.ledger}
    for resource in undisturbed.resources:
        assert resource.origin.source is not None
        assert {source.text for source in (resource.origin.source, *resource.origin.sources.values())} <= told


def test_a_snapshot_gives_the_same_facts_again(undisturbed: Inventory) -> None:
    again = from_json(to_json(undisturbed))
    assert again.resources == undisturbed.resources
    assert again.ledger == undisturbed.ledger


def test_a_snapshot_with_gaps_gives_the_same_gaps_again(account: Account) -> None:
    account.fault("sqs", "GetQueueAttributes", "denied")
    disturbed = account.collect(account.gateway(), Queue)
    account.fault()
    again = from_json(to_json(disturbed))
    assert again.gaps == disturbed.gaps
    with pytest.raises(Unread):
        _ = again.read(Queue)[0].message_retention_period
    assert to_json(disturbed, for_record=True)


def test_a_type_that_was_not_asked_for_is_a_gap(account: Account) -> None:
    some = account.collect(account.gateway(), Queue)
    assert some.of(Queue)
    with pytest.raises(Unread, match="was not asked for"):
        some.of(VPC)


def test_a_declared_resource_that_is_gone_is_missing(account: Account, undisturbed: Inventory) -> None:
    """What the stack lists and the service does not return cannot be judged, and is not forgotten."""
    gateway = account.gateway()
    queue = next(item for item in undisturbed.read(Queue) if item.managed)
    sqs = Owner.enter(account.endpoint, account.environment.account).client("sqs")  # who judges can delete nothing
    attributes = sqs.get_queue_attributes(QueueUrl=queue.origin.physical_id, AttributeNames=["All"])["Attributes"]
    sqs.delete_queue(QueueUrl=queue.origin.physical_id)
    try:
        after = account.collect(gateway, Queue)
    finally:
        kept = {name: attributes[name] for name in _SETTABLE if name in attributes}
        name = str(queue.origin.physical_id).rsplit("/", 1)[-1]
        tags = {tag.key: tag.value for tag in queue.tags}
        sqs.create_queue(QueueName=name, Attributes=kept, tags=tags)
    assert queue.key in after.population(Queue)
    assert queue.key in after.missing
    with pytest.raises(Unread, match="AWS did not return it"):
        after.look(Queue, queue.key)
    with pytest.raises(Unread):
        after.of(Queue)


_SETTABLE = (
    "Policy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "MessageRetentionPeriod", "VisibilityTimeout",
    "DelaySeconds", "MaximumMessageSize", "ReceiveMessageWaitTimeSeconds", "RedrivePolicy", "RedriveAllowPolicy",
)  # fmt: skip


def test_an_account_without_our_stacks_misses_everything(account: Account) -> None:
    elsewhere = Gateway(account.environment.region, endpoint=account.endpoint, clock=account.gateway().clock)
    elsewhere = elsewhere.assume("arn:aws:iam::999999999999:role/Auditor")
    theirs = account.environment.model_copy(update={"account": "999999999999"})
    empty = collect(elsewhere, theirs, account.declared)
    assert set(empty.missing) == {resource.key for resource in account.declared.resources}
    assert all("there is no stack" in gap.detail for gap in empty.missing.values())


@pytest.mark.parametrize("changes_after", [0, 1], ids=["from the beginning", "in the middle"])
def test_what_another_account_says_is_believed_of_nothing(account: Account, *, changes_after: int) -> None:
    ours = account.gateway()
    theirs = ours.assume("arn:aws:iam::999999999999:role/Auditor")
    asked = 0

    class Changing(Gateway):
        def call(self, service: str, operation: str, **parameters: Any) -> Answer:
            nonlocal asked
            asked += operation == "GetCallerIdentity"
            return (ours if asked <= changes_after else theirs).call(service, operation, **parameters)

    found = account.collect(Changing(ours.region, endpoint=ours.endpoint, clock=ours.clock))
    assert found.resources == ()
    assert set(found.gaps) >= set(TYPES)
    assert set(found.missing) == account.declared_keys
    assert all("account 999999999999 answers: expected 333333333333" in gap.detail for gap in found.missing.values())


@pytest.mark.parametrize("lists_it", [True, False], ids=["read", "not read"])
def test_what_a_stack_has_and_no_template_declares_is_named(account: Account, *, lists_it: bool) -> None:
    """One left behind of each type: whatever AWS says of it, no control that judges the type is silent."""
    declared = account.declared
    left = {keys[0]: cfn_type for cfn_type, keys in declared.expected.items()}
    without = replace(
        declared,
        resources=tuple(resource for resource in declared.resources if resource.key not in left),
        expected={cfn_type: keys[1:] for cfn_type, keys in declared.expected.items()},
        stacks={
            stack: {key: kind for key, kind in ids.items() if key not in left} for stack, ids in declared.stacks.items()
        },
    )
    types = () if lists_it else (Queue,)
    found = collect(account.gateway(), account.environment, without, types=types or None)
    assert {key for over in found.undeclared.values() for key in over} == set(left)
    context = Context(found, load_baseline("prod"), account.environment, AT, without)
    judges = [item for item in catalogue() if "mocked" in item.tiers and item.scope]
    for verdict in (verdict for item in judges for verdict in judge(item, context)):
        if verdict.resource in left.values():
            assert verdict.verdict is Outcome.ERROR, verdict
        if verdict.resource in left and not lists_it and left[verdict.resource] != "AWS::SQS::Queue":
            assert verdict.verdict is Outcome.ERROR, verdict
    (strays,) = (verdict for item in catalogue() if item.id == "STK-01" for verdict in judge(item, context))
    assert strays.verdict is Outcome.FAIL
    assert all(key in strays.message for key in list(left)[:1])
