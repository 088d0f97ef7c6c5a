"""The static tier: every template of every environment becomes facts that know their lines."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from fixtures.inventory.facts import property_name
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.ec2 import SecurityGroup
from fixtures.inventory.services.sns import TopicPolicy
from fixtures.inventory.snapshot import as_template, from_json, to_json
from fixtures.judging.edits import broken
from fixtures.tiers.static import Memory, from_platform, from_stacks
from infra.environment import environment_names, load_environment
from infra.errors import InputError
from infra.stacks import load_templates, resolve_platform
from infra.template import Pseudo, Template
from suites.catalogue import catalogue

AT = datetime(2026, 11, 22, tzinfo=UTC)
GROUPS = """
Resources:
  A:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: a}
  B:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: b
      SecurityGroupEgress:
        - {IpProtocol: "-1", CidrIp: 127.0.0.1/32}
  Out:
    Type: AWS::EC2::SecurityGroupEgress
    Properties: {GroupId: !GetAtt A.GroupId, IpProtocol: tcp, DestinationSecurityGroupId: !Ref B}
  In:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref B, IpProtocol: tcp, FromPort: 1, ToPort: 1, SourceSecurityGroupId: !GetAtt A.GroupId}
"""


def declared(text: str) -> Inventory:
    resolved = Template.parse(text, "t.yaml").resolve({}, Pseudo("111111111111", "us-east-1", "s"))
    return from_stacks("dev", "111111111111", "us-east-1", {"s": resolved}, AT)


@pytest.fixture(params=environment_names())
def platform_facts(request: pytest.FixtureRequest) -> Inventory:
    return from_platform(resolve_platform(load_environment(request.param)), AT)


def test_every_declared_resource_is_expected(platform_facts: Inventory) -> None:
    expected = {key for keys in platform_facts.expected.values() for key in keys}
    assert expected == {resource.key for resource in platform_facts.resources}
    assert all(resource.managed and resource.origin.stack for resource in platform_facts.resources)


def test_every_property_names_the_line_that_declares_it(platform_facts: Inventory) -> None:
    for resource in platform_facts.resources:
        for field in resource.model_fields_set:
            source = resource.origin.source_of(property_name(type(resource), field))
            assert source is not None
            assert re.fullmatch(r"infra/templates/\w+\.yaml:\d+", source.text)


def test_a_snapshot_gives_the_same_facts_again(platform_facts: Inventory) -> None:
    text = to_json(platform_facts)
    again = from_json(text)
    assert again.resources == platform_facts.resources
    assert [r.origin for r in again.resources] == [r.origin for r in platform_facts.resources]
    assert to_json(again) == text


def test_facts_written_as_a_template_resolve_again(platform_facts: Inventory) -> None:
    template = as_template(platform_facts)
    text, looked_up = json.dumps(template), {name: {"Ref": name} for name in template.get("Parameters", {})}
    pseudo = Pseudo(platform_facts.account, platform_facts.region, "x")
    resolved = Template.parse(text, "x.json").resolve(looked_up, pseudo)
    again = from_stacks("x", platform_facts.account, platform_facts.region, {"x": resolved}, AT)
    assert {r.key: type(r) for r in again.resources} == {r.key: type(r) for r in platform_facts.resources}
    unchanged = {r.key: r for r in again.resources if not isinstance(r, SecurityGroup)}
    assert all(r == unchanged[r.key] for r in platform_facts.resources if r.key in unchanged)


FORGOTTEN = """
Resources:
  Topic:
    Type: AWS::SNS::Topic
  Policy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: sns:*
            Resource: [!Ref Topic, "${Topic}", !Sub "${Topic}/${!Topic}", "${aws:PrincipalAccount}", !Sub "${!Topic}"]
"""


def test_a_text_that_only_looks_like_a_reference_is_none() -> None:
    """Somebody forgot the `!Sub`, or escaped it: CloudFormation hands the signs on, and they name nothing of ours."""
    found = declared(FORGOTTEN)
    said = found.look(TopicPolicy, "Policy").policy_document["Statement"][0]["Resource"]
    assert said == ["${Topic}", "${:Topic}", "${Topic}/${:Topic}", "${aws:PrincipalAccount}", "${:Topic}"]
    written = as_template(found)["Resources"]["Policy"]["Properties"]["PolicyDocument"]["Statement"][0]["Resource"]
    assert written[:2] == [{"Ref": "Topic"}, "${Topic}"]
    assert written[2:] == [{"Fn::Sub": "${Topic}/${!Topic}"}, "${aws:PrincipalAccount}", "${Topic}"]


def test_standalone_rules_belong_to_their_group_with_their_own_line() -> None:
    group = declared(GROUPS).look(SecurityGroup, "B")
    (rule,) = group.security_group_ingress
    assert str(rule.source_security_group_id) == "${A}"
    for fact in ((), ("SourceSecurityGroupId",)):
        source = group.origin.source_of("SecurityGroupIngress", 0, *fact)
        assert source is not None
        assert source.text == ("t.yaml:17" if fact else "t.yaml:15")


def test_a_group_that_names_no_egress_keeps_the_rule_that_aws_adds() -> None:
    group = declared(GROUPS).look(SecurityGroup, "A")
    first, second = group.security_group_egress
    assert (first.ip_protocol, first.cidr_ip) == ("-1", "0.0.0.0/0")
    assert (second.ip_protocol, second.cidr_ip) == ("tcp", None)
    assert group.property("SecurityGroupEgress")[1]["DestinationSecurityGroupId"] == "${B}"


def test_a_rule_without_a_group_of_ours_is_refused() -> None:
    with pytest.raises(InputError, match=r"t.yaml:\d+: In: expected GroupId to be a group of ours"):
        declared(GROUPS.replace("GroupId: !Ref B", "GroupId: sg-1"))


def test_an_unknown_type_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match=r"t.yaml:\d: X: AWS::EC2::Instance has no facts"):
        declared("Resources:\n  X:\n    Type: AWS::EC2::Instance\n")


def test_an_unknown_property_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match=r"t.yaml:\d+: X \(AWS::SQS::Queue\): Encrypted: "):
        declared("Resources:\n  X:\n    Type: AWS::SQS::Queue\n    Properties: {Encrypted: true}\n")


def test_what_a_memory_gives_is_what_would_have_been_made() -> None:
    """A broken platform of which only what differs is worked out anew is the one that is worked out whole."""
    environment, templates, memory = load_environment("prod"), load_templates(), Memory()
    sound = resolve_platform(environment, templates)
    from_platform(sound, AT, memory)
    for item in catalogue()[::12]:
        edited = broken(templates, item.breaks()[:1])
        reused, anew = resolve_platform(environment, edited, like=sound), resolve_platform(environment, edited)
        assert reused == anew
        one, other = from_platform(reused, AT, memory), from_platform(anew, AT)
        assert one == other
        assert [resource.origin for resource in one.resources] == [resource.origin for resource in other.resources]
