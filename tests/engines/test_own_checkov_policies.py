"""Each of our own policies for checkov passes what is sound and objects to what is not."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.engines import checkov_engine

GROUP, RULE = "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"
QUEUE, ENDPOINT, POLICY = "AWS::SQS::Queue", "AWS::EC2::VPCEndpoint", "AWS::SQS::QueuePolicy"
ARN = "arn:aws:sqs:us-east-1:111111111111:letters"


def group(**rule: Any) -> tuple[str, dict[str, Any]]:
    return GROUP, {"GroupDescription": "x", "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, **rule}]}


def alone(**rule: Any) -> tuple[str, dict[str, Any]]:
    return RULE, {"GroupId": {"Ref": "Group"}, "IpProtocol": "-1", **rule}


def endpoint(*statements: dict[str, Any], kind: str = "Interface") -> tuple[str, dict[str, Any]]:
    document = {"PolicyDocument": {"Statement": list(statements)}} if statements else {}
    return ENDPOINT, {"VpcId": "vpc-1", "ServiceName": "x", "VpcEndpointType": kind, **document}


def policy(**statement: Any) -> tuple[str, dict[str, Any]]:
    one = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", **statement}
    return POLICY, {"Queues": ["x"], "PolicyDocument": {"Statement": one}}


ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
OURS = {"Condition": {"StringEquals": {"aws:PrincipalAccount": "111111111111"}}}

Cases = dict[str, dict[str, tuple[str, dict[str, Any]]]]
SOUND: Cases = {
    "CKV_TS_1": {
        "Private": group(CidrIp="10.0.0.0/8"),
        "PrivateIpv6": group(CidrIpv6="fd00::/8"),
        "Operator": group(CidrIp="203.0.113.0/24"),
        "ByGroup": group(SourceSecurityGroupId={"Fn::GetAtt": ["Other", "GroupId"]}),
        "ByPrefixList": alone(SourcePrefixListId="pl-1"),
        "OwnVpc": alone(CidrIp={"Fn::GetAtt": ["Vpc", "CidrBlock"]}),
        "NoRules": (GROUP, {"GroupDescription": "x"}),
        "Out": (GROUP, {"GroupDescription": "x", "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]}),
    },
    "CKV_TS_2": {
        "Redriven": (QUEUE, {"RedrivePolicy": {"deadLetterTargetArn": ARN, "maxReceiveCount": 3}}),
        "DeadLetters": (QUEUE, {"RedriveAllowPolicy": {"redrivePermission": "byQueue", "sourceQueueArns": [ARN]}}),
    },
    "CKV_TS_3": {
        "Conditional": endpoint(ANYONE | OURS),
        "OneAction": endpoint(ANYONE | {"Action": "s3:GetObject"}, kind="Gateway"),
        "OneRole": endpoint(ANYONE | {"Principal": {"AWS": "arn:aws:iam::111111111111:root"}}),
    },
    "CKV_TS_4": {
        "Service": policy(Principal={"Service": "sns.amazonaws.com"}),
        "WithCondition": policy(Principal="*", **OURS),
        "Refusal": policy(Principal="*", Effect="Deny"),
    },
}
BROKEN: Cases = {
    "CKV_TS_1": {
        "World": group(CidrIp="0.0.0.0/0"),
        "WorldIpv6": group(CidrIpv6="::/0"),
        "WorldWrittenLong": group(CidrIpv6="0:0:0:0:0:0:0:0/0"),
        "LowerHalf": group(CidrIp="0.0.0.0/1"),
        "UpperHalf": alone(CidrIp="128.0.0.0/1"),
        "HalfIpv6": alone(CidrIpv6="8000::/1"),
        "AllThatIsGivenOut": alone(CidrIpv6="2000::/3"),
        "AllProtocols": alone(CidrIp="0.0.0.0/0"),
        "Unreadable": alone(CidrIp="0.0.0.0/zero"),
        "Unresolved": alone(CidrIp={"Ref": "Somewhere"}),
    },
    "CKV_TS_2": {
        "Lossy": (QUEUE, {"QueueName": "x"}),
        "NoTarget": (QUEUE, {"RedrivePolicy": {"maxReceiveCount": 3}}),
        "AdmitsNone": (QUEUE, {"RedriveAllowPolicy": {"redrivePermission": "denyAll"}}),
    },
    "CKV_TS_3": {
        "NoPolicy": endpoint(),
        "ByDefaultGateway": (ENDPOINT, {"VpcId": "vpc-1", "ServiceName": "x"}),
        "Everything": endpoint(ANYONE),
        "EverythingInLists": endpoint(ANYONE | {"Principal": {"AWS": ["*"]}, "Action": ["*"]}),
        "OneOfTwo": endpoint(ANYONE | OURS, ANYONE),
    },
    "CKV_TS_4": {
        "Anyone": policy(Principal="*"),
        "AnyoneAsAws": policy(Principal={"AWS": "*"}),
        "Topic": ("AWS::SNS::TopicPolicy", {"Topics": ["x"], "PolicyDocument": {"Statement": [ANYONE]}}),
        "NoStatement": (POLICY, {"Queues": ["x"], "PolicyDocument": {"Statement": []}}),
    },
}
Answers = dict[tuple[str, str], str]


def cells(cases: Cases) -> list[Any]:
    return [pytest.param(rule, name, id=f"{rule}-{name}") for rule, named in cases.items() for name in named]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """What checkov says of all resources at once, by (rule, logical id)."""
    checkov_engine.load(checkov_engine.POLICIES)
    found = {}
    for case in (SOUND, BROKEN):
        named = {name: resource for resources in case.values() for name, resource in resources.items()}
        resources = {name: {"Type": kind, "Properties": values} for name, (kind, values) in named.items()}
        gateway = {"Type": ENDPOINT, "Properties": {"VpcEndpointType": "GatewayLoadBalancer"}}
        report = checkov_engine.run({"Resources": {**resources, "LoadBalancer": gateway}})
        for record in (*report.passed_checks, *report.failed_checks):
            found[record.check_id, record.resource.rpartition(".")[2]] = record.check_result["result"].value
    return found


@pytest.mark.parametrize(("rule", "name"), cells(SOUND))
def test_what_is_sound_passes(answers: Answers, rule: str, name: str) -> None:
    assert answers[rule, name] == "PASSED"


@pytest.mark.parametrize(("rule", "name"), cells(BROKEN))
def test_what_is_broken_is_objected_to(answers: Answers, rule: str, name: str) -> None:
    assert answers[rule, name] == "FAILED"


def test_an_endpoint_that_cannot_have_a_policy_is_left_alone(answers: Answers) -> None:
    assert ("CKV_TS_3", "LoadBalancer") not in answers


@pytest.mark.parametrize("name", ["AllProtocols", "LowerHalf", "UpperHalf"])
def test_checkov_itself_passes_what_our_policy_stops(answers: Answers, name: str) -> None:
    """When checkov learns it, this test says so and the policy can go."""
    assert answers["CKV_AWS_24", name] == "PASSED"
