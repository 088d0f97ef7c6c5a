"""Which version the alias of each function calls: what a deployment leaves live, and what the stack is told after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from infra.deploy.review import Review
from infra.deploy.stacks import Stacks
from infra.environment import Environment
from infra.errors import DeployError
from infra.shifting.alias import Alias, Aliases
from infra.template import ResolvedResource

Resources = Mapping[str, ResolvedResource]
PARAMETER: Final = "LiveVersions"
STACK: Final = "compute"
NEWEST: Final = "newest"
_ALIAS: Final = "AWS::Lambda::Alias"
_ROTATION: Final = "AWS::SecretsManager::RotationSchedule"
_VERSION: Final = "AWS::Lambda::Version"


def live_functions(resources: Resources) -> tuple[str, ...]:
    """Return the names of the functions that have an alias, in the order of the parameter."""
    return tuple(_function_of(alias, resources) for alias in resources.values() if alias.type == _ALIAS)


def hardly_called(resources: Resources) -> frozenset[str]:
    """Return the names of the functions that rotate secrets: once a month, so that no share of that says much."""
    rotations = [one for one in resources.values() if one.type == _ROTATION]
    return frozenset(
        _function_of(resources[one.properties["RotationLambdaARN"]["Ref"]], resources) for one in rotations
    )


def _function_of(alias: ResolvedResource, resources: Resources) -> str:
    return str(resources[alias.properties["FunctionName"]["Ref"]].properties["FunctionName"])


def held(names: Iterable[str], aliases: Aliases, not_held: AbstractSet[str]) -> str:
    """Return the parameter's value with which aliases stay at the versions that they call now, all but some."""
    found = (None if name in not_held else aliases.find(name) for name in names)
    return ",".join(NEWEST if one is None else one.version for one in found)


def refuse_shared(names: Iterable[str], aliases: Aliases) -> None:
    """Refuse to deploy while calls are being shifted: a deployment would end that without a look at how it goes.

    Raises:
        DeployError: some are; the line says how to go on.
    """
    for alias in filter(None, map(aliases.find, names)):
        if alias.weights:
            raise DeployError(
                f"{alias.function}: a shift is under way, {alias.shares}: "
                f"python -m infra shift --function {alias.function} --resume goes on with it, --abort takes it back"
            )


def settle(stacks: Stacks, environment: Environment, names: Iterable[str], aliases: Aliases) -> Review:
    """Tell the stack of the functions which version each alias calls now, and nothing else: its template stays.

    Raises:
        DeployError: the stack is not deployed, cannot be updated, or knows no such parameter.
    """
    name = environment.stack_name(STACK)
    found = stacks.describe(name)
    stacks.check_state(name, None if found is None else found["StackStatus"])
    declared = [] if found is None else [one["ParameterKey"] for one in found.get("Parameters", [])]
    if PARAMETER not in declared:
        raise DeployError(f"{name}: expected a stack that takes {PARAMETER}: deploy it first")
    newest = newest_versions(stacks.cloudformation, name)
    live = ",".join(_said(aliases.read(one), newest) for one in names)
    review = stacks.review(
        STACK,
        name,
        creates=False,
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": key} | ({"ParameterValue": live} if key == PARAMETER else {"UsePreviousValue": True})
            for key in declared
        ],
        RoleARN=environment.execution_role,
    )
    if review.changes:
        stacks.execute(review)
    else:
        stacks.discard(review)
    return review


def newest_versions(cloudformation: Any, name: str) -> dict[str, str]:
    """Return the version that the stack has published last of each function, by the function's name."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    arns = [
        one["PhysicalResourceId"].split(":")
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["ResourceType"] == _VERSION
    ]
    return {arn[-2]: arn[-1] for arn in arns}


def _said(alias: Alias, newest: Mapping[str, str]) -> str:
    return NEWEST if newest.get(alias.function) == alias.version else alias.version
