"""Every alarm leads to a section that says what to do, and no section is about an alarm that is not there."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from pathlib import Path

import pytest
import typer.main

from infra.__main__ import app
from infra.environment import environment_names, load_environment
from infra.looking.declared import ALARMS, FUNCTIONS, LOG_GROUPS, QUEUES, TABLES, Kind, resource_of
from infra.settings import ROOT
from infra.stacks import Platform, resolve_platform

PAGE = ROOT / "docs" / "runbooks" / "alarms.md"
LINK = re.compile(r"(docs/runbooks/[\w-]+\.md)#([\w-]+)")
PARTS = ("Meaning", "First look", "Likely causes", "Commands", "Escalation")
KINDS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
COMMANDS = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"touchstone[-/]\$ENV[-/][a-z0-9/-]*[a-z0-9]|touchstone-\$ENV(?![-/])")


@cache
def platform(environment: str) -> Platform:
    return resolve_platform(load_environment(environment))


def links(environment: str) -> dict[str, str]:
    """What each alarm's description leads to: file and anchor, by logical id."""
    found = {}
    for key, resource in platform(environment).resources().items():
        if resource.type in KINDS:
            link = LINK.search(str(resource.properties["AlarmDescription"]))
            assert link, key
            found[key] = link[0]
    return found


def anchor(heading: str) -> str:
    """As GitHub makes one of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def sections(path: Path) -> dict[str, str]:
    """The text below each heading of the second level, by its anchor."""
    _, *parts = HEADING.split(path.read_text(encoding="utf-8"))
    return {anchor(heading): text for heading, text in zip(parts[::2], parts[1::2], strict=True)}


@pytest.mark.parametrize("environment", environment_names())
def test_every_alarm_leads_to_its_section(environment: str) -> None:
    found = links(environment)
    assert len(found) == (19 if load_environment(environment).parameters["CompositeAlarms"] else 17)
    assert len(set(found.values())) == len(found)
    for key, link in found.items():
        file, _, name = link.partition("#")
        assert name in sections(ROOT / file), f"{key}: {link} is not there"


@pytest.mark.parametrize("name", sections(PAGE))
def test_a_section_has_every_part_and_something_in_it(name: str) -> None:
    text = sections(PAGE)[name]
    found = re.findall(r"^\*\*([^*]+)\.\*\*", text, re.MULTILINE)
    assert tuple(found) == PARTS
    assert COMMANDS.search(text)
    for part in PARTS:
        after = text.partition(f"**{part}.**")[2].partition("\n**")[0]
        assert len(after.split()) > 3, part


def test_no_section_is_left_over() -> None:
    wanted = {link.partition("#")[2] for environment in environment_names() for link in links(environment).values()}
    assert set(sections(PAGE)) == wanted


def test_sections_lead_to_sections_that_are_there() -> None:
    inner = set(re.findall(r"\]\(#([\w-]+)\)", PAGE.read_text(encoding="utf-8")))
    assert inner
    assert inner <= set(sections(PAGE))


def test_the_page_names_what_is_deployed() -> None:
    """A name that was changed in a template is changed here."""
    resources = platform("prod").resources().values()
    deployed = json.dumps([resource.properties for resource in resources], default=str)
    text = PAGE.read_text(encoding="utf-8").replace("touchstone-<environment>", "touchstone-$ENV")
    names = set(NAME.findall(text.replace("/touchstone/$ENV", " touchstone/$ENV")))
    assert len(names) > 3
    for name in sorted(names):
        assert name.replace("$ENV", "prod") in deployed, name


def commands() -> list[str]:
    """Every line that somebody is told to type."""
    blocks = COMMANDS.findall(PAGE.read_text(encoding="utf-8"))
    return sorted({line for block in blocks for line in block.splitlines()})


def test_commands_are_ours_and_take_what_they_are_given() -> None:
    assert len(commands()) > 25
    for line in commands():
        start, *words = shlex.split(line.removeprefix("$ python -m infra ").replace("$ENV", "prod"))
        assert line.startswith("$ python -m infra "), line
        context = typer.Context(typer.main.get_command(app))
        command = context.command.commands[start]  # type: ignore[attr-defined]  # a group, by what it is made of
        if hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        given = command.make_context(start, words, parent=context).params
        assert given["env"] == ["prod"], line
        for argument, kind in ARGUMENTS.items():
            if argument in given:
                assert given[argument] in declared(kind), line


ARGUMENTS = {"queue": QUEUES, "group": LOG_GROUPS, "function": FUNCTIONS, "table": TABLES, "alarm": ALARMS}


@cache
def declared(kind: Kind) -> set[str]:
    """The short names of what prod's templates declare."""
    names = {
        "AWS::SQS::Queue": "QueueName",
        "AWS::Lambda::Function": "FunctionName",
        "AWS::DynamoDB::Table": "TableName",
    }
    found = set()
    for key, one in platform("prod").resources().items():
        if one.type in kind.types:
            name = str(one.properties.get(names.get(one.type, "AlarmName")))
            told = {"LogicalResourceId": key, "PhysicalResourceId": name}
            found.add(resource_of(told, kind, "touchstone-prod-").short)
    return found
