"""The templates and the environments fit together: every parameter has a value, every value a parameter."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.deploy.live import PARAMETER
from infra.environment import ENVIRONMENTS, environment_names, load_environment
from infra.errors import InputError, TemplateError
from infra.stacks import LOOKED_UP, RESTORED, STACKS, TEMPLATES, load_templates, resolve_platform
from infra.template import Template

BRIEF_CIDR = "10.0.0.0/16"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the environments' folder."""
    return Path(shutil.copytree(ENVIRONMENTS, tmp_path / "environments"))


def edited(folder: Path, old: str, new: str) -> Path:
    path = folder / "dev.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return folder


def test_there_are_three_environments_of_three_accounts() -> None:
    environments = [load_environment(name) for name in environment_names()]
    assert [environment.name for environment in environments] == ["dev", "staging", "prod"]
    assert len({environment.account for environment in environments}) == 3


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_every_stack_resolves(name: str) -> None:
    platform = resolve_platform(load_environment(name))
    assert list(platform.stacks) == list(STACKS)
    assert platform.resources()["Vpc"].properties["CidrBlock"] == BRIEF_CIDR
    assert all(len(template.text.encode()) < 51_200 for template in load_templates().values())


def test_environments_differ_where_they_are_meant_to() -> None:
    types = {
        name: [resource.type for resource in resolve_platform(load_environment(name)).resources().values()]
        for name in environment_names()
    }
    assert [types[name].count("AWS::EC2::NatGateway") for name in types] == [0, 0, 1]
    assert [types[name].count("AWS::EC2::VPCEndpoint") for name in types] == [2, 6, 6]
    assert {types[name].count("AWS::EC2::SecurityGroup") for name in types} == {6}


def test_no_default_of_a_template_hides_a_choice_of_the_environments() -> None:
    templates = load_templates()
    outputs = {name for template in templates.values() for name in template.section("Outputs")}
    for environment in map(load_environment, environment_names()):
        given = {"Environment", "FunctionsCodeKey", "LayerKey", PARAMETER, RESTORED}  # by the deployer
        known = {*given, *LOOKED_UP, *outputs, *environment.parameters}
        declared = {name for template in templates.values() for name in template.section("Parameters")}
        assert declared <= known, f"{environment.name} says nothing of {declared - known}"


def test_no_group_reaches_the_world_but_where_a_nat_gateway_leads_there() -> None:
    for name in environment_names():
        resources = resolve_platform(load_environment(name)).resources().values()
        groups = [one for one in resources if one.type.startswith("AWS::EC2::SecurityGroup")]
        reaching = [one.logical_id for one in groups if "0.0.0.0/0" in json.dumps(one.properties)]
        has_nat = any(one.type == "AWS::EC2::NatGateway" for one in resources)
        assert reaching == (["LambdaToInternetEgress"] if has_nat else [])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("region = ", "regoin = ", r"dev.toml: region: expected a value|dev.toml: regoin: unknown key"),
        ('account = "111111111111"', "account = 111111111111", "dev.toml: account: expected a valid string"),
        ('account = "111111111111"', 'account = "1111"', "dev.toml: account: String should match pattern"),
        ("iam::111111111111:role/touchstone-nightly", "iam::222222222222:role/x", "role: expected a role of account"),
        ('name = "dev"', 'name = "prod"', "name: expected 'dev', got 'prod'"),
        ("NatGateways = 0", "NatGateways = 0.5", r"parameters.NatGateways"),
        ("[parameters]", "[parameters", "not valid TOML"),
    ],
)
def test_a_wrong_environment_file_is_refused_in_one_line(folder: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        load_environment("dev", edited(folder, old, new))
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3


def test_an_environment_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="--env test: expected one of dev, staging, prod"):
        load_environment("test")


def test_a_misspelt_parameter_is_refused(folder: Path) -> None:
    environment = load_environment("dev", edited(folder, "NatGateways", "NatGatways"))
    with pytest.raises(InputError, match=r"dev\.toml: parameters\.NatGatways: unknown key"):
        resolve_platform(environment)


def test_a_value_that_a_template_does_not_allow_is_refused_with_its_line(folder: Path) -> None:
    environment = load_environment("dev", edited(folder, "NatGateways = 0", "NatGateways = 7"))
    with pytest.raises(TemplateError, match=r"infra/templates/network.yaml:\d+: parameter 'NatGateways'"):
        resolve_platform(environment)


def test_a_logical_id_of_another_stack_is_refused() -> None:
    templates = load_templates()
    twice = Template.parse(templates["backup"].text.replace("BackupKeyAlias", "DataKeyAlias"), "backup.yaml")
    with pytest.raises(InputError, match="DataKeyAlias: expected a logical id of its own"):
        resolve_platform(load_environment("dev"), {**templates, "backup": twice})


@pytest.mark.parametrize(
    ("break_it", "complaint"),
    [
        (lambda text: text.replace("Resources:", "Resources: [", 1), "not valid YAML"),
        (lambda text: text.replace("!Ref Vpc", "!Ref Vcp", 1), "'Vcp' is neither a parameter nor a resource"),
        (
            lambda text: text.replace("Type: AWS::EC2::VPC\n", "Type: AWS::EC2::VPC\n    Conditon: x\n", 1),
            "unknown key",
        ),
    ],
)
def test_a_broken_template_file_is_refused_with_its_line(
    tmp_path: Path, break_it: Callable[[str], str], complaint: str
) -> None:
    folder = Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))
    path = folder / "network.yaml"
    path.write_text(break_it(path.read_text()))
    with pytest.raises(TemplateError, match=complaint) as caught:
        resolve_platform(load_environment("dev"), load_templates(folder))
    assert str(path) in str(caught.value)


def test_what_a_cutover_restored_is_used_instead_of_what_is_declared() -> None:
    """By all that name it, and a version of each function that does is made anew; nothing else changes."""
    dev = load_environment("dev")
    arn = "arn:aws:dynamodb:us-east-1:111111111111:table/other"
    said = dev.model_copy(update={"restored": {"ConnectionsTableName": "other", "ConnectionsTableArn": arn}})
    before, after = (resolve_platform(one).resources() for one in (dev, said))
    changed = {name for name in after if after[name].properties != before[name].properties}
    variables = after["ConnectionFunction"].properties["Environment"]["Variables"]
    assert variables["CONNECTIONS_TABLE"] == "other"
    assert {name for name in changed if after[name].type == "AWS::Lambda::Version"} == {
        name for name in after if re.match("(Connection|Subscription|Query|Ingest|Alert|Push)Version", name)
    }
    assert arn in json.dumps(after["BackupSelection"].properties)
    assert not [name for name in changed if after[name].type == "AWS::DynamoDB::Table"]


@pytest.mark.parametrize("name", ["ConnectionsTable", "LogLevel", "DatabaseMasterSecretArn"])
def test_what_names_no_store_cannot_be_restored(name: str) -> None:
    said = load_environment("dev").model_copy(update={"restored": {name: "x"}})
    with pytest.raises(InputError, match=rf"dev.toml: restored.{name}: unknown key: expected an output"):
        resolve_platform(said)
