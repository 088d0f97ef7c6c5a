"""Functions run where they should, are called by whom they should be, and lose nothing that they could not handle.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

import re
from typing import Any

from fixtures.aws.wildcards import matches
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import (
    Alias,
    EventSourceMapping,
    Function,
    LayerVersion,
    Permission,
    Url,
    Version,
)
from fixtures.inventory.services.ec2 import Subnet
from fixtures.inventory.services.iam import Role
from fixtures.inventory.services.logs import LogGroup
from fixtures.judging.access.statements import statements
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Add, Break, Change, Remove, control, not_applicable
from infra.environment import Environment
from suites.controls.letting_in import foreign_grants, unbound_services
from suites.controls.looking import MADE_OF, is_public, own_key

OF_A_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
STORES = ("rds-db:connect", "elasticache:connect")
UNBOUND = (Remove("QueryPermission.SourceAccount"), Remove("QueryPermission.SourceArn"))
OPEN = {"AuthType": "NONE", "TargetFunctionArn": {"Fn::GetAtt": ["QueryFunction", "Arn"]}}


@control(
    "FUN-01",
    severity="critical",
    satisfies=("AC2", "FSBP:Lambda.1", "NIST-800-53:AC-6", "PCI-4.0:7.2", "SOC2:CC6.3"),
    broken_by=(
        Break((Change("QueryPermission.Principal", "*"), *UNBOUND)),
        Break((Change("QueryPermission.Principal", "999999999999"), *UNBOUND)),
        Break((Change("QueryPermission.Principal", "arn:aws:iam::999999999999:root"), *UNBOUND)),
        Remove("RotationPermission.SourceAccount"),
        Break((Remove("QueryPermission.SourceAccount"), Change("QueryPermission.SourceArn", "arn:aws:s3:::anybodys"))),
    ),
)
def test_functions_are_called_by_this_account_only(permission: Permission, environment: Environment) -> None:
    """A service that calls for anybody lets a stranger run our code with our rights.

    A permission is a statement of the function's policy, and is judged as one.
    """
    document = {"Version": "2012-10-17", "Statement": [_statement(permission)]}
    found = [*foreign_grants(document, environment.account), *unbound_services(document, environment.account)]
    assert not found, f"{'; '.join(found)}; account {environment.account} only is promised"


def _statement(permission: Permission) -> dict[str, Any]:
    """Write a permission as the statement that Lambda makes of it."""
    said = (
        ("ArnLike", "aws:SourceArn", permission.source_arn),
        ("StringEquals", "aws:SourceAccount", permission.source_account),
        ("StringEquals", "aws:PrincipalOrgID", permission.principal_org_id),
        ("StringEquals", "lambda:FunctionUrlAuthType", permission.function_url_auth_type),
    )
    conditions: dict[str, dict[str, str]] = {}
    for operator, key, value in said:
        if value is not None:
            conditions.setdefault(operator, {})[key] = str(value)
    names: dict[str, list[str]] = {}
    for name in permission.principal:
        names.setdefault("Service" if OF_A_SERVICE.fullmatch(name) else "AWS", []).append(name)
    return {
        "Sid": "it", "Effect": "Allow", "Principal": names, "Action": list(permission.action), "Resource": "*",
        "Condition": conditions,
    }  # fmt: skip


@control(
    "FUN-02",
    severity="critical",
    satisfies=("AC2", "FSBP:Lambda.1", "NIST-800-53:AC-3(3)", "SOC2:CC6.1"),
    broken_by=(Add("compute", "OpenUrl", "AWS::Lambda::Url", OPEN),),
)
def test_function_urls_ask_who_calls(url: Url) -> None:
    """A URL without authentication is a way in beside the edge, the firewall and the authorizer."""
    assert url.auth_type == "AWS_IAM", f"asks for {url.auth_type}; AWS_IAM is promised"


@control(
    "FUN-03",
    severity="high",
    satisfies=("AC2", "FSBP:Lambda.3", "NIST-800-53:SC-7", "PCI-4.0:1.4.2", "SOC2:CC6.6"),
    broken_by=(
        Remove("QueryFunction.VpcConfig"),
        Change("AlertFunction.VpcConfig.SubnetIds", [{"Ref": "PublicSubnetAId"}]),
    ),
)
def test_functions_that_enter_a_store_are_in_private_subnets(function: Function, inventory: Inventory) -> None:
    """The stores are reached from the private subnets alone, and from there nothing leads in from the Internet.

    Who may enter a store is said by the function's role. The others are outside on purpose: the sockets cannot be
    reached through an endpoint, and a function in the VPC would need one for everything else.
    """
    role = inventory.get(Role, function.role)
    if not _enters_a_store(role):
        not_applicable("its role lets it enter no store")
    subnets = () if function.vpc_config is None else function.vpc_config.subnet_ids
    assert subnets, "enters a store from outside the VPC; private subnets are promised"
    public = [str(link) for link in subnets if is_public(inventory, inventory.get(Subnet, link))]
    assert not public, f"is in {', '.join(public)}, which the Internet reaches; private subnets are promised"


def _enters_a_store(role: Role) -> bool:
    return any(
        matches(action, store)
        for policy in role.policies
        for statement in statements(policy.policy_document)
        if statement.allows
        for action in statement.actions_at_most
        for store in STORES
    )


@control(
    "FUN-04",
    severity="medium",
    satisfies=("AC2", "FSBP:Lambda.2"),
    broken_by=(Change("PushFunction.Runtime", "python3.9"),),
)
def test_functions_run_on_a_supported_runtime(function: Function, baseline: Baseline) -> None:
    """A runtime that AWS has given up gets no patches any more."""
    assert function.runtime in baseline.runtimes, (
        f"runs on {function.runtime or 'an image of its own'}; {' or '.join(baseline.runtimes)} is promised"
    )


@control(
    "FUN-05",
    severity="medium",
    satisfies=("AC3", "NIST-800-53:AU-2", "SOC2:CC7.2"),
    broken_by=(Change("IngestFunction.TracingConfig.Mode", "PassThrough"), Remove("PushFunction.TracingConfig")),
)
def test_functions_are_traced(function: Function) -> None:
    """API Gateway does not trace sockets: a trace begins at the function, or there is none."""
    mode = function.tracing_config.mode
    assert mode == "Active", f"tracing is {mode}; Active is promised"


@control(
    "FUN-06",
    severity="medium",
    satisfies=("AC3", "NIST-800-53:AU-3", "PCI-4.0:10.2.1", "SOC2:CC7.2"),
    broken_by=(
        Change("AlertFunction.LoggingConfig.LogFormat", "Text"),
        Change("QueryFunction.LoggingConfig.LogGroup", "/aws/lambda/somebody-elses"),
    ),
)
def test_functions_log_json_to_a_group_of_ours(function: Function, inventory: Inventory) -> None:
    """Lines that are data can be searched; a group that Lambda makes itself has no key and is kept for ever."""
    logging = function.logging_config
    assert logging.log_format == "JSON", f"logs {logging.log_format}; JSON is promised"
    group = inventory.find(LogGroup, logging.log_group)
    assert group is not None, f"logs to {logging.log_group or 'a group that Lambda makes'}; one of ours is promised"
    assert group.managed, f"logs to {logging.log_group}, which no stack declares; one of ours is promised"


@control(
    "FUN-07",
    severity="medium",
    satisfies=("AC2", "NIST-800-53:SC-28(1)", "SOC2:CC6.1"),
    broken_by=(Remove("AuthorizerFunction.KmsKeyArn"),),
)
def test_variables_are_encrypted_under_our_key(function: Function, inventory: Inventory) -> None:
    """Under a key of our own we can say who reads what a function is told, and take it back."""
    if function.environment is None:
        not_applicable("it is told nothing")
    found = own_key(inventory, function.kms_key_arn)
    assert found, (
        f"variables are encrypted under {function.kms_key_arn or 'a key of AWS'}; a key of our own is promised"
    )


@control(
    "FUN-08",
    severity="high",
    satisfies=("AC1", "AC5", "NIST-800-53:CP-10", "SOC2:A1.2"),
    broken_by=(
        Remove("IngestSource.FunctionResponseTypes"),
        Change("PushSource.Enabled", value=False),
    ),
)
def test_batches_bring_back_only_what_failed(source: EventSourceMapping) -> None:
    """One bad message would bring back its nine neighbours until all ten lie among the dead letters."""
    assert source.enabled, "is switched off: nothing of its queue is handled; on is promised"
    assert "ReportBatchItemFailures" in source.function_response_types, (
        "a failure brings back the whole batch; ReportBatchItemFailures is promised"
    )


@control(
    "FUN-09",
    severity="high",
    satisfies=("AC2", "NIST-800-53:CM-3", "SOC2:CC8.1"),
    broken_by=(
        Change("QueryFunction.Layers", ["arn:aws:lambda:us-east-1:444444444444:layer:strange:1"]),
        Change("FunctionsLayer.CompatibleRuntimes", ["python3.12"]),
    ),
)
def test_functions_load_our_libraries(function: Function, inventory: Inventory) -> None:
    """A layer is code that runs with the function's rights: one of somebody else's changes when he likes."""
    for link in function.layers:
        layer = inventory.find(LayerVersion, link)
        assert layer is not None, f"loads {link}, which is no layer of ours; layers of this account are promised"
        assert function.runtime in layer.compatible_runtimes, (
            f"runs {function.runtime}, {link} is for {', '.join(layer.compatible_runtimes) or 'no runtime'}"
        )


@control(
    "FUN-10",
    severity="low",
    satisfies=("AC5", "NIST-800-53:CM-3", "SOC2:CC8.1"),
    broken_by=(
        Change("QueryVersion*.Description", "the newest"),
        Remove("QueryVersion*.Description"),
    ),
)  # fmt: skip
def test_versions_say_what_they_are_made_of(version: Version) -> None:
    """Whoever goes back to a version, or looks for the code of an incident, has to know which code that is."""
    assert MADE_OF.fullmatch(version.description), (
        f"says {version.description or 'nothing'} of its code; the archives of its code and its libraries are promised"
    )


@control(
    "FUN-11",
    severity="high",
    satisfies=("AC4", "NIST-800-53:CM-3", "SOC2:CC8.1"),
    broken_by=(Change("QueryAlias.FunctionVersion", "7"),),
    tiers=("static",),
    tiers_reason="a version that stands is known by its number alone; that it is the declared one STK-02 judges",
)
def test_aliases_lead_to_a_version_of_their_function(alias: Alias, inventory: Inventory) -> None:
    """Whatever calls an alias runs the version behind it: one of another function answers something else."""
    found = inventory.find(Version, alias.function_version)
    assert found is not None, f"leads to version {alias.function_version}, which no template declares"
    same = inventory.get(Function, found.function_name) is inventory.get(Function, alias.function_name)
    assert same, f"leads to {found}, a version of {found.function_name}; one of {alias.function_name} is promised"
