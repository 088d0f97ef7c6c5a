"""The deployer, typed as a person types it, against the mock cloud over HTTP."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from fixtures.mock_cloud.process import MockCloud, running
from fixtures.tiers.prepared import make_hosted_zone, stand_in
from fixtures.tiers.stage import stage
from infra import __main__ as command
from infra import stacks
from infra.deploy.connect import client, clients, connect
from infra.deploy.default_group import empty_default_group
from infra.environment import environment_names, load_environment
from infra.operations import options
from infra.stacks import STACKS, load_templates
from infra.template import Template

Run = Callable[..., int]


def needy() -> list[str]:
    """The stacks that take an output of another."""
    templates = load_templates()
    outputs = {name for template in templates.values() for name in template.section("Outputs")}
    return [stack for stack, template in templates.items() if outputs & template.section("Parameters").keys()]


@pytest.fixture(scope="module")
def empty() -> Iterator[MockCloud]:
    """A mock cloud that is empty but for the hosted zone of each domain."""
    with running() as cloud:
        for name in environment_names():
            environment = load_environment(name)
            session = connect(environment, environment.role, cloud.endpoint)
            make_hosted_zone(environment, client(session, "route53", cloud.endpoint))
        yield cloud


@pytest.fixture
def endpoint(empty: MockCloud) -> Iterator[str]:
    """A copy of the empty one."""
    with empty.fork() as cloud:
        yield cloud.endpoint


def at(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what types a command of the deployer, at an endpoint, and gives its exit code."""
    monkeypatch.setattr(options, "layer_archive", stand_in)

    def typed(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["infra", *words, "--endpoint", endpoint])
        return command.main()

    return typed


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> Run:
    """Type a command of the deployer and return its exit code."""
    return at(endpoint, monkeypatch)


@pytest.fixture(scope="module")
def before(_shared_mock_cloud: None) -> Iterator[Mapping[str, MockCloud]]:
    """The mock cloud as it stands before each stack of dev."""
    with stage(load_environment("dev"), load_templates()) as found:
        yield found.before


def deployed(run: Run, env: str, before: str) -> None:
    """Deploy the stacks that come before one."""
    for stack in STACKS[: STACKS.index(before)]:
        assert run("deploy", "--env", env, "--stack", stack, "--yes") == 0


def change(monkeypatch: pytest.MonkeyPatch, stack: str, old: str, new: str) -> None:
    """Let the deployer find one template changed."""
    templates = load_templates()
    text = templates[stack].text
    assert old in text
    templates[stack] = Template.parse(text.replace(old, new, 1), f"{stack}.yaml")
    monkeypatch.setattr(options, "load_templates", lambda: templates)


def with_a_last_resource_that_fails(stack: str) -> dict[str, Template]:
    """Return the templates, of which one ends with an alias that AWS refuses; only what is protected comes later."""
    templates = load_templates()
    source = templates[stack].source.data
    always = {name: one for name, one in source["Resources"].items() if "Condition" not in one}
    protected = [name for name, one in always.items() if one["Properties"].get("DeletionProtection")]
    fails = {
        "Type": "AWS::KMS::Alias",
        "DependsOn": [name for name in always if name not in protected],
        "Properties": {"AliasName": "alias/fails", "TargetKeyId": "00000000-0000-0000-0000-000000000000"},
    }
    later = {name: {**always[name], "DependsOn": [*always[name]["DependsOn"], "Fails"]} for name in protected}
    text = json.dumps({**source, "Resources": source["Resources"] | later | {"Fails": fails}})
    return {**templates, stack: Template.parse(text, f"{stack}.yaml")}


def test_a_deployment_is_reviewed_followed_and_then_has_no_changes(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("deploy", "--env", "dev", "--yes") == 0
    first = capsys.readouterr().out
    assert "touchstone-dev-network: create" in first
    assert "CREATE_COMPLETE" in first
    assert f"dev: {', '.join(STACKS)} deployed" in " ".join(first.split())
    assert run("deploy", "--env", "dev", "--yes") == 0
    assert "dev: no changes" in capsys.readouterr().out


def test_a_plan_shows_replacement_and_changes_nothing(
    before: Mapping[str, MockCloud], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with before["security"].fork() as cloud:
        run = at(cloud.endpoint, monkeypatch)
        change(monkeypatch, "network", "CidrBlock: 10.0.0.0/24", "CidrBlock: 10.0.8.0/24")
        for _ in range(2):
            assert run("plan", "--env", "dev", "--stack", "network") == 0
            table = capsys.readouterr().out
            assert "PublicSubnetA" in table
            assert "Modify" in table
            assert "True" in table


def test_a_plan_of_nothing_ends_where_outputs_are_missing(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plan", "--env", "dev") == 0
    said = capsys.readouterr().out
    assert "touchstone-dev-account: create" in said
    assert "touchstone-dev-identity" not in said
    assert "cannot be reviewed before" in said


def test_a_failed_stack_names_the_resource_and_the_reason(
    before: Mapping[str, MockCloud], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    change(monkeypatch, "network", "CidrBlock: 10.0.0.0/24", "CidrBlock: 192.168.0.0/24")
    with before["network"].fork() as cloud:
        assert at(cloud.endpoint, monkeypatch)("deploy", "--env", "dev", "--stack", "network", "--yes") == 1
    said = capsys.readouterr().err
    assert "touchstone-dev-network: ROLLBACK_COMPLETE: PublicSubnetA (AWS::EC2::Subnet)" in said.replace("\n", " ")


@pytest.mark.parametrize("stack", STACKS)
def test_a_first_deployment_that_fails_leaves_nothing_and_can_simply_be_run_again(
    before: Mapping[str, MockCloud], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stack: str
) -> None:
    """Whatever has been made is gone again, what is to be retained included: it holds nothing yet, and its name is
    wanted."""
    sound, broken = load_templates(), with_a_last_resource_that_fails(stack)
    with before[stack].fork() as cloud:
        run = at(cloud.endpoint, monkeypatch)
        monkeypatch.setattr(options, "load_templates", lambda: broken)
        assert run("deploy", "--env", "dev", "--stack", stack, "--yes") == 1
        # AWS does not delete what is protected, a rollback included
        left = "ROLLBACK_FAILED" if stack == "data" else "ROLLBACK_COMPLETE"
        assert f"{left}: Fails (AWS::KMS::Alias)" in capsys.readouterr().err.replace("\n", " ")
        assert run("plan", "--env", "dev", "--stack", stack) == 1
        assert "its first deployment failed; deploy clears it away and begins anew" in capsys.readouterr().err
        monkeypatch.setattr(options, "load_templates", lambda: sound)
        assert run("deploy", "--env", "dev", "--stack", stack, "--yes") == 0


def test_a_protected_stack_is_not_destroyed(run: Run, endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    deployed(run, "prod", "security")
    assert run("destroy", "--env", "prod", "--stack", "network", "--yes") == 1
    assert "termination protection is on" in capsys.readouterr().err
    environment = load_environment("prod")
    cloudformation = client(connect(environment, environment.deploy_role, endpoint), "cloudformation", endpoint)
    cloudformation.update_termination_protection(StackName="touchstone-prod-network", EnableTerminationProtection=False)
    assert run("destroy", "--env", "prod", "--stack", "network", "--yes") == 0
    assert "deleted touchstone-prod-network" in capsys.readouterr().out


def test_a_protected_database_keeps_what_it_uses_until_it_may_go(
    run: Run, endpoint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(run, "prod", "messaging")
    environment = load_environment("prod")
    client_of = clients(connect(environment, environment.deploy_role, endpoint), endpoint)
    cloudformation, rds = map(client_of, ("cloudformation", "rds"))
    cloudformation.update_termination_protection(StackName="touchstone-prod-data", EnableTerminationProtection=False)
    capsys.readouterr()
    assert run("destroy", "--env", "prod", "--stack", "data", "--yes") == 1
    assert "touchstone-prod-data: DELETE_FAILED: Database (AWS::RDS::DBInstance)" in capsys.readouterr().err
    found = cloudformation.list_stack_resources(StackName="touchstone-prod-data")["StackResourceSummaries"]
    there = {one["LogicalResourceId"]: one["ResourceStatus"] for one in found}
    assert [name for name, status in there.items() if status != "CREATE_COMPLETE"] == ["Database"]
    assert {"DatabaseSubnetGroup", "DatabaseParameters", "DatabaseMonitoringRole", "DatabaseLogGroup"} <= set(there)
    (database,) = rds.describe_db_instances()["DBInstances"]
    assert rds.describe_db_subnet_groups(DBSubnetGroupName=database["DBSubnetGroup"]["DBSubnetGroupName"])
    key = client_of("kms").describe_key(KeyId=database["KmsKeyId"])["KeyMetadata"]
    assert key["KeyState"] == "Enabled"
    groups = [one["VpcSecurityGroupId"] for one in database["VpcSecurityGroups"]]
    assert client_of("ec2").describe_security_groups(GroupIds=groups)["SecurityGroups"]
    rds.modify_db_instance(DBInstanceIdentifier=database["DBInstanceIdentifier"], DeletionProtection=False)
    assert run("destroy", "--env", "prod", "--stack", "data", "--yes") == 0
    assert rds.describe_db_instances()["DBInstances"] == rds.describe_db_subnet_groups()["DBSubnetGroups"] == []


def test_the_default_group_is_emptied_once(before: Mapping[str, MockCloud]) -> None:
    environment, endpoint = load_environment("dev"), before["security"].endpoint
    ec2 = client(connect(environment, environment.deploy_role, endpoint), "ec2", endpoint)
    vpc = next(v for v in ec2.describe_vpcs()["Vpcs"] if not v["IsDefault"])
    mine = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}, {"Name": "group-name", "Values": ["default"]}]
    (group,) = ec2.describe_security_groups(Filters=mine)["SecurityGroups"]
    assert group["IpPermissions"] == group["IpPermissionsEgress"] == []
    assert empty_default_group(ec2, group["GroupId"]) == 0


def test_nothing_is_done_without_a_yes(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deploy", "--env", "dev", "--stack", "account") == 3
    assert "expected --yes, or a terminal to ask on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["deploy", "--env", "test", "--yes"], "--env test: expected one of dev, staging, prod"),
        (["deploy", "--env", "dev", "--stack", "netwrok", "--yes"], "--stack netwrok: expected one of account"),
        (["deply", "--env", "dev"], "No such command 'deply'"),
    ],
)
def test_a_wrong_word_is_refused_in_one_line(
    run: Run, capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
) -> None:
    assert run(*words) == 3
    assert complaint in capsys.readouterr().err


def test_an_endpoint_that_refuses_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["infra", "plan", "--env", "dev", "--endpoint", "http://127.0.0.1:9"])
    assert command.main() == 3
    said = capsys.readouterr().err
    assert "http://127.0.0.1:9 does not let us act" in said
    assert "Traceback" not in said


def test_a_template_that_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(options, "load_templates", lambda: stacks.load_templates(tmp_path))
    assert run("plan", "--env", "dev") == 3
    assert "account.yaml:1: expected a readable UTF-8 file" in capsys.readouterr().err.replace("\n", "")


@pytest.mark.parametrize("act", ["plan", "deploy"])
@pytest.mark.parametrize("stack", needy())
def test_a_stack_whose_needs_are_not_deployed_says_what_comes_first(
    run: Run, capsys: pytest.CaptureFixture[str], act: str, stack: str
) -> None:
    assert run(act, "--env", "dev", "--stack", stack, *(["--yes"] if act == "deploy" else [])) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert f"error: touchstone-dev-{stack}: needs outputs of stacks that are not deployed: " in line
    assert "deploy account" in line


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("AWS::EC2::VPC\n", "AWS::Foo::Bar\n", "Unrecognized resource types: [AWS::Foo::Bar]"),
        ("AWS::EC2::VPC\n", "AWS::EC2::Host\n", "the mock cloud has no AWS::EC2::Host"),
        ("CidrBlock: 10.0.0.0/24", "CidrBlock: !ImportValue nobodys", "no stack exports 'nobodys'"),
    ],
)
def test_what_the_service_refuses_is_one_line(
    before: Mapping[str, MockCloud],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    old: str,
    new: str,
    told: str,
) -> None:
    change(monkeypatch, "network", old, new)
    with before["network"].fork() as cloud:
        assert at(cloud.endpoint, monkeypatch)("deploy", "--env", "dev", "--stack", "network", "--yes") == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: network.yaml: touchstone-dev-network: ")
    assert told in line
