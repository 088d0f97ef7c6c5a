"""Every type can be changed in place, read back afterwards, and deleted without a trace."""

import json

import pytest

from tests.mock_cloud.account import Account, template
from tests.mock_cloud.edge_changes import EDGE
from tests.mock_cloud.written import Properties, one, policy, ref, tags

VPC = one("EC2::VPC", CidrBlock="10.0.0.0/16")
SUBNETS = {
    "Vpc": VPC,
    "SubnetA": one("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a"),
    "SubnetB": one("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.2.0/24", AvailabilityZone="us-east-1b"),
}
ROLE = one("IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": []})
VAULT = one("Backup::BackupVault", BackupVaultName="vault")
FUNCTION = {
    "Code": {"ZipFile": "def handler(event, context): return 1"}, "Runtime": "python3.13", "Handler": "index.handler",
}  # fmt: skip
RULE = {"RuleName": "daily", "TargetBackupVault": ref("Vault"), "ScheduleExpression": "cron(0 5 * * ? *)"}
INGRESS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/16"}
ENTRY = {
    "RuleNumber": 10, "Egress": True, "Protocol": 6, "RuleAction": "allow", "CidrBlock": "10.0.0.0/8",
    "PortRange": {"From": 443, "To": 443},
}  # fmt: skip
TABLE = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
DATABASE = {
    "Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20", "MasterUsername": "owner",
    "ManageMasterUserPassword": True,
}  # fmt: skip
CACHE = {
    "ReplicationGroupDescription": "tried", "Engine": "valkey", "CacheNodeType": "cache.t4g.micro",
    "AutomaticFailoverEnabled": True,
}  # fmt: skip

METRIC = {"MetricName": "errors", "MetricNamespace": "tried", "MetricValue": "1"}
ALARM = {
    "Namespace": "AWS/SQS", "MetricName": "ApproximateAgeOfOldestMessage", "Statistic": "Maximum", "Period": 60,
    "EvaluationPeriods": 3, "ComparisonOperator": "GreaterThanThreshold",
    "Dimensions": [{"Name": "QueueName", "Value": "alerts"}],
}  # fmt: skip
SEEN = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "tried"}
LIMIT = {
    "Name": "limit", "Priority": 0, "Action": {"Block": {}}, "VisibilityConfig": {**SEEN},
    "Statement": {"RateBasedStatement": {"Limit": 2000, "AggregateKeyType": "IP"}},
}  # fmt: skip
WEB_ACL = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": SEEN}

# neighbours, the properties before, the properties after: each pair changes in place
CHANGES: dict[str, tuple[Properties, Properties, Properties]] = {
    "EC2::VPC": ({}, {"CidrBlock": "10.0.0.0/16"}, {"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": True}),
    "EC2::Subnet": (
        {"Vpc": VPC}, {"VpcId": ref("Vpc"), "CidrBlock": "10.0.1.0/24"},
        {"VpcId": ref("Vpc"), "CidrBlock": "10.0.1.0/24", "MapPublicIpOnLaunch": True},
    ),
    "EC2::InternetGateway": ({}, {"Tags": tags("a")}, {"Tags": tags("b")}),
    "EC2::EIP": ({}, {"Domain": "vpc", "Tags": tags("a")}, {"Domain": "vpc", "Tags": tags("b")}),
    "EC2::RouteTable": ({"Vpc": VPC}, {"VpcId": ref("Vpc")}, {"VpcId": ref("Vpc"), "Tags": tags("b")}),
    "EC2::Route": (
        {"Vpc": VPC, "Table": one("EC2::RouteTable", VpcId=ref("Vpc")), "One": one("EC2::InternetGateway"),
         "Attached": one("EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("One")),
         "Two": one("EC2::NatGateway", SubnetId=ref("Subnet"), ConnectivityType="private"),
         "Subnet": one("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.1.0/24")},
        {"RouteTableId": ref("Table"), "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": ref("One")},
        {"RouteTableId": ref("Table"), "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": ref("Two")},
    ),
    "EC2::VPCPeeringConnection": (
        {"Vpc": VPC, "Other": one("EC2::VPC", CidrBlock="10.1.0.0/16")},
        {"VpcId": ref("Vpc"), "PeerVpcId": ref("Other")},
        {"VpcId": ref("Vpc"), "PeerVpcId": ref("Other"), "Tags": tags("b")},
    ),
    "EC2::NetworkAcl": ({"Vpc": VPC}, {"VpcId": ref("Vpc")}, {"VpcId": ref("Vpc"), "Tags": tags("b")}),
    "EC2::NetworkAclEntry": (
        {"Vpc": VPC, "Acl": one("EC2::NetworkAcl", VpcId=ref("Vpc"))}, {"NetworkAclId": ref("Acl"), **ENTRY},
        {"NetworkAclId": ref("Acl"), **ENTRY, "RuleAction": "deny", "PortRange": {"From": 443, "To": 444}},
    ),
    "EC2::VPCEndpoint": (
        SUBNETS | {"Table": one("EC2::RouteTable", VpcId=ref("Vpc"))},
        {"VpcId": ref("Vpc"), "ServiceName": "com.amazonaws.us-east-1.s3", "PolicyDocument": policy("A")},
        {"VpcId": ref("Vpc"), "ServiceName": "com.amazonaws.us-east-1.s3", "PolicyDocument": policy("B"),
         "RouteTableIds": [ref("Table")]},
    ),
    "EC2::SecurityGroup": (
        {"Vpc": VPC}, {"GroupDescription": "g", "VpcId": ref("Vpc"), "SecurityGroupIngress": [INGRESS]},
        {"GroupDescription": "g", "VpcId": ref("Vpc"),
         "SecurityGroupIngress": [{**INGRESS, "FromPort": 80, "ToPort": 80}]},
    ),
    "EC2::SecurityGroupIngress": (
        {"Vpc": VPC, "Group": one("EC2::SecurityGroup", GroupDescription="g", VpcId=ref("Vpc"))},
        {"GroupId": ref("Group", "GroupId"), **INGRESS, "Description": "a"},
        {"GroupId": ref("Group", "GroupId"), **INGRESS, "Description": "b"},
    ),
    "EC2::SecurityGroupEgress": (
        {"Vpc": VPC, "Group": one("EC2::SecurityGroup", GroupDescription="g", VpcId=ref("Vpc"))},
        {"GroupId": ref("Group", "GroupId"), "IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "Description": "a",
         "DestinationSecurityGroupId": ref("Group", "GroupId")},
        {"GroupId": ref("Group", "GroupId"), "IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "Description": "b",
         "DestinationSecurityGroupId": ref("Group", "GroupId")},
    ),
    "Logs::LogGroup": ({}, {"RetentionInDays": 7}, {"RetentionInDays": 30, "Tags": tags("b")}),
    "KMS::Key": (
        {}, {"KeyPolicy": policy("A"), "EnableKeyRotation": False, "Tags": tags("a")},
        {"KeyPolicy": policy("B"), "EnableKeyRotation": True, "Description": "d", "Tags": tags("b")},
    ),
    "KMS::Alias": (
        {"One": one("KMS::Key"), "Two": one("KMS::Key")}, {"AliasName": "alias/a", "TargetKeyId": ref("One")},
        {"AliasName": "alias/a", "TargetKeyId": ref("Two")},
    ),
    "SecretsManager::Secret": (
        {}, {"Name": "s", "GenerateSecretString": {"PasswordLength": 40}},
        {"Name": "s", "GenerateSecretString": {"PasswordLength": 50}, "Description": "d", "Tags": tags("b")},
    ),
    "SecretsManager::RotationSchedule": (
        {"Role": ROLE, "Secret": one("SecretsManager::Secret"),
         "Function": one("Lambda::Function", Role=ref("Role", "Arn"), **FUNCTION)},
        {"SecretId": ref("Secret"), "RotationLambdaARN": ref("Function", "Arn"), "RotateImmediatelyOnUpdate": False,
         "RotationRules": {"AutomaticallyAfterDays": 30}},
        {"SecretId": ref("Secret"), "RotationLambdaARN": ref("Function", "Arn"), "RotateImmediatelyOnUpdate": False,
         "RotationRules": {"AutomaticallyAfterDays": 60}},
    ),
    "SecretsManager::ResourcePolicy": (
        {"Secret": one("SecretsManager::Secret")}, {"SecretId": ref("Secret"), "ResourcePolicy": policy("A")},
        {"SecretId": ref("Secret"), "ResourcePolicy": policy("B")},
    ),
    "Logs::MetricFilter": (
        {"Group": one("Logs::LogGroup")},
        {"LogGroupName": ref("Group"), "FilterPattern": "ERROR", "MetricTransformations": [METRIC]},
        {"LogGroupName": ref("Group"), "FilterPattern": "FATAL", "MetricTransformations": [METRIC]},
    ),
    "CloudWatch::Alarm": (
        {}, {**ALARM, "Threshold": 1}, {**ALARM, "Threshold": 2, "TreatMissingData": "breaching", "Tags": tags("b")},
    ),
    "WAFv2::WebACL": (
        {}, {**WEB_ACL, "Rules": [LIMIT]}, {**WEB_ACL, "Rules": [], "Description": "d", "Tags": tags("b")},
    ),
    "DynamoDB::Table": (
        {}, {**TABLE, "TimeToLiveSpecification": {"AttributeName": "ends", "Enabled": True}},
        {**TABLE, "DeletionProtectionEnabled": False,
         "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 14}},
    ),
    "RDS::DBSubnetGroup": (
        SUBNETS, {"DBSubnetGroupDescription": "a", "SubnetIds": [ref("SubnetA"), ref("SubnetB")]},
        {"DBSubnetGroupDescription": "b", "SubnetIds": [ref("SubnetA"), ref("SubnetB")]},
    ),
    "RDS::DBParameterGroup": (
        {}, {"Family": "postgres17", "Description": "d", "Parameters": {"rds.force_ssl": "0"}},
        {"Family": "postgres17", "Description": "d", "Parameters": {"rds.force_ssl": "1"}},
    ),
    "RDS::DBInstance": (
        {}, {**DATABASE, "BackupRetentionPeriod": 7},
        {**DATABASE, "BackupRetentionPeriod": 14, "MultiAZ": True, "DeletionProtection": False,
         "EnableCloudwatchLogsExports": ["postgresql"], "Tags": tags("b")},
    ),
    "ElastiCache::SubnetGroup": (
        SUBNETS, {"Description": "a", "SubnetIds": [ref("SubnetA")]},
        {"Description": "b", "SubnetIds": [ref("SubnetA"), ref("SubnetB")]},
    ),
    "ElastiCache::ParameterGroup": (
        {}, {"CacheParameterGroupFamily": "valkey8", "Description": "d", "Properties": {"timeout": "0", "x": "1"}},
        {"CacheParameterGroupFamily": "valkey8", "Description": "d", "Properties": {"timeout": "60"}},
    ),
    "ElastiCache::User": (
        {}, {"UserId": "u", "UserName": "u", "Engine": "valkey", "AccessString": "on ~a:* +@read",
             "AuthenticationMode": {"Type": "iam"}},
        {"UserId": "u", "UserName": "u", "Engine": "valkey", "AccessString": "on ~b:* +@read",
         "AuthenticationMode": {"Type": "iam"}},
    ),
    "ElastiCache::UserGroup": (
        {name: one("ElastiCache::User", UserId=name, UserName=name, Engine="valkey", AccessString="on",
                   AuthenticationMode={"Type": "iam"}) for name in ("a", "b")},
        {"UserGroupId": "g", "Engine": "valkey", "UserIds": [ref("a")]},
        {"UserGroupId": "g", "Engine": "valkey", "UserIds": [ref("b")]},
    ),
    "ElastiCache::ReplicationGroup": (
        {}, {**CACHE, "NumCacheClusters": 2, "SnapshotRetentionLimit": 1},
        {**CACHE, "NumCacheClusters": 3, "SnapshotRetentionLimit": 7, "SnapshotWindow": "03:00-04:00"},
    ),
    "SQS::Queue": (
        {}, {"RedriveAllowPolicy": {"redrivePermission": "denyAll"}},
        {"RedriveAllowPolicy": {"redrivePermission": "allowAll"}, "KmsMasterKeyId": "alias/a", "Tags": tags("b")},
    ),
    "SQS::QueuePolicy": (
        {"Queue": one("SQS::Queue")}, {"Queues": [ref("Queue")], "PolicyDocument": policy("A")},
        {"Queues": [ref("Queue")], "PolicyDocument": policy("B")},
    ),
    "SNS::Topic": ({}, {"DisplayName": "a"}, {"DisplayName": "b", "KmsMasterKeyId": "alias/a", "Tags": tags("b")}),
    "SNS::TopicPolicy": (
        {"Topic": one("SNS::Topic")}, {"Topics": [ref("Topic")], "PolicyDocument": policy("A")},
        {"Topics": [ref("Topic")], "PolicyDocument": policy("B")},
    ),
    "SNS::Subscription": (
        {"Topic": one("SNS::Topic"), "Queue": one("SQS::Queue")},
        {"TopicArn": ref("Topic"), "Protocol": "sqs", "Endpoint": ref("Queue", "Arn"), "RawMessageDelivery": False},
        {"TopicArn": ref("Topic"), "Protocol": "sqs", "Endpoint": ref("Queue", "Arn"), "RawMessageDelivery": True},
    ),
    "Backup::BackupVault": (
        {}, {"BackupVaultName": "v", "LockConfiguration": {"MinRetentionDays": 7}},
        {"BackupVaultName": "v", "AccessPolicy": policy("B"), "BackupVaultTags": {"Team": "b"}},
    ),
    "Backup::BackupPlan": (
        {"Vault": VAULT}, {"BackupPlan": {"BackupPlanName": "p", "BackupPlanRule": [RULE]}},
        {"BackupPlan": {"BackupPlanName": "p", "BackupPlanRule": [{**RULE, "Lifecycle": {"DeleteAfterDays": 30}}]},
         "BackupPlanTags": {"Team": "b"}},
    ),
}  # fmt: skip
CHANGES |= EDGE


@pytest.mark.parametrize("kind", CHANGES)
def test_a_type_is_changed_in_place_read_back_and_deleted(account: Account, kind: str) -> None:
    lives(account, kind, *CHANGES[kind])


def lives(account: Account, kind: str, neighbours: Properties, before: Properties, after: Properties) -> None:
    """Make it, change it in place, delete it; read it back each time."""
    first, second = (template(neighbours | {"Tried": one(kind, **properties)}) for properties in (before, after))
    assert account.create(first) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED")
    assert differences(account) == {}
    physical_id = account.physical_ids()["Tried"]
    assert account.update(second) == "UPDATE_COMPLETE", account.reasons("UPDATE_FAILED")
    assert differences(account) == {}
    assert account.physical_ids()["Tried"] == physical_id
    read = json.loads(account.drifts()["Tried"]["ActualProperties"])
    assert read
    is_deleted(account)


def is_deleted(account: Account) -> None:
    """Delete the stack, with all that is in it."""
    stack = account.described()["StackId"]
    account.cfn.delete_stack(StackName="stack")
    assert account.status(stack) == "DELETE_COMPLETE", account.reasons("DELETE_FAILED", stack)


def differences(account: Account) -> Properties:
    return {
        name: drift["PropertyDifferences"]
        for name, drift in account.drifts().items()
        if drift["StackResourceDriftStatus"] != "IN_SYNC"
    }


def test_a_subnet_moves_to_another_list_of_access_and_back(account: Account) -> None:
    """A subnet always has one: what CloudFormation calls an association is a move."""
    there = SUBNETS | {"Acl": one("EC2::NetworkAcl", VpcId=ref("Vpc"))}
    listed = one("EC2::SubnetNetworkAclAssociation", SubnetId=ref("SubnetA"), NetworkAclId=ref("Acl"))

    def moved() -> bool:
        ids = account.physical_ids()
        asked = [{"Name": "association.subnet-id", "Values": [ids["SubnetA"]]}]
        (found,) = account.client("ec2").describe_network_acls(Filters=asked)["NetworkAcls"]
        return bool(found["NetworkAclId"] == ids["Acl"])

    assert account.create(template(there | {"Tried": listed})) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED")
    assert differences(account) == {}
    assert moved()
    assert account.update(template(there)) == "UPDATE_COMPLETE", account.reasons("UPDATE_FAILED")
    assert not moved()
