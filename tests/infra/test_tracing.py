"""Every resolved value has its line, and the lines that set the parameters behind it."""

from __future__ import annotations

import tomllib

import pytest

from infra.environment import ENVIRONMENTS, environment_names, load_environment
from infra.settings import key_lines
from infra.template import Pseudo, Template
from infra.tracing import Lines, Tracer

TEMPLATE = """\
Parameters:
  Days: {Type: Number}
  Name: {Type: String}
  Big: {Type: String}
Conditions:
  IsBig: !Equals [!Ref Big, "yes"]
  IsSmall: !Not [{Condition: IsBig}]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "touchstone-${Name}"
      MessageRetentionPeriod: !If [IsSmall, 60, !Ref Days]
      KmsMasterKeyId: !If [IsBig, alias/aws/sqs, !Ref "AWS::NoValue"]
      Tags:
        - !If [IsBig, {Key: Size, Value: big}, !Ref "AWS::NoValue"]
        - {Key: Name, Value: !Join ["-", [a, !Ref Name]]}
        - Key: Plain
          Value: text
  Extra:
    Type: AWS::SQS::Queue
    Condition: IsBig
"""
SET_BY: dict[str, Lines] = {
    name: (f"dev.toml:{line} ({name})",) for line, name in enumerate(("Days", "Name", "Big"), 1)
}
DAYS, NAME, BIG = (line for lines in SET_BY.values() for line in lines)


class Traced:
    """The queue of the template, traced."""

    def __init__(self, big: str) -> None:
        template = Template.parse(TEMPLATE, "t.yaml")
        resolved = template.resolve({"Days": 90, "Name": "n", "Big": big}, Pseudo("1" * 12, "us-east-1", "s"))
        tracer = Tracer(resolved, SET_BY)
        self.found = tracer.properties(resolved.resources["Queue"])
        self.left_out = list(tracer.left_out())

    def at(self, *path: str | int) -> tuple[int, Lines]:
        """Return the line of a value and what set it: its own, or those of what it stands in."""
        line, set_by = 0, tuple[str, ...]()
        for trace in self.found:
            if trace.path == path[: len(trace.path)]:
                line = trace.line or line
                set_by = set_by if trace.set_by is None else trace.set_by
        return line, set_by


def test_a_value_is_set_by_what_it_refers_to() -> None:
    found = Traced("no")
    assert found.at() == (9, ())
    assert found.at("QueueName") == (12, (NAME,))
    assert found.at("Tags", 1, "Value") == (19, ())  # that there is one tag fewer is not what set its value


@pytest.mark.parametrize(("big", "behind"), [("yes", (BIG, DAYS)), ("no", (BIG,))])
def test_a_condition_is_behind_what_it_chose_and_what_it_left_out(big: str, behind: Lines) -> None:
    found = Traced(big)
    assert found.at("MessageRetentionPeriod") == (13, behind)
    assert found.at("KmsMasterKeyId") == (14, (BIG,))


def test_items_that_are_left_out_shift_those_behind_them() -> None:
    small, big = Traced("no"), Traced("yes")
    assert small.at("Tags", 0, "Value") == big.at("Tags", 1, "Value") == (17, (NAME,))
    assert small.at("Tags") == big.at("Tags") == (15, (BIG,))
    assert big.at("Tags", 0, "Value") == (16, (BIG,))
    assert big.at("Tags", 2, "Value") == (19, ())


def test_what_a_condition_leaves_out_is_named_by_type() -> None:
    assert Traced("no").left_out == [("AWS::SQS::Queue", (BIG,))]
    assert Traced("yes").left_out == []


@pytest.mark.parametrize("name", environment_names())
def test_every_parameter_of_an_environment_has_its_line(name: str) -> None:
    lines = (ENVIRONMENTS / f"{name}.toml").read_text().splitlines()
    environment = load_environment(name)
    for parameter in environment.parameters:
        place = environment.place_of(parameter)
        assert place is not None
        number = int(place.removeprefix(f"infra/environments/{name}.toml:").removesuffix(f" ({parameter})"))
        assert lines[number - 1].startswith(f"{parameter} = ")
    assert environment.place_of("Nothing") is None


def test_the_line_of_a_key_is_found_however_the_table_is_written() -> None:
    text = '''\
a = """
[t]
x = 1
"""
# [t]
[t]  # y = 2
  "b c" = [
    1,  # z = 3
    2,
  ]

# x = 0
x = 4
'quoted' = \'\'\'
x = 5
\'\'\'
[t.inner]
x = 6
[other]
last = 1
'''
    assert set(tomllib.loads(text)["t"]) == {"b c", "x", "quoted", "inner"}
    assert key_lines(text, "t") == {"b c": 7, "x": 13, "quoted": 14, "inner": 17}
    assert key_lines("t.x = 1\nt.y = 2", "t") == {"x": 1, "y": 2}
    assert key_lines("", "t") == {}
