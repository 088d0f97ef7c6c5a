"""What a template has looked up is no difference from what AWS has, and hides none."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.aws.dynamic import answers
from fixtures.inventory.comparing import differences
from fixtures.inventory.mapping import Names, build
from fixtures.inventory.origin import Origin
from fixtures.inventory.redaction import shown
from fixtures.inventory.services.awslambda import Function

WORD = "{{resolve:secretsmanager:${Secret}:SecretString:word}}"
ARN = "arn:aws:secretsmanager:us-east-1:111111111111:secret:origin-a1b2c3"


def function(value: Any, **more: Any) -> Function:
    variables = {"WORD": value, "PLAIN": "a"} | more
    return Function.build({"Role": "r", "Code": {}, "Environment": {"Variables": variables}}, Origin(logical_id="F"))


def told(declared: Any, actual: Any, **more: Any) -> list[str]:
    return [found.property for found in differences(function(declared), function(actual, **more))]


@pytest.mark.parametrize("declared", [WORD, f"open-{WORD}", {"Fn::Sub": WORD}, "{{resolve:ssm:word:1}}"])
def test_an_answer_is_no_difference(declared: Any) -> None:
    assert told(declared, "open-sesame") == []


@pytest.mark.parametrize("actual", ["", "sesame", "{{resolve:ssm:other}}"])
def test_what_cannot_be_an_answer_is_a_difference(actual: Any) -> None:
    assert told(f"open-{WORD}", actual) == ["Environment"]


def test_what_stands_beside_is_compared() -> None:
    assert told(WORD, "sesame", PLAIN="b") == ["Environment"]
    assert told(WORD, "sesame", MORE="c") == ["Environment"]


def test_items_of_a_list_are_found_in_any_order_and_each_once() -> None:
    def layers(*arns: str) -> Function:
        return Function.build({"Role": "r", "Code": {}, "Layers": list(arns)}, Origin(logical_id="F"))

    declared = layers("b", f"x-{WORD}")
    assert list(differences(declared, layers("x-sesame", "b"))) == []
    for actual in (("x-sesame", "x-sesame"), ("b",)):
        assert [found.property for found in differences(declared, layers(*actual))] == ["Layers"]


def test_what_was_read_is_written_as_the_template_asks_for_it() -> None:
    names = Names()
    names.add("Secret", "AWS::SecretsManager::Secret", ARN, {})
    raw = {"Environment": {"Variables": {"WORD": "sesame", "PLAIN": "a"}}, "Role": "r"}
    read = build(Function, raw, Origin(logical_id="F"), names, function(WORD))
    assert read.property("Environment") == {"Variables": {"WORD": WORD, "PLAIN": "a"}}
    assert shown(read, "Environment")["Variables"]["WORD"] == WORD
    assert "sesame" not in str(shown(function("sesame"), "Environment"))


def test_only_a_text_with_a_reference_has_answers() -> None:
    assert answers("a{{resolve:ssm:x}}b{{resolve:ssm:y}}c", "a1b2c")
    assert not answers("a", "a")
    assert not answers("{{resolve:nowhere:x}}", "a")
