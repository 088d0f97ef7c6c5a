"""Ids and ARNs of ours become references, and nothing else does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.inventory.comparing import same
from fixtures.inventory.mapping import Names, arn_of, build
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.sqs import Queue, QueuePolicy
from fixtures.inventory.types import TYPES

URL = "https://sqs.us-east-1.amazonaws.com/111111111111/alerts"
ARN = "arn:aws:sqs:us-east-1:111111111111:alerts"


@pytest.fixture
def names() -> Names:
    known = Names()
    known.add("Alerts", "AWS::SQS::Queue", URL, {"QueueUrl": URL, "Arn": ARN})
    known.add("Connections", "AWS::DynamoDB::Table", "connections", {})
    return known


def test_an_attribute_that_equals_ref_is_written_as_ref(names: Names) -> None:
    assert names.to_logical(URL) == "${Alerts}"
    assert names.to_logical([{"Arn": ARN}]) == [{"Arn": "${Alerts.Arn}"}]


def test_an_arn_inside_a_text_is_a_reference(names: Names) -> None:
    assert names.to_logical(f"{ARN}/*") == "${Alerts.Arn}/*"


def test_a_longer_name_that_begins_alike_is_another_name(names: Names) -> None:
    assert names.to_logical(f"{ARN}-dead") == f"{ARN}-dead"


_PARTS = st.sampled_from(["arn:", "arn:a", "arn:ab", "a", "b", "-", ":", "/", " ", "sg-0123abcd", "sg-0123abcde", "."])
_NAMES = st.one_of(
    st.lists(_PARTS, min_size=1, max_size=3).map(lambda parts: "arn:" + "".join(parts)),
    st.sampled_from(
        ["sg-0123abcd", "sg-0123abcdef", "0123abcd-0123-4567-89ab-0123456789ab", "https://a.b", "http://a"]
    ),
)


def by_hand(text: str, known: set[str]) -> str:
    """Do the same place by place: the longest name that begins here and that no word goes on after."""
    for length in range(len(text), 0, -1):
        ends = not re.match(r"[\w-]", text[length:])
        if text[:length] in known and ends:
            return f"${{{text[:length].encode().hex()}}}{by_hand(text[length:], known)}"
    return text[:1] + by_hand(text[1:], known) if text else ""


@settings(max_examples=150)
@given(st.lists(_NAMES, unique=True, max_size=6), st.lists(st.one_of(_PARTS, st.integers(0, 5)), max_size=6))
def test_every_name_inside_a_text_is_found(known: list[str], parts: list[str | int]) -> None:
    text = "".join(part if isinstance(part, str) else "".join(known[part : part + 1]) for part in parts)
    names = Names()
    for name in known:
        names.add(name.encode().hex(), None, name, {})
    assert names.to_logical(text) == by_hand(text, set(known))


def test_a_plain_name_inside_a_text_is_only_a_word(names: Names) -> None:
    assert names.to_logical("connections") == "${Connections}"
    assert names.to_logical("keeps connections open") == "keeps connections open"


def test_a_resource_does_not_refer_to_itself_by_its_own_name(names: Names) -> None:
    assert names.to_logical("connections", own="connections") == "connections"


def test_what_a_stack_alone_calls_a_resource_is_elsewhere_a_word(names: Names) -> None:
    names.add("Stage", "AWS::ApiGatewayV2::Stage", "prod", {})
    assert names.to_physical("${Stage}") == "prod"
    assert names.to_logical([{"Key": "Environment", "Value": "prod"}]) == [{"Key": "Environment", "Value": "prod"}]


def test_references_become_names_again_and_strangers_stay(names: Names) -> None:
    text = "${Alerts.Arn} ${Connections} ${Other} ${aws:username}"
    assert names.to_physical(text) == f"{ARN} connections ${{Other}} ${{aws:username}}"


def test_what_means_the_same_is_written_as_declared(names: Names) -> None:
    """A template may write an ARN out; AWS gives the same ARN; neither is drift."""
    document = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": ARN}]}
    declared = QueuePolicy.build({"Queues": [{"Ref": "Alerts"}], "PolicyDocument": document}, Origin(logical_id="P"))
    raw = {"Queues": [URL], "PolicyDocument": document}
    assert build(QueuePolicy, raw, Origin(logical_id="P"), names, declared) == declared
    assert build(QueuePolicy, raw, Origin(), names, None).policy_document["Statement"][0]["Resource"] == "${Alerts.Arn}"


def test_what_differs_is_not_written_as_declared(names: Names) -> None:
    declared = Queue.build({"VisibilityTimeout": 90}, Origin(logical_id="Alerts"))
    found = build(Queue, {"VisibilityTimeout": "30"}, Origin(logical_id="Alerts"), names, declared)
    assert found.property("VisibilityTimeout") == "30"


def test_order_lists_of_one_and_numbers_as_text_mean_nothing() -> None:
    assert same({"Action": ["b", "a"], "N": 3, "B": True}, {"Action": ["a", "b"], "N": "3", "B": "true"})
    assert same({"Action": ["a"]}, {"Action": "a"})
    assert not same({"Action": ["a"]}, {"Action": ["a", "b"]})


def test_an_arn_follows_from_an_id() -> None:
    queue = arn_of("AWS::SQS::Queue", URL, "111111111111", "us-east-1")
    assert queue == {"Arn": ARN}
    role = arn_of("AWS::IAM::Role", "r", "111111111111", "cn-north-1")
    assert role == {"Arn": "arn:aws-cn:iam::111111111111:role/r"}
    assert arn_of("AWS::EC2::VPC", "vpc-1", "111111111111", "us-east-1") == {}
    assert set(TYPES) >= {"AWS::SQS::Queue", "AWS::IAM::Role"}


@pytest.mark.parametrize("text", ["${Alerts}", "${Alerts.Arn}", "x/${Alerts.Arn}/*", "${Nobody}"])
def test_a_text_that_only_looks_like_a_reference_is_none(names: Names, text: str) -> None:
    """Somebody forgot the `!Sub`: AWS keeps the signs, and they name nothing of ours."""
    document = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": [text, ARN]}}
    found = build(QueuePolicy, {"Queues": [URL], "PolicyDocument": document}, Origin(logical_id="P"), names, None)
    assert found.property("PolicyDocument")["Statement"]["Resource"] == [text.replace("${", "${:"), "${Alerts.Arn}"]


def test_a_variable_of_a_policy_is_what_it_was(names: Names) -> None:
    """`${aws:PrincipalAccount}` is what the request says, on every tier."""
    said = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "${aws:PrincipalAccount}"}}
    found = build(QueuePolicy, {"Queues": [URL], "PolicyDocument": said}, Origin(logical_id="P"), names, None)
    assert found.property("PolicyDocument") == said
