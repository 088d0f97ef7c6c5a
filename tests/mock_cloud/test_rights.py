"""A function may do what its role's policies and its boundary both allow, and is refused the rest as on AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fixtures.mock_cloud.runtime.policy import Request, verdict
from tests.mock_cloud.account import Account
from tests.mock_cloud.running import ask, log_of, make_function, make_role, tell
from tests.patience import eventually

CALLS = """
    import boto3
    def handler(event, context):
        try:
            getattr(boto3.client(event["service"]), event["method"])(**event["with"])
        except Exception as error:
            return error.response["Error"] if hasattr(error, "response") else repr(error)
"""
LOGS = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
TABLE = {
    "TableName": "t", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}  # fmt: skip
GET = {"service": "dynamodb", "method": "get_item", "with": {"TableName": "t", "Key": {"id": {"S": "1"}}}}


def allow(action: str, resource: str = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [LOGS, *statements]}


def calling(account: Account, *statements: dict[str, Any], boundary: dict[str, Any] | None = None) -> None:
    more: dict[str, str] = {}
    if boundary is not None:
        made = account.client("iam").create_policy(PolicyName="boundary", PolicyDocument=json.dumps(boundary))
        more["PermissionsBoundary"] = made["Policy"]["Arn"]
    make_function(account, CALLS, Role=make_role(account, "r", policy(*statements), **more))


def table(account: Account) -> str:
    account.client("dynamodb").create_table(**TABLE)
    return f"arn:aws:dynamodb:us-east-1:{account.id}:table/t"


def test_what_is_allowed_is_done(account: Account) -> None:
    calling(account, allow("dynamodb:Get*", table(account)))
    assert ask(account, "f", GET).payload is None
    there = f"arn:aws:dynamodb:us-east-1:{account.id}:table/t"
    assert [f"arn:aws:iam::{account.id}:role/r", "dynamodb:GetItem", there] in tell(account.endpoint)["used"]


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ((), "because no identity-based policy allows the dynamodb:GetItem action"),
        ((allow("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/other"),), "no identity-based policy"),
        ((allow("dynamodb:PutItem"),), "no identity-based policy"),
        ((allow("dynamodb:*"), allow("*", effect="Deny")), "with an explicit deny in an identity-based policy"),
        ((allow("*", Condition={"StringEquals": {"nobody:knows": "x"}}),), "no identity-based policy"),
    ],
)
def test_what_is_not_allowed_is_refused(account: Account, statements: tuple[dict[str, Any], ...], why: str) -> None:
    table(account)
    # a denial of everything would take the log, too, but nothing here reads it
    calling(account, *statements)
    found = ask(account, "f", GET).payload
    assert found["Code"] == "AccessDeniedException"
    assert found["Message"].startswith(f"User: arn:aws:sts::{account.id}:assumed-role/r")
    assert why in found["Message"]
    assert any(one[1] == "dynamodb:GetItem" and account.id in one[0] for one in tell(account.endpoint)["denied"])


@pytest.mark.parametrize(
    ("boundary", "why"),
    [
        (policy(), "because no permissions boundary allows the dynamodb:GetItem action"),
        (policy(allow("*"), allow("dynamodb:*", effect="Deny")), "with an explicit deny in a permissions boundary"),
    ],
)
def test_the_boundary_has_to_allow_it_as_well(account: Account, boundary: dict[str, Any], why: str) -> None:
    table(account)
    calling(account, allow("*"), boundary=boundary)
    assert why in ask(account, "f", GET).payload["Message"]


def test_an_index_is_another_thing_than_its_table(account: Account) -> None:
    calling(account, allow("dynamodb:Query", table(account)))
    asked = {"TableName": "t", "IndexName": "index", "KeyConditionExpression": "id = :i",
             "ExpressionAttributeValues": {":i": {"S": "1"}}}  # fmt: skip
    found = ask(account, "f", {"service": "dynamodb", "method": "query", "with": asked}).payload
    assert "table/t/index/index" in found["Message"], found


@pytest.mark.parametrize(
    ("service", "method", "given", "code", "resource"),
    [
        ("sqs", "send_message_batch", {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/OWNER/q", "Entries": []},
         "AccessDenied", "sqs:SendMessage on resource: arn:aws:sqs:us-east-1:OWNER:q"),
        ("sns", "publish", {"TopicArn": "arn:aws:sns:us-east-1:OWNER:t", "Message": "m"},
         "AuthorizationError", "sns:Publish on resource: arn:aws:sns:us-east-1:OWNER:t"),
        ("secretsmanager", "get_secret_value", {"SecretId": "s"},
         "AccessDeniedException", "on resource: arn:aws:secretsmanager:us-east-1:OWNER:secret:s"),
        ("cloudfront", "get_distribution_config", {"Id": "E1"},
         "AccessDenied", "cloudfront:GetDistributionConfig on resource: arn:aws:cloudfront::OWNER:distribution/E1"),
        ("s3", "head_bucket", {"Bucket": "b"}, "403", ""),
        ("lambda", "invoke", {"FunctionName": "g"},
         "AccessDeniedException", "lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:OWNER:function:g"),
        ("ec2", "describe_vpcs", {}, "UnauthorizedOperation", "ec2:DescribeVpcs"),
    ],
)  # fmt: skip
def test_each_service_refuses_in_its_own_words(
    account: Account, service: str, method: str, given: dict[str, Any], code: str, resource: str
) -> None:
    calling(account)
    filled = json.loads(json.dumps(given).replace("OWNER", account.id))
    found = ask(account, "f", {"service": service, "method": method, "with": filled}).payload
    assert found["Code"] == code, found
    assert resource.replace("OWNER", account.id) in found["Message"]


@pytest.mark.parametrize(("via", "code"), [("secretsmanager", None), ("lambda", "AccessDeniedException")])
def test_a_key_is_used_through_the_service_that_is_named(account: Account, via: str, code: str | None) -> None:
    key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    account.client("secretsmanager").create_secret(Name="s", SecretString="x", KmsKeyId=key)
    condition = {"StringEquals": {"kms:ViaService": f"{via}.us-east-1.amazonaws.com"}}
    calling(account, allow("secretsmanager:*"), allow("kms:Decrypt", key, Condition=condition))
    found = ask(account, "f", {"service": "secretsmanager", "method": "get_secret_value", "with": {"SecretId": "s"}})
    assert (found.payload or {}).get("Code") == code


def test_lambda_itself_acts_in_the_role_s_name(account: Account) -> None:
    key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    role = make_role(account, "r", {"Version": "2012-10-17", "Statement": [allow("sqs:DeleteMessage")]})
    make_function(account, "def handler(event, context): return 1", "silent", Role=role)
    assert ask(account, "silent").payload == 1
    assert log_of(account, "/aws/lambda/silent") == []
    make_function(account, "def handler(event, context): return 1", "locked", Role=role, KMSKeyArn=key)
    with pytest.raises(ClientError, match="KMSAccessDeniedException"):
        ask(account, "locked")
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    queue = f"arn:aws:sqs:us-east-1:{account.id}:q"
    account.client("lambda").create_event_source_mapping(FunctionName="silent", EventSourceArn=queue)
    sqs.send_message(QueueUrl=url, MessageBody="m")
    eventually(lambda: any(one[1:3] == ["sqs:ReceiveMessage", queue] for one in tell(account.endpoint)["denied"]))
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_what_nobody_used_is_told(account: Account) -> None:
    table(account)
    calling(account, allow("dynamodb:GetItem"), allow("dynamodb:PutItem", Sid="Never"))
    ask(account, "f", GET)
    mine = [right for right in tell(account.endpoint)["unused"] if account.id in right[0]]
    assert mine == [[f"arn:aws:iam::{account.id}:role/r", "Never", "dynamodb:PutItem", "*"]]


def test_nobody_but_functions_is_asked(account: Account) -> None:
    table(account)
    assert account.client("dynamodb").describe_table(TableName="t")


@pytest.mark.parametrize(
    ("condition", "known", "allowed"),
    [
        ({"StringEquals": {"aws:X": ["a", "b"]}}, {"aws:x": "b"}, True),
        ({"StringEquals": {"aws:X": "a"}}, {"aws:X": "b"}, False),
        ({"StringNotEquals": {"aws:X": "a"}}, {"aws:X": "b"}, True),
        ({"StringNotEquals": {"aws:X": "a"}}, {}, False),
        ({"StringEqualsIfExists": {"aws:X": "a"}}, {}, True),
        ({"StringLike": {"aws:X": "a*"}}, {"aws:X": "abc"}, True),
        ({"ArnLike": {"aws:X": "arn:aws:s3:::*"}}, {"aws:X": "arn:aws:s3:::b"}, True),
        ({"Bool": {"aws:X": "false"}}, {"aws:X": "False"}, True),
        ({"Null": {"aws:X": "true"}}, {}, True),
        ({"Null": {"aws:X": "true"}}, {"aws:X": "a"}, False),
    ],
)
def test_a_condition_is_read_as_iam_reads_it(condition: Any, known: dict[str, str], allowed: bool) -> None:  # noqa: FBT001
    document = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}}
    assert (verdict([document], Request("s3:GetObject", "x", known)) == "Allow") is allowed


def test_a_denial_by_a_key_that_is_not_there_stands() -> None:
    said = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:X": "a"}}}
    assert verdict([{"Statement": [allow("*"), said]}], Request("s3:GetObject", "x")) == "Deny"
    others = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:secret"}
    assert verdict([{"Statement": others}], Request("s3:GetObject", "x")) == "Allow"
    assert verdict([{"Statement": others}], Request("iam:GetRole", "x")) is None
