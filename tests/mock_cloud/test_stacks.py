"""A stack comes, changes, goes, and comes back when a step fails."""

import pytest
from botocore.exceptions import ClientError

from tests.mock_cloud.account import Account, queue, template

BAD_QUEUE = queue(QueueName="no spaces allowed here")


def test_a_stack_is_created_with_its_outputs_and_the_physical_ids_of_aws(account: Account) -> None:
    outputs = {
        "Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}},
        "Name": {"Value": {"Fn::Sub": "<${Queue.QueueName}>"}},
    }
    assert account.create(template({"Queue": queue(QueueName="orders")}, Outputs=outputs)) == "CREATE_COMPLETE"
    assert account.physical_ids()["Queue"] == f"https://sqs.us-east-1.amazonaws.com/{account.id}/orders"
    assert account.outputs() == {"Arn": f"arn:aws:sqs:us-east-1:{account.id}:orders", "Name": "<orders>"}


def test_the_url_of_a_queue_is_the_one_that_the_service_lists(account: Account) -> None:
    account.create(template({"Queue": queue(QueueName="orders")}))
    assert account.client("sqs").list_queues()["QueueUrls"] == [account.physical_ids()["Queue"]]


def test_a_change_in_place_keeps_the_physical_id(account: Account) -> None:
    account.create(template({"Queue": queue(VisibilityTimeout=30)}))
    before = account.physical_ids()
    assert account.update(template({"Queue": queue(VisibilityTimeout=60)})) == "UPDATE_COMPLETE"
    assert account.physical_ids() == before
    stored = account.client("sqs").get_queue_attributes(QueueUrl=before["Queue"], AttributeNames=["All"])
    assert stored["Attributes"]["VisibilityTimeout"] == "60"


def test_a_create_only_change_replaces_the_resource_and_deletes_the_old_one(account: Account) -> None:
    account.create(template({"Queue": queue(QueueName="first")}))
    assert account.update(template({"Queue": queue(QueueName="second")})) == "UPDATE_COMPLETE"
    urls = account.client("sqs").list_queues()["QueueUrls"]
    assert [url.rsplit("/", 1)[-1] for url in urls] == ["second"]


def test_what_refers_to_a_replaced_resource_follows_it(account: Account) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}
    document = {"Version": "2012-10-17", "Statement": [deny]}
    policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": document}}
    account.create(template({"Queue": queue(QueueName="first"), "Policy": policy}))
    account.update(template({"Queue": queue(QueueName="second"), "Policy": policy}))
    assert account.drifts()["Policy"]["StackResourceDriftStatus"] == "IN_SYNC"


def test_what_getatt_gives_follows_a_replacement_and_the_way_back(account: Account) -> None:
    arn = {"Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}}}

    def said() -> str:
        return account.outputs()["Arn"].rpartition(":")[2]

    account.create(template({"Queue": queue(QueueName="first")}, Outputs=arn))
    assert account.update(template({"Queue": queue(QueueName="second")}, Outputs=arn)) == "UPDATE_COMPLETE"
    assert said() == "second"
    fails = {"Queue": queue(QueueName="third"), "Tagged": queue(Tags=[{"Key": "of", "Value": arn["Arn"]["Value"]}])}
    worse = {**fails, "Bad": {**BAD_QUEUE, "DependsOn": "Tagged"}}
    assert account.update(template(worse, Outputs=arn)) == "UPDATE_ROLLBACK_COMPLETE"
    assert said() == "second"
    back = {"Queue": queue(QueueName="second"), "Tagged": fails["Tagged"]}
    assert account.update(template(back, Outputs=arn)) == "UPDATE_COMPLETE"
    tags = account.client("sqs").list_queue_tags(QueueUrl=account.physical_ids()["Tagged"])["Tags"]
    assert tags["of"].rpartition(":")[2] == said() == "second"


def test_an_update_without_changes_is_refused_in_the_words_of_aws(account: Account) -> None:
    account.create(template({"Queue": queue()}))
    with pytest.raises(ClientError, match="No updates are to be performed"):
        account.update(template({"Queue": queue()}))


def test_a_failed_creation_is_rolled_back_with_the_reason_at_the_resource(account: Account) -> None:
    broken = {**BAD_QUEUE, "DependsOn": ["Good"]}
    assert account.create(template({"Good": queue(QueueName="good"), "Broken": broken})) == "ROLLBACK_COMPLETE"
    assert "Can only include alphanumeric characters" in account.reasons("CREATE_FAILED")["Broken"]
    assert "Good" in account.reasons("DELETE_COMPLETE")
    assert account.client("sqs").list_queues().get("QueueUrls", []) == []
    assert account.physical_ids() == {}


def test_a_failed_creation_leaves_what_is_to_be_retained_as_aws_does(account: Account) -> None:
    resources = {
        "Retained": {**queue(QueueName="retained"), "DeletionPolicy": "Retain"},
        "Excepted": {**queue(QueueName="excepted"), "DeletionPolicy": "RetainExceptOnCreate"},
        "Broken": {**BAD_QUEUE, "DependsOn": ["Retained", "Excepted"]},
    }
    assert account.create(template(resources)) == "ROLLBACK_COMPLETE"
    assert [url.rsplit("/", 1)[-1] for url in account.client("sqs").list_queues()["QueueUrls"]] == ["retained"]


def test_a_stack_that_rolled_back_can_only_be_deleted(account: Account) -> None:
    account.create(template({"Broken": BAD_QUEUE}))
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        account.update(template({"Queue": queue()}))
    account.cfn.delete_stack(StackName="stack")
    assert account.create(template({"Queue": queue()})) == "CREATE_COMPLETE"


def test_a_failed_update_restores_what_it_changed_and_removes_what_it_made(account: Account) -> None:
    account.create(template({"Queue": queue(QueueName="orders", VisibilityTimeout=30)}))
    changed = {
        "Queue": queue(QueueName="orders", VisibilityTimeout=60),
        "Added": {**queue(QueueName="added"), "DependsOn": ["Queue"]},
        "Broken": {**BAD_QUEUE, "DependsOn": ["Added"]},
    }
    assert account.update(template(changed)) == "UPDATE_ROLLBACK_COMPLETE"
    assert list(account.reasons("CREATE_FAILED")) == ["Broken"]
    sqs = account.client("sqs")
    [url] = sqs.list_queues()["QueueUrls"]
    stored = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert stored["VisibilityTimeout"] == "30"
    assert account.drifts()["Queue"]["StackResourceDriftStatus"] == "IN_SYNC"


def test_a_replacement_that_is_rolled_back_leaves_the_first_resource(account: Account) -> None:
    account.create(template({"Queue": queue(QueueName="first")}))
    changed = {"Queue": queue(QueueName="second"), "Broken": {**BAD_QUEUE, "DependsOn": ["Queue"]}}
    assert account.update(template(changed)) == "UPDATE_ROLLBACK_COMPLETE"
    assert account.physical_ids()["Queue"].endswith("/first")
    assert [url.rsplit("/", 1)[-1] for url in account.client("sqs").list_queues()["QueueUrls"]] == ["first"]


def test_a_removed_resource_is_deleted_unless_it_is_to_be_retained(account: Account) -> None:
    retained = {**queue(QueueName="retained"), "DeletionPolicy": "Retain"}
    account.create(template({"Kept": queue(QueueName="kept"), "Gone": queue(QueueName="gone"), "Retained": retained}))
    account.update(template({"Kept": queue(QueueName="kept")}))
    names = {url.rsplit("/", 1)[-1] for url in account.client("sqs").list_queues()["QueueUrls"]}
    assert names == {"kept", "retained"}
    assert "Retained" in account.reasons("DELETE_SKIPPED")


def test_a_deleted_stack_takes_its_resources_along_except_the_retained(account: Account) -> None:
    retained = {**queue(QueueName="retained"), "DeletionPolicy": "Retain"}
    account.create(template({"Gone": queue(QueueName="gone"), "Retained": retained}))
    stack = account.described()["StackId"]
    account.cfn.delete_stack(StackName="stack")
    account.cfn.get_waiter("stack_delete_complete").wait(StackName=stack)
    assert [url.rsplit("/", 1)[-1] for url in account.client("sqs").list_queues()["QueueUrls"]] == ["retained"]
    with pytest.raises(ClientError, match="does not exist"):
        account.described()


def test_termination_protection_is_enforced_until_it_is_lifted(account: Account) -> None:
    account.create(template({"Queue": queue()}), EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection is enabled"):
        account.cfn.delete_stack(StackName="stack")
    account.cfn.update_termination_protection(StackName="stack", EnableTerminationProtection=False)
    account.cfn.delete_stack(StackName="stack")
    assert account.cfn.describe_stacks()["Stacks"] == []


def test_stack_tags_reach_every_resource_that_has_tags(account: Account) -> None:
    body = template({"Queue": queue(Tags=[{"Key": "Team", "Value": "alerts"}])})
    account.create(body, Tags=[{"Key": "Project", "Value": "touchstone"}])
    tags = account.client("sqs").list_queue_tags(QueueUrl=account.physical_ids()["Queue"])["Tags"]
    assert tags == {"Team": "alerts", "Project": "touchstone"}


def test_the_waiters_of_boto3_see_the_end(account: Account) -> None:
    account.create(template({"Queue": queue(VisibilityTimeout=30)}))
    account.cfn.get_waiter("stack_create_complete").wait(StackName="stack")
    account.update(template({"Queue": queue(VisibilityTimeout=31)}))
    account.cfn.get_waiter("stack_update_complete").wait(StackName="stack")
    assert account.status() == "UPDATE_COMPLETE"


def test_a_snapshot_is_kept_of_a_database_that_is_deleted(account: Account) -> None:
    properties = {
        "DBInstanceIdentifier": "ledger", "Engine": "postgres", "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": 20, "MasterUsername": "owner", "ManageMasterUserPassword": True,
    }  # fmt: skip
    database = {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Snapshot", "Properties": properties}
    assert account.create(template({"Database": database})) == "CREATE_COMPLETE"
    account.cfn.delete_stack(StackName="stack")
    rds = account.client("rds")
    assert rds.describe_db_instances()["DBInstances"] == []
    assert [one["DBInstanceIdentifier"] for one in rds.describe_db_snapshots()["DBSnapshots"]] == ["ledger"]


def test_a_secret_is_looked_up_when_a_dynamic_reference_asks_for_it(account: Account) -> None:
    account.client("secretsmanager").create_secret(Name="origin", SecretString='{"word": "sesame"}')
    text = "{{resolve:secretsmanager:origin:SecretString:word}}"
    account.create(template({"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": text}}}))
    topic = account.client("sns").get_topic_attributes(TopicArn=account.physical_ids()["Topic"])
    assert topic["Attributes"]["DisplayName"] == "sesame"


def test_accounts_do_not_see_each_other(account: Account) -> None:
    account.create(template({"Queue": queue(QueueName="orders")}))
    other = Account.enter(account.endpoint, "499999999999")
    assert other.cfn.describe_stacks()["Stacks"] == []
    assert other.client("sqs").list_queues().get("QueueUrls", []) == []
