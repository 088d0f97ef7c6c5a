"""What boto3 reads of the deployed platform: the facts that moto alone would have lost."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.environment import load_environment
from tests.mock_cloud.account import Account, queue, template
from tests.mock_cloud.platform import Deployed


@pytest.fixture
def prod(platforms: dict[str, Deployed]) -> Account:
    """Production as it stands in the mock cloud."""
    return platforms["prod"].account


def test_cache_nodes_are_listed_as_clusters_with_their_groups_and_version(prod: Account) -> None:
    client = prod.client("elasticache")
    [group] = client.describe_replication_groups()["ReplicationGroups"]
    nodes = client.describe_cache_clusters()["CacheClusters"]
    assert [node["CacheClusterId"] for node in nodes] == group["MemberClusters"]
    assert len(nodes) > 1
    assert {node["EngineVersion"] for node in nodes} == {"8.2"}
    assert all(node["SecurityGroups"] and node["CacheSubnetGroupName"] for node in nodes)


def test_cache_users_and_their_group_are_told(prod: Account) -> None:
    client = prod.client("elasticache")
    [group] = client.describe_user_groups()["UserGroups"]
    [user] = client.describe_users(UserId=group["UserIds"][0])["Users"]
    assert user["Authentication"]["Type"] == "iam"
    assert group["ReplicationGroups"] == [
        client.describe_replication_groups()["ReplicationGroups"][0]["ReplicationGroupId"]
    ]


def test_backup_selections_are_listed_for_their_plan(prod: Account) -> None:
    client = prod.client("backup")
    [plan] = client.list_backup_plans()["BackupPlansList"]
    [listed] = client.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]
    got = client.get_backup_selection(BackupPlanId=plan["BackupPlanId"], SelectionId=listed["SelectionId"])
    assert len(got["BackupSelection"]["Resources"]) == 5
    assert listed["IamRoleArn"] == got["BackupSelection"]["IamRoleArn"]


def test_dead_letter_queues_say_who_may_use_them(prod: Account) -> None:
    client = prod.client("sqs")
    allowed = [
        json.loads(found["RedriveAllowPolicy"])["redrivePermission"]
        for url in client.list_queues()["QueueUrls"]
        if "RedriveAllowPolicy"
        in (found := client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])
    ]
    assert allowed
    assert set(allowed) == {"byQueue"}


def test_setting_an_attribute_keeps_the_policy_of_a_queue(account: Account) -> None:
    client = account.client("sqs")
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url = client.create_queue(QueueName="orders", Attributes={"Policy": policy})["QueueUrl"]
    client.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})
    stored = client.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
    assert json.loads(stored["Policy"])["Statement"] == [statement]


def test_a_role_shows_the_policies_of_aws_that_are_attached(prod: Account) -> None:
    iam = prod.client("iam")
    attached = {
        policy["PolicyArn"]
        for role in iam.list_roles()["Roles"]
        for policy in iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    }
    assert "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole" in attached


def test_rules_between_groups_keep_their_descriptions(prod: Account) -> None:
    rules = prod.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
    peers = [rule for rule in rules if rule.get("ReferencedGroupInfo") or rule.get("PrefixListId")]
    assert len(peers) > 4
    assert all(rule.get("Description") for rule in peers)
    groups = prod.client("ec2").describe_security_groups()["SecurityGroups"]
    lists = [one for group in groups for rule in group["IpPermissionsEgress"] for one in rule["PrefixListIds"]]
    assert lists
    assert all(one["Description"] for one in lists)


def test_a_function_tells_where_it_logs(prod: Account) -> None:
    functions = prod.client("lambda").list_functions()["Functions"]
    assert {function["LoggingConfig"]["LogFormat"] for function in functions} == {"JSON"}


def test_many_may_look_while_stacks_are_made(account: Account) -> None:
    body = template({f"Queue{number}": queue() for number in range(10)})
    sqs, cfn = account.client("sqs"), account.cfn

    def look(_: int) -> int:
        return len(sqs.list_queues().get("QueueUrls", [])) + len(cfn.describe_stacks()["Stacks"])

    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(account.create, body, f"stack-{number}") for number in range(4)]
        looked = list(pool.map(look, range(60)))
    assert [one.result() for one in made] == ["CREATE_COMPLETE"] * 4
    assert max(looked) <= 44
    assert len(sqs.list_queues()["QueueUrls"]) == 40


def test_the_environments_differ_where_their_parameters_do(platforms: dict[str, Deployed]) -> None:
    for name, deployed in platforms.items():
        [database] = deployed.account.client("rds").describe_db_instances()["DBInstances"]
        wished = load_environment(name).parameters["DatabaseMultiAz"]
        assert str(database["MultiAZ"]).lower() == str(wished).lower()
