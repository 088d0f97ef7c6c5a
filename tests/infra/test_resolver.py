"""The resolver answers as CloudFormation does, keeps what it cannot know, and refuses what CloudFormation refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.errors import TemplateError
from infra.template import Pseudo, Resolved, Template, finish
from tests.infra.oracle import EXPRESSIONS, MAPPINGS, PARAMETERS, Pair

PSEUDO = Pseudo("111111111111", "us-east-1", "stack")
DECLARED = {
    "Word": {"Type": "String"},
    "Number": {"Type": "Number"},
    "List": {"Type": "CommaDelimitedList"},
    "Empty": {"Type": "String"},
}


def resolved(properties: Any, **sections: Any) -> Resolved:
    """Resolve a template whose one queue has the given properties, beside a key."""
    template = {
        "Parameters": DECLARED,
        "Mappings": MAPPINGS,
        "Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}, "No": {"Fn::Not": [{"Condition": "Yes"}]}},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": properties},
            "Key": {"Type": "AWS::KMS::Key"},
        },
        **sections,
    }
    return Template.parse(json.dumps(template), "t.json").resolve(PARAMETERS, PSEUDO)


def value_of(expression: Any) -> Any:
    return resolved({"Value": expression}).resources["Queue"].properties["Value"]


@settings(max_examples=400)
@given(EXPRESSIONS)
def test_nested_functions_answer_as_the_oracle_does(pair: Pair) -> None:
    assert value_of(pair.expression) == pair.value


@settings(max_examples=200)
@given(EXPRESSIONS, st.sampled_from([{"Ref": "Key"}, {"Fn::GetAtt": ["Key", "Arn"]}]))
def test_what_waits_for_a_resource_is_finished_when_it_exists(pair: Pair, reference: dict[str, Any]) -> None:
    joined = value_of({"Fn::Join": ["+", [reference, pair.expression, reference]]})
    answer = finish(joined, lambda name, attribute: f"<{name} {attribute}>")
    expected = "<Key None>" if "Ref" in reference else "<Key Arn>"
    text = str(pair.value).lower() if isinstance(pair.value, bool) else str(pair.value)
    assert answer == f"{expected}+{text}+{expected}"


SCALARS = st.sampled_from([None, True, 0, 3, "Queue", "Word", "Yes", "x", "${Word}", "${", ""])
FUNCTIONS = """
Ref Fn::GetAtt Fn::Sub Fn::Join Fn::Select Fn::If Fn::Cidr Fn::Split
Fn::FindInMap Fn::Base64 Fn::GetAZs Fn::Equals Fn::ImportValue Fn::Nope Fn::Transform Fn::And
Condition plain
"""
KEYS = st.sampled_from(FUNCTIONS.split())
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=10,
)


@settings(max_examples=400)
@given(JSON)
def test_garbage_is_resolved_or_refused_in_one_line(garbage: Any) -> None:
    complaint = refusal(garbage)
    assert complaint is None or (complaint.startswith("t.json:") and "\n" not in complaint)


def refusal(expression: Any) -> str | None:
    """Return the resolver's one line of complaint, or None where it gives plain data."""
    try:
        json.dumps(value_of(expression))
    except TemplateError as error:
        return str(error)
    return None


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_any_text_is_a_template_or_refused_in_one_line(text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Template.parse(text, "t.yaml")
    assert str(caught.value).startswith("t.yaml:")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"Fn::Cidr": ["10.0.0.0/16", 2, 8]}, ["10.0.0.0/24", "10.0.1.0/24"]),
        ({"Fn::GetAZs": ""}, ["us-east-1a", "us-east-1b", "us-east-1c"]),
        ({"Fn::GetAZs": {"Ref": "AWS::Region"}}, ["us-east-1a", "us-east-1b", "us-east-1c"]),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::Select": ["1", {"Ref": "List"}]}, "b"),
        ({"Fn::GetAtt": "Key.Arn"}, {"Fn::GetAtt": ["Key", "Arn"]}),
        ({"Fn::Sub": "${Key}"}, {"Ref": "Key"}),
        ({"Fn::Sub": "k/${Key.Arn}"}, {"Fn::Sub": "k/${Key.Arn}"}),
        (
            {"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "Key"}]}]},
            {"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "Key"}]}]},
        ),
        ("{{resolve:secretsmanager:s:SecretString:p}}", "{{resolve:secretsmanager:s:SecretString:p}}"),
        ([{"Ref": "AWS::NoValue"}, 1], [1]),
        ({"a": {"Ref": "AWS::NoValue"}, "b": 1}, {"b": 1}),
        ({"Fn::ImportValue": "name"}, {"Fn::ImportValue": "name"}),
    ],
)
def test_a_function_answers(expression: Any, expected: Any) -> None:
    assert value_of(expression) == expected


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ({"Ref": "Nobody"}, "'Nobody' is neither a parameter nor a resource"),
        ({"Fn::GetAtt": ["Nobody", "Arn"]}, "'Nobody' is neither"),
        ({"Fn::Select": [9, ["a"]]}, "an index below 1, got 9"),
        ({"Fn::FindInMap": ["Colours", "green", "hex"]}, "no value at Colours.green.hex"),
        ({"Fn::If": ["Maybe", 1, 2]}, "'Maybe' is not a condition"),
        ({"Fn::Cidr": ["10.0.0.0/30", 8, 2]}, "has no 8 networks"),
        ({"Fn::Transform": {"Name": "x"}}, "is not supported"),
        ({"Fn::Join": ["", {"a": 1}]}, "expected a list, got an object"),
        ({"Ref": "Key", "x": 1}, "alone in its object"),
        ({"Fn::Equals": [{"Ref": "Key"}, "x"]}, "cannot depend on a resource"),
    ],
)
def test_a_wrong_function_is_refused_with_its_line(expression: Any, complaint: str) -> None:
    with pytest.raises(TemplateError, match=complaint):
        value_of(expression)


def test_a_resource_whose_condition_is_false_is_not_there() -> None:
    found = resolved({}, Resources={
        "Queue": {"Type": "AWS::SQS::Queue", "DependsOn": ["Gone"]},
        "Gone": {"Type": "AWS::KMS::Key", "Condition": "No"},
    })  # fmt: skip
    assert list(found.resources) == ["Queue"]
    assert found.resources["Queue"].depends_on == ()


def test_resources_stand_in_the_order_in_which_they_can_be_made() -> None:
    found = resolved({"KmsMasterKeyId": {"Fn::Sub": "${Key.Arn}"}})
    assert list(found.resources) == ["Key", "Queue"]
    assert found.resources["Queue"].depends_on == ("Key",)


def test_a_circle_is_named() -> None:
    circle = {
        "A": {"Type": "AWS::SQS::Queue", "Properties": {"x": {"Ref": "B"}}},
        "B": {"Type": "AWS::SQS::Queue", "DependsOn": "A"},
    }
    with pytest.raises(TemplateError, match=r"circular dependency: (A -> B -> A|B -> A -> B)"):
        resolved({}, Resources=circle)


def test_a_circle_of_conditions_is_named() -> None:
    circle = {"A": {"Fn::Not": [{"Condition": "B"}]}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    with pytest.raises(TemplateError, match="circular dependency"):
        resolved({}, Conditions=circle)


def test_a_rule_that_is_not_met_is_refused_in_its_own_words() -> None:
    rules = {
        "Blue": {
            "Assertions": [
                {
                    "Assert": {"Fn::Contains": [["red", "green"], {"Ref": "Word"}]},
                    "AssertDescription": "only red or green",
                }
            ]
        }
    }
    with pytest.raises(TemplateError, match="only red or green"):
        resolved({}, Rules=rules)


def test_an_exported_value_is_imported() -> None:
    template = Template.parse(
        '{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"x": {"Fn::ImportValue": "vpc"}}}}}', "t.json"
    )
    assert template.resolve({}, PSEUDO, {"vpc": "vpc-1"}).resources["Q"].properties == {"x": "vpc-1"}
    with pytest.raises(TemplateError, match="no stack exports 'vpc'"):
        template.resolve({}, PSEUDO, {})


@pytest.mark.parametrize(
    ("declaration", "given_value", "complaint"),
    [
        ({"Type": "String", "AllowedValues": ["a"]}, "b", "one of a, got 'b'"),
        ({"Type": "String", "AllowedPattern": "[0-9]+"}, "b", r"matching \[0-9\]\+"),
        ({"Type": "String", "AllowedPattern": "[0-9]+", "ConstraintDescription": "digits"}, "b", "expected digits"),
        ({"Type": "Number", "MinValue": 3}, "2", "a value from 3 to -"),
        ({"Type": "String", "MaxLength": 2}, "abc", "a length from - to 2"),
        ({"Type": "Number"}, "many", "expected a number"),
        ({"Type": "Strong"}, "x", "a Type that CloudFormation knows"),
        ({"Type": "String", "Defalt": 1}, "x", "unknown key 'Defalt'"),
    ],
)
def test_a_parameter_is_held_to_its_declaration(declaration: Any, given_value: str, complaint: str) -> None:
    template = Template.parse(
        json.dumps({"Parameters": {"P": declaration}, "Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}), "t.json"
    )
    with pytest.raises(TemplateError, match=complaint):
        template.resolve({"P": given_value}, PSEUDO)


def test_a_parameter_without_value_and_one_too_many_are_refused() -> None:
    template = Template.parse(
        '{"Parameters": {"P": {"Type": "String"}}, "Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}', "t.json"
    )
    with pytest.raises(TemplateError, match="'P': expected a value"):
        template.resolve({}, PSEUDO)
    with pytest.raises(TemplateError, match="unknown parameter 'Q'"):
        template.resolve({"P": "x", "Q": "y"}, PSEUDO)


YAML = """\
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "${AWS::StackName}-q"
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead.Arn
        maxReceiveCount: 5
  Dead:
    Type: AWS::SQS::Queue
"""


def test_every_property_knows_its_line() -> None:
    queue = Template.parse(YAML, "q.yaml").resolve({}, PSEUDO).resources["Queue"]
    assert queue.line() == 2
    assert queue.line(("Properties", "QueueName")) == 5
    assert queue.line(("Properties", "RedrivePolicy", "maxReceiveCount")) == 8
    assert queue.properties == {
        "QueueName": "stack-q",
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 5},
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Resources: [", r"t:2: not valid YAML|t:1: not valid YAML"),
        ("a: 1\na: 2", r"t:2: expected the key 'a' once"),
        ("a: &x 1\nb: *x", "no YAML alias"),
        ("Resources:\n  Q: {Type: AWS::SQS::Queue}\nNonsense: {}", r"t:3: unknown section 'Nonsense'"),
        ("Resources:\n  Q: {Type: Queue}", r"t:2: Q: expected an object with a Type"),
        ("Resources:\n  Q: {Type: AWS::SQS::Queue, Propertys: {}}", "unknown key 'Propertys'"),
        ("Resources:\n  Q: {Type: AWS::SQS::Queue, DeletionPolicy: Keep}", "expected one of Delete, Retain"),
        ("Resources: {}", "expected at least one resource"),
        ("Transform: AWS::Serverless-2016-10-31", "Transform is not supported"),
        ("Account: 0123456701", "it is an octal number"),
        ("- " * 400, "levels of nesting"),
    ],
)
def test_a_text_that_is_no_template_is_refused_with_its_line(text: str, complaint: str) -> None:
    with pytest.raises(TemplateError, match=complaint):
        Template.parse(text, "t")
