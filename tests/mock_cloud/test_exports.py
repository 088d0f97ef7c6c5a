"""An export that another stack uses stays, and stays what it is."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.mock_cloud.account import Account, queue, template

Body = dict[str, Any]


def exporting(name: str = "first", export: str | None = "queue-arn") -> Body:
    output: Body = {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}}
    if export:
        output["Export"] = {"Name": export}
    return template({"Queue": queue(QueueName=name)}, Outputs={"Arn": output})


TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::ImportValue": "queue-arn"}}}
IMPORTING = template({"Topic": TOPIC})


@pytest.fixture
def shared(account: Account) -> Account:
    """An account where one stack imports from another."""
    assert account.create(exporting(), "exporter") == "CREATE_COMPLETE"
    assert account.create(IMPORTING, "importer") == "CREATE_COMPLETE"
    return account


def test_an_import_gets_the_value(shared: Account) -> None:
    topic = shared.client("sns").get_topic_attributes(TopicArn=shared.physical_ids("importer")["Topic"])
    assert topic["Attributes"]["DisplayName"] == f"arn:aws:sqs:us-east-1:{shared.id}:first"


def test_exports_and_imports_are_listed(shared: Account) -> None:
    [export] = shared.cfn.list_exports()["Exports"]
    assert (export["Name"], export["Value"]) == ("queue-arn", f"arn:aws:sqs:us-east-1:{shared.id}:first")
    assert shared.cfn.list_imports(ExportName="queue-arn")["Imports"] == ["importer"]


def test_a_stack_whose_export_is_in_use_is_not_deleted(shared: Account) -> None:
    with pytest.raises(ClientError, match="Export queue-arn cannot be deleted as it is in use by importer"):
        shared.cfn.delete_stack(StackName="exporter")
    shared.cfn.delete_stack(StackName="importer")
    shared.cfn.delete_stack(StackName="exporter")
    assert shared.cfn.list_exports()["Exports"] == []


def test_an_export_in_use_is_not_altered(shared: Account) -> None:
    assert shared.update(exporting("second"), "exporter") == "UPDATE_ROLLBACK_COMPLETE"
    told = shared.reasons("UPDATE_ROLLBACK_IN_PROGRESS", "exporter")["exporter"]
    assert "Cannot update export queue-arn as it is in use by importer" in told
    assert shared.outputs("exporter")["Arn"].endswith(":first")


def test_an_export_in_use_is_not_removed(shared: Account) -> None:
    assert shared.update(exporting(export=None), "exporter") == "UPDATE_ROLLBACK_COMPLETE"
    told = shared.reasons("UPDATE_ROLLBACK_IN_PROGRESS", "exporter")["exporter"]
    assert "Export queue-arn cannot be deleted as it is in use by importer" in told


def test_two_stacks_cannot_export_one_name(shared: Account) -> None:
    assert shared.create(exporting("third"), "rival") == "ROLLBACK_COMPLETE"
    assert shared.client("sqs").list_queues(QueueNamePrefix="third").get("QueueUrls", []) == []
