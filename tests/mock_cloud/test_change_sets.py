"""A change set says beforehand what would happen, and does it only when it is told to."""

from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from tests.mock_cloud.account import CAPABILITIES, Account, queue, template


def changes_of(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"] for one in described["Changes"]}


def test_a_creating_change_set_makes_nothing_until_it_is_executed(account: Account) -> None:
    body = template({"Queue": queue(QueueName="orders")}, Outputs={"Url": {"Value": {"Ref": "Queue"}}})
    described = account.review(body, kind="CREATE")
    assert (described["Status"], described["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert changes_of(described)["Queue"]["Action"] == "Add"
    assert account.status() == "REVIEW_IN_PROGRESS"
    assert account.client("sqs").list_queues().get("QueueUrls", []) == []
    account.cfn.execute_change_set(ChangeSetName=described["ChangeSetId"])
    assert account.status() == "CREATE_COMPLETE"
    assert account.outputs()["Url"].endswith("/orders")


def test_the_waiters_of_change_sets_see_the_end(account: Account) -> None:
    described = account.review(template({"Queue": queue()}), kind="CREATE")
    account.cfn.get_waiter("change_set_create_complete").wait(ChangeSetName=described["ChangeSetId"])
    account.cfn.execute_change_set(ChangeSetName="changes", StackName="stack")
    account.cfn.get_waiter("stack_create_complete").wait(StackName="stack")
    assert account.described()["ChangeSetId"] == described["ChangeSetId"]


def test_a_change_set_without_changes_fails_in_the_words_of_aws(account: Account) -> None:
    account.create(template({"Queue": queue()}))
    described = account.review(template({"Queue": queue()}))
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert described["StatusReason"] == (
        "The submitted information didn't contain changes. Submit different information to create a change set."
    )
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        account.cfn.execute_change_set(ChangeSetName="changes", StackName="stack")


def test_added_modified_and_removed_are_told_apart_with_the_property_and_both_values(account: Account) -> None:
    account.create(template({"Kept": queue(VisibilityTimeout=30), "Gone": queue()}))
    described = account.review(template({"Kept": queue(VisibilityTimeout=60), "Added": queue()}))
    changes = changes_of(described)
    assert {name: change["Action"] for name, change in changes.items()} == {
        "Kept": "Modify", "Added": "Add", "Gone": "Remove",
    }  # fmt: skip
    assert (changes["Kept"]["Replacement"], changes["Kept"]["Scope"]) == ("False", ["Properties"])
    [detail] = changes["Kept"]["Details"]
    assert detail["Target"] == {
        "Attribute": "Properties", "Name": "VisibilityTimeout", "RequiresRecreation": "Never",
        "Path": "/Properties/VisibilityTimeout", "BeforeValue": "30", "AfterValue": "60",
    }  # fmt: skip
    assert changes["Gone"]["PolicyAction"] == "Delete"


def test_a_create_only_change_is_a_replacement_and_conditional_for_what_refers_to_it(account: Account) -> None:
    def body(name: str) -> dict[str, Any]:
        source = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}
        properties = {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]}}
        subscription = {"Type": "AWS::SNS::Subscription", "Properties": properties}
        return template({"Topic": source, "Queue": queue(), "Subscription": subscription})

    account.create(body("first"))
    changes = changes_of(account.review(body("second")))
    assert set(changes) == {"Topic", "Subscription"}
    assert changes["Topic"]["Replacement"] == "True"
    assert changes["Subscription"]["Replacement"] == "Conditional"
    [detail] = changes["Subscription"]["Details"]
    assert (detail["Evaluation"], detail["CausingEntity"]) == ("Dynamic", "Topic")


def test_a_changed_tag_has_the_scope_of_tags(account: Account) -> None:
    account.create(template({"Queue": queue(Tags=[{"Key": "Team", "Value": "alerts"}])}))
    changes = changes_of(account.review(template({"Queue": queue(Tags=[{"Key": "Team", "Value": "edge"}])})))
    assert changes["Queue"]["Scope"] == ["Tags"]


def test_values_are_told_only_when_they_are_asked_for(account: Account) -> None:
    account.create(template({"Queue": queue(VisibilityTimeout=30)}))
    account.review(template({"Queue": queue(VisibilityTimeout=60)}))
    described = account.cfn.describe_change_set(StackName="stack", ChangeSetName="changes")
    assert "BeforeValue" not in changes_of(described)["Queue"]["Details"][0]["Target"]


def test_a_failed_execution_rolls_the_stack_back_and_marks_the_change_set(account: Account) -> None:
    described = account.review(template({"Queue": queue(QueueName="not a name")}), kind="CREATE")
    account.cfn.execute_change_set(ChangeSetName=described["ChangeSetId"])
    assert account.status() == "ROLLBACK_COMPLETE"
    executed = account.cfn.describe_change_set(ChangeSetName=described["ChangeSetId"])
    assert executed["ExecutionStatus"] == "EXECUTE_FAILED"


def test_rollback_can_be_disabled_to_look_at_the_failure(account: Account) -> None:
    resources = {"Good": queue(QueueName="good"), "Broken": {**queue(QueueName="not a name"), "DependsOn": "Good"}}
    described = account.review(template(resources), kind="CREATE")
    account.cfn.execute_change_set(ChangeSetName=described["ChangeSetId"], DisableRollback=True)
    assert account.status() == "CREATE_FAILED"
    assert list(account.physical_ids()) == ["Good"]


def test_change_sets_are_listed_and_deleted(account: Account) -> None:
    account.create(template({"Queue": queue()}))
    account.review(template({"Queue": queue(VisibilityTimeout=60)}))
    listed = account.cfn.list_change_sets(StackName="stack")["Summaries"]
    assert [one["ChangeSetName"] for one in listed] == ["changes"]
    account.cfn.delete_change_set(StackName="stack", ChangeSetName="changes")
    assert account.cfn.list_change_sets(StackName="stack")["Summaries"] == []
    with pytest.raises(ClientError, match="does not exist"):
        account.cfn.describe_change_set(StackName="stack", ChangeSetName="changes")


def test_two_change_sets_of_one_name_are_refused_in_one_stack_and_allowed_in_two(account: Account) -> None:
    account.review(template({"Queue": queue()}), name="one", kind="CREATE")
    account.review(template({"Queue": queue()}), name="two", kind="CREATE")
    with pytest.raises(ClientError, match="AlreadyExists"):
        account.review(template({"Queue": queue()}), name="one", kind="CREATE")


def test_a_previous_template_and_previous_values_are_used_when_asked(account: Account) -> None:
    parameters = {"Seconds": {"Type": "Number"}, "Name": {"Type": "String"}}
    properties = {"VisibilityTimeout": {"Ref": "Seconds"}, "QueueName": {"Ref": "Name"}}
    body = template({"Queue": queue(**properties)}, Parameters=parameters)
    given = [{"ParameterKey": "Seconds", "ParameterValue": "30"}, {"ParameterKey": "Name", "ParameterValue": "orders"}]
    account.create(body, Parameters=given)
    previous: dict[str, Any] = {"ParameterKey": "Name", "UsePreviousValue": True}
    again = [{"ParameterKey": "Seconds", "ParameterValue": "60"}, previous]
    account.cfn.create_change_set(
        StackName="stack",
        ChangeSetName="changes",
        UsePreviousTemplate=True,
        Parameters=again,
        Capabilities=CAPABILITIES,
    )
    account.cfn.execute_change_set(StackName="stack", ChangeSetName="changes")
    shown = {one["ParameterKey"]: one["ParameterValue"] for one in account.described()["Parameters"]}
    assert shown == {"Seconds": "60", "Name": "orders"}
    assert yaml.safe_load(account.cfn.get_template(StackName="stack")["TemplateBody"]) == body
