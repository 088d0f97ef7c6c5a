"""An account in which people have lived: what AWS makes by itself, and what strangers made and left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

Client = Callable[[str], Any]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
KEY_STATES = ("external", "disabled", "pending deletion")


def live(client: Client) -> None:
    """Make it all; ``client`` gives the client of a service."""
    made_by_aws(client)
    _keys(client("kms"))
    _databases(client("rds"), _network(client("ec2")))
    _left_by_cdk(client)
    client("elasticache").create_replication_group(
        ReplicationGroupId="leaving", ReplicationGroupDescription="On its way out", CacheNodeType="cache.t4g.micro"
    )


def made_by_aws(client: Client) -> None:
    """Make what AWS makes in an account by itself, beside the default VPC that is there."""
    for service in ("elasticache", "rds", "backup"):
        client("iam").create_service_linked_role(AWSServiceName=f"{service}.amazonaws.com")
    client("backup").create_backup_vault(BackupVaultName="Default")
    client("cloudwatch").put_metric_alarm(
        AlarmName="TargetTracking-table/foreign-AlarmHigh", Namespace="AWS/DynamoDB", Statistic="Sum", Period=60,
        MetricName="ConsumedReadCapacityUnits", Dimensions=[{"Name": "TableName", "Value": "foreign"}],
        EvaluationPeriods=2, Threshold=42, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    if not client("logs").describe_log_groups(logGroupNamePrefix="RDSOSMetrics")["logGroups"]:
        client("logs").create_log_group(logGroupName="RDSOSMetrics")
        client("logs").put_retention_policy(logGroupName="RDSOSMetrics", retentionInDays=30)


def _keys(kms: Any) -> None:
    external = kms.create_key(Description="external", Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/imported", TargetKeyId=external)
    kms.create_key(Description="asymmetric", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    kms.create_key(Description="hmac", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    kms.disable_key(KeyId=kms.create_key(Description="disabled")["KeyMetadata"]["KeyId"])
    kms.schedule_key_deletion(KeyId=kms.create_key(Description="pending deletion")["KeyMetadata"]["KeyId"])


def _databases(rds: Any, subnet: str) -> None:
    """Every database stands in subnets, and AWS says in which."""
    rds.create_db_subnet_group(DBSubnetGroupName="theirs", DBSubnetGroupDescription="Theirs", SubnetIds=[subnet])
    rds.create_db_cluster(
        DBClusterIdentifier="aurora", Engine="aurora-postgresql", MasterUsername="somebody", MasterUserPassword="x" * 12
    )
    for number in (1, 2):
        rds.create_db_instance(
            DBInstanceIdentifier=f"aurora-{number}", DBInstanceClass="db.t4g.medium", Engine="aurora-postgresql",
            DBClusterIdentifier="aurora", PubliclyAccessible=False, DBSubnetGroupName="theirs",
        )  # fmt: skip
    rds.create_db_instance(
        DBInstanceIdentifier="foreign", DBInstanceClass="db.t4g.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="somebody", MasterUserPassword="x" * 12, PubliclyAccessible=False, DBSubnetGroupName="theirs",
    )  # fmt: skip
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica",
        SourceDBInstanceIdentifier="foreign",
        PubliclyAccessible=False,
        DBSubnetGroupName="theirs",
    )


def _network(ec2: Any) -> str:
    """The default VPC's own gateway and main table, and a VPC whose subnet, which is given, has no table of its own."""
    vpc = ec2.create_vpc(CidrBlock="172.20.0.0/16")["Vpc"]["VpcId"]
    subnet = str(ec2.create_subnet(VpcId=vpc, CidrBlock="172.20.1.0/24")["Subnet"]["SubnetId"])
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_route(RouteTableId=tables[0]["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.sqs", VpcEndpointType="Interface",
        TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "failed"}]}],
    )  # fmt: skip
    return subnet


def _left_by_cdk(client: Client) -> None:
    for kind in ("deploy", "cfn-exec", "lookup", "file-publishing", "image-publishing"):
        client("iam").create_role(
            RoleName=f"cdk-hnb659fds-{kind}-role-333333333333-us-east-1", AssumeRolePolicyDocument=json.dumps(TRUST)
        )
    client("s3").create_bucket(Bucket="cdk-hnb659fds-assets-333333333333-us-east-1")


class States:
    """A middleware that says what the mock cloud cannot make: an endpoint that failed, a cache on its way out."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        told: list[Any] = []
        body = b"".join(self.app(environ, lambda *said: told.append(said)))
        body = re.sub(rb"(<ReplicationGroupId>leaving<.*?<Status>)available<", rb"\1deleting<", body, flags=re.DOTALL)
        if b"leaving" in body:
            body = re.sub(
                rb"(leaving</ReplicationGroupId>(?:(?!</ReplicationGroup>).)*)<MemberClusters>.*?</MemberClusters>",
                rb"\1",
                body,
                flags=re.DOTALL,
            )
        body = re.sub(
            rb"<item>(?:(?!</?item>).)*?<state>available</state>(?=(?:(?!</item>\s*<item>\s*<vpcEndpointId>).)*<value>failed<)",
            lambda found: found[0].replace(b"<state>available<", b"<state>failed<"),
            body,
            flags=re.DOTALL,
        )
        status, headers = told[0][:2]
        headers = [header for header in headers if header[0].lower() != "content-length"]
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]
