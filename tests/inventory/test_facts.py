"""A fact has CloudFormation's shape, AWS's defaults, a source, and no value at all where it was not read."""

from __future__ import annotations

import json
from collections import deque
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.aws.ledger import Gap, Source, Unread
from fixtures.inventory import evidence as evidence_module
from fixtures.inventory.evidence import evidence
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.origin import Origin
from fixtures.inventory.redaction import named_secrets_hidden, shown
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.backup import BackupPlan
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.iam import Role
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.services.sqs import Queue, QueuePolicy
from fixtures.inventory.touching import recording
from fixtures.inventory.types import TYPES
from fixtures.inventory.values import Reference
from infra.errors import InputError
from suites.controls.letting_in import foreign_grants

AT = datetime(2026, 11, 22, tzinfo=UTC)
GAP = Gap(service="rds", operation="DescribeDBInstances", kind="denied", detail="HTTP 403", at=AT)


def database(properties: dict[str, Any], **origin: Any) -> DBInstance:
    return DBInstance.build(properties, Origin(logical_id="Database", **origin))


def test_an_account_is_named_in_a_line_however_large_it_is() -> None:
    """Pytest writes out whatever an assertion was about, for each finding again."""
    tags = [{"Key": str(number), "Value": "x" * 100} for number in range(1000)]
    queue = Queue.build({"Tags": tags}, Origin(logical_id="Alerts"))
    inventory = Inventory("dev", "static", "111111111111", "us-east-1", AT, (queue,) * 1000)
    with recording() as touched:
        assert repr(queue) == "Queue('Alerts')"
        assert repr(inventory) == "Inventory('dev', 'static', 1000 resources)"
    assert not list(touched)


def test_every_class_is_named_as_its_type() -> None:
    for cfn_type, cls in TYPES.items():
        assert cls.__name__ == cfn_type.rpartition("::")[2]


@pytest.mark.parametrize(
    "given",
    [{"Ref": "DataKey"}, {"Fn::GetAtt": ["DataKey", "Arn"]}, {"Fn::Sub": "${DataKey.Arn}"}, "${DataKey}"],
    ids=str,
)
def test_a_key_is_the_same_however_it_is_referred_to(given: Any) -> None:
    assert database({"KmsKeyId": given}).kms_key_id == Reference("DataKey")


def test_a_link_keeps_the_attribute_that_it_names() -> None:
    queue = Queue.build({"RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}}}, Origin())
    assert queue.redrive_policy
    assert queue.redrive_policy.dead_letter_target_arn == Reference("Dead", "Arn")


def test_references_inside_documents_are_text() -> None:
    whom = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    statement = whom | {"Resource": [{"Fn::Sub": "${Table.Arn}/index/*"}, {"Fn::GetAtt": ["Table", "Arn"]}]}
    role = Role.build({"AssumeRolePolicyDocument": {"Statement": [statement]}}, Origin(logical_id="R"))
    assert role.assume_role_policy_document["Statement"][0]["Resource"] == ["${Table.Arn}/index/*", "${Table.Arn}"]


def test_a_policy_given_as_text_is_a_tree() -> None:
    text = '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}}'
    key = Key.build({"KeyPolicy": text}, Origin(logical_id="K"))
    assert key.key_policy == json.loads(text)


def test_what_is_not_said_is_what_aws_documents_as_default() -> None:
    found = database({"MultiAZ": "true"})
    assert (found.multi_az, found.backup_retention_period, found.storage_encrypted) == (True, 1, False)
    assert found.publicly_accessible is None


def test_a_value_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"Database \(AWS::RDS::DBInstance\): BackupRetentionPeriod: "):
        database({"BackupRetentionPeriod": "a week"})


def test_what_no_control_asks_for_is_kept_as_data() -> None:
    found = database({"DBName": {"Ref": "Name"}, "Iops": 3000})
    assert found.properties(defaults=False) == {"DBName": "${Name}", "Iops": 3000}
    assert found != database({"DBName": {"Ref": "Name"}, "Iops": 3001})


def test_an_unread_fact_has_no_value_and_raises() -> None:
    found = database({"MultiAZ": True}, unread={"BackupRetentionPeriod": GAP})
    with pytest.raises(Unread) as caught:
        _ = found.backup_retention_period
    assert caught.value.gap == GAP
    assert found.multi_az


def test_a_required_property_may_be_unread_too() -> None:
    role = Role.build({}, Origin(logical_id="F", unread={"AssumeRolePolicyDocument": GAP}))
    with pytest.raises(Unread):
        _ = role.assume_role_policy_document


def test_an_unread_fact_stays_out_of_dumps_comparisons_and_prints() -> None:
    found = database({"MultiAZ": True}, unread={"BackupRetentionPeriod": GAP})
    assert "BackupRetentionPeriod" not in found.properties()
    assert found != database({"MultiAZ": True})
    assert "BackupRetentionPeriod" not in repr(found)
    assert len({found, database({"MultiAZ": True})}) == 2


def test_only_a_known_property_can_be_unread() -> None:
    with pytest.raises(InputError, match="no such property to be unread: BackupDays"):
        database({}, unread={"BackupDays": GAP})


def test_evidence_is_what_was_touched_with_where_it_was_read() -> None:
    line = Source(text="infra/templates/data.yaml:41", read_at=AT)
    whole = Source(text="infra/templates/data.yaml:30", read_at=AT)
    found = database({"BackupRetentionPeriod": 7}, source=whole, sources={"BackupRetentionPeriod": line})
    with recording() as touched:
        assert found.backup_retention_period == 7
        assert not found.multi_az
        assert found.key == "Database"
    second, first = evidence(touched)  # what was touched last decided, and stands first
    assert (first.field, first.value, first.source) == ("BackupRetentionPeriod", 7, line.text)
    assert (second.field, second.value, second.source) == ("MultiAZ", False, whole.text)


def test_evidence_of_many_facts_is_made_anew_and_the_same_and_does_not_grow_with_the_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evidence_module, "_MOST_KEPT", 10)
    monkeypatch.setattr(evidence_module, "_kept", deque())
    several = [database({"BackupRetentionPeriod": number}) for number in range(25)]
    rounds = []
    for _ in range(2):
        touched = []
        for one in several:
            with recording() as seen:
                _ = one.backup_retention_period
            touched.append(evidence(seen))
        rounds.append(touched)
    assert rounds[0] == rounds[1]
    assert [found[0].value for found in rounds[0]] == list(range(25))
    assert sum(len(one.remembered) for one in several) == 10


def test_equal_texts_of_an_account_are_one_object() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:Get"}
    answer = json.dumps({"Queues": ["q"], "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}})

    def answered() -> list[Any]:
        found = QueuePolicy.build(json.loads(answer), Origin(logical_id="P"))
        (said,) = found.properties()["PolicyDocument"]["Statement"]
        (understood,) = found.policy_document["Statement"]
        assert said is understood, "what is plain data already is not copied"
        return [*said, *said.values()]

    assert all(text is again for text, again in zip(answered(), answered(), strict=True))


def test_touching_what_is_unread_is_evidence_as_well() -> None:
    found = database({}, unread={"MultiAZ": GAP})
    with recording() as touched, pytest.raises(Unread):
        _ = found.multi_az
    assert evidence(touched)[0].value == f"unread: {GAP}"


def test_evidence_is_the_leaf_and_its_whole_value() -> None:
    vault = {"TargetBackupVault": "vault"}
    kept = {"RuleName": "daily", **vault, "Lifecycle": {"DeleteAfterDays": 7, "MoveToColdStorageAfterDays": 90}}
    said = {"BackupPlan": {"BackupPlanName": "p", "BackupPlanRule": [kept, {"RuleName": "weekly", **vault}]}}
    plan = BackupPlan.build(said, Origin(logical_id="Plan"))
    with recording() as touched:
        lifecycles = [rule.lifecycle for rule in plan.backup_plan.backup_plan_rule]
        assert lifecycles[0]
        assert lifecycles[0].delete_after_days == 7
    assert [(item.field, item.value) for item in evidence(touched)] == [
        ("BackupPlan.BackupPlanRule[0].Lifecycle.DeleteAfterDays", 7),
        ("BackupPlan.BackupPlanRule[1].Lifecycle", None),
    ]


def test_a_default_inside_a_property_is_evidence_as_well() -> None:
    found = Table.build({"TableName": "t"}, Origin(logical_id="T"))
    with recording() as touched:
        assert not found.point_in_time_recovery_specification.point_in_time_recovery_enabled
    (only,) = evidence(touched)
    assert only.field == "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"
    assert only.value is False


@pytest.mark.parametrize("as_text", [False, True])
def test_evidence_of_a_policy_is_each_statement_whole_and_the_one_that_decided_first(*, as_text: bool) -> None:
    ours = {"Sid": "Ours", "Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "kms:*", "Resource": "*"}
    theirs = ours | {"Sid": "Theirs", "Principal": {"AWS": "999999999999"}}
    document = {"Statement": [ours, theirs, ours]}
    given = json.dumps(document) if as_text else document
    key = Key.build({"KeyPolicy": given}, Origin(logical_id="K"))
    with recording() as touched:
        (found,) = foreign_grants(key.key_policy, "111111111111")
    assert found.startswith("Theirs admits 999999999999 (")
    assert [(item.field, item.value) for item in evidence(touched)] == [
        ("KeyPolicy.Statement[1]", theirs),
        ("KeyPolicy.Statement[0]", ours),
        ("KeyPolicy.Statement[2]", ours),
    ]


def test_a_tag_is_evidence_whole_and_the_others_are_not() -> None:
    tags = [{"Key": "Owner", "Value": "a"}, {"Key": "Project", "Value": "touchstone"}]
    found = database({"Tags": tags})
    with recording() as touched:
        assert found.tag("Project") == "touchstone"
    assert [(item.field, item.value) for item in evidence(touched)] == [("Tags[1]", tags[1])]
    with recording() as touched:
        assert found.tag("Class") is None
    assert [(item.field, item.value) for item in evidence(touched)] == [("Tags", tags)]


def test_nothing_is_recorded_outside_a_recording() -> None:
    with recording() as touched:
        pass
    _ = database({}).multi_az
    assert list(touched) == []


def test_secrets_are_shown_as_a_digest_and_references_as_they_are() -> None:
    variables = {"TOKEN": "s3cr3t-canary", "TABLE": {"Ref": "Connections"}}
    code = {"Role": "r", "Code": {}, "Environment": {"Variables": variables}}
    function = Function.build(code, Origin(logical_id="F"))
    told = shown(function, "Environment")["Variables"]
    assert told["TABLE"] == "${Connections}"
    assert "canary" not in f"{told}{named_secrets_hidden(function)}"


def test_numbers_that_aws_gives_as_text_are_numbers() -> None:
    queue = Queue.build({"MessageRetentionPeriod": "90"}, Origin(logical_id="Q"))
    assert queue.message_retention_period == 90
    assert not database({"StorageEncrypted": "false"}).storage_encrypted
