"""What the cases share: words, policies, and the neighbours that a resource needs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, Final

Client = Callable[[str], Any]
"""Gives the boto3 client of a service."""
Properties = dict[str, Any]
Made = Mapping[str, Properties]
"""Physical id -> the properties, in CloudFormation's words, that AWS would tell of what was made."""
Case = Callable[[Client], Made]

UNREAD: Final = "unread"
"""Stands for a property that AWS does not tell of such a resource, so that nobody may take it for a default."""
REGION = "us-east-1"
TEAM = [{"Key": "Team", "Value": "alerts"}]
MAP = {"Team": "alerts"}


def tagged(kind: str) -> list[Properties]:
    """Give EC2's way of tagging what is being made."""
    return [{"ResourceType": kind, "Tags": TEAM}]


def account_of(client: Client) -> str:
    """Give the account that the case is tried in."""
    return str(client("sts").get_caller_identity()["Account"])


def policy(action: str, resource: str = "*", sid: str = "Tried") -> Properties:
    """Give a policy of a resource: one account may do one thing."""
    who = {"AWS": "arn:aws:iam::111122223333:root"}
    statement = {"Sid": sid, "Effect": "Allow", "Principal": who, "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def allowing(action: str) -> Properties:
    """Give a policy of an identity."""
    statement = {"Effect": "Allow", "Action": [action], "Resource": "arn:aws:s3:::logs/*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trust(service: str) -> Properties:
    """Say that a service may take a role."""
    who = {"Service": f"{service}.amazonaws.com"}
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}]}


def role(client: Client, service: str = "lambda", name: str = "neighbour") -> str:
    """Make a role that a service may take; give its ARN."""
    made = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust(service)))
    return str(made["Role"]["Arn"])


def vpc(client: Client, cidr: str = "10.1.0.0/16") -> str:
    """Make a network; give its id."""
    return str(client("ec2").create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"])


def subnets(client: Client) -> list[str]:
    """Make a network with two subnets in two zones; give their ids."""
    inside, ec2 = vpc(client), client("ec2")
    return [
        ec2.create_subnet(VpcId=inside, CidrBlock=f"10.1.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]


def bucket(client: Client, name: str = "logs", **settings: Any) -> str:
    """Make a bucket; give its name, which is one in all accounts."""
    named = f"{name}-{account_of(client)}"
    client("s3").create_bucket(Bucket=named, **settings)
    return named


def archive() -> bytes:
    """Give the code of a function, packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr("index.py", "def handler(event, context):\n    return None\n")
    return packed.getvalue()


def function(client: Client, name: str = "neighbour", **settings: Any) -> str:
    """Make a function; give its ARN."""
    made = client("lambda").create_function(
        FunctionName=name, Role=role(client, name=f"{name}-role"), Runtime="python3.13", Handler="index.handler",
        Code={"ZipFile": archive()}, **settings,
    )  # fmt: skip
    return str(made["FunctionArn"])


def queue(client: Client, name: str = "neighbour") -> tuple[str, str]:
    """Make a queue; give its address and its ARN."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def topic(client: Client, name: str = "neighbour") -> str:
    """Make a topic; give its ARN."""
    return str(client("sns").create_topic(Name=name)["TopicArn"])


def key(client: Client) -> str:
    """Make a key; give its ARN."""
    return str(client("kms").create_key(Description="neighbour")["KeyMetadata"]["Arn"])
