"""Each of our own rules for cfn-lint passes what is sound and objects to what is not, behind functions too."""

from __future__ import annotations

import pytest

from fixtures.engines.cfn_lint_engine import linted

HEAD = """
Parameters:
  Stage: {{Type: String, AllowedValues: [test, live], Default: test}}
  Chosen: {{Type: String, AllowedValues: [{sound}, {broken}], Default: {sound}}}
  Only: {{Type: String, AllowedValues: [{sound}], Default: {sound}}}
  Given: {{Type: String}}
Mappings:
  Sizes: {{test: {{Broken: {broken}, Sound: {sound}}}, live: {{Broken: {sound}, Sound: {sound}}}}}
Conditions:
  Live: !Equals [!Ref Stage, live]
Resources:
  Queue: {{Type: AWS::SQS::Queue}}
  Topic: {{Type: AWS::SNS::Topic}}
  Subject:
"""
ARN = "arn:aws:sqs:us-east-1:111111111111:letters"
CACHE, DATABASE = ("cache.t4g.micro", "cache.t4g.medum"), ("db.t4g.micro", "db.t4g.mcro")
SUBJECTS = {
    "group": (
        "E9101",
        CACHE,
        "{{Type: AWS::ElastiCache::ReplicationGroup, Properties: {{CacheNodeType: {value}, Engine: valkey}}}}",
    ),
    "cluster": (
        "E9101",
        CACHE,
        "{{Type: AWS::ElastiCache::CacheCluster, Properties: {{CacheNodeType: {value}, NumCacheNodes: 1}}}}",
    ),
    "database": (
        "E9102",
        DATABASE,
        "{{Type: AWS::RDS::DBInstance, Properties: {{DBInstanceClass: {value}, Engine: postgres}}}}",
    ),
    "subscription": (
        "E9103",
        (ARN, "https://queue"),
        "{{Type: AWS::SNS::Subscription, Properties: {{TopicArn: !Ref Topic, Protocol: sqs, Endpoint: {value}}}}}",
    ),
    "dead letters": (
        "E9104",
        (ARN, "https://queue"),
        "{{Type: AWS::SQS::Queue, Properties: {{RedrivePolicy: {{deadLetterTargetArn: {value}}}}}}}",
    ),
}
SOUND = ["{sound}", "!If [Live, {sound}, {sound}]", "!FindInMap [Sizes, !Ref Stage, Sound]", "!Ref Only", "!Ref Given"]
BROKEN = ["{broken}", "!If [Live, {sound}, {broken}]", "!FindInMap [Sizes, !Ref Stage, Broken]", "!Ref Chosen"]


def found(subject: str, written: str) -> list[str]:
    """Return which of our own rules object to a subject whose value is written so."""
    _, (sound, broken), text = SUBJECTS[subject]
    value = written.format(sound=f'"{sound}"', broken=f'"{broken}"')
    template = HEAD.format(sound=f'"{sound}"', broken=f'"{broken}"') + "    " + text.format(value=value)
    matches = linted(template, "us-east-1").matches
    assert not [match for match in matches if match.rule.id.startswith("E0") or "Exception" in match.message]
    return [match.rule.id for match in matches if match.rule.id.startswith("E9")]


@pytest.mark.parametrize("written", SOUND)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_is_sound_passes(subject: str, written: str) -> None:
    assert found(subject, written) == []


@pytest.mark.parametrize("written", BROKEN)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_is_broken_is_objected_to(subject: str, written: str) -> None:
    assert found(subject, written) == [SUBJECTS[subject][0]]


@pytest.mark.parametrize("subject", ["subscription", "dead letters"])
@pytest.mark.parametrize(("written", "objected"), [("!Ref Queue", True), ("!GetAtt Queue.Arn", False)])
def test_a_queue_is_named_by_its_arn_not_by_its_url(subject: str, written: str, objected: bool) -> None:  # noqa: FBT001
    assert found(subject, written) == ([SUBJECTS[subject][0]] if objected else [])


def test_an_address_to_write_to_is_no_arn_and_need_not_be() -> None:
    text = HEAD.format(sound="a", broken="b") + (
        "    {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: email, Endpoint: a@b.example}}"
    )
    assert not [match for match in linted(text, "us-east-1").matches if match.rule.id == "E9103"]
