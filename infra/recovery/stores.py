"""What holds data: the tables and the database of an environment, as its stacks have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from infra.environment import Environment
from infra.errors import InputError

Kind = Literal["table", "database"]
_STACK: Final = "data"
_KINDS: Final[dict[str, Kind]] = {"AWS::DynamoDB::Table": "table", "AWS::RDS::DBInstance": "database"}
_ARNS: Final[dict[Kind, str]] = {"table": "dynamodb:{}:{}:table/{}", "database": "rds:{}:{}:db:{}"}


@dataclass(frozen=True, slots=True)
class Store:
    """A table or a database instance: ``name`` is AWS's, ``short`` people's, ``logical_id`` the template's."""

    kind: Kind
    name: str
    short: str
    arn: str
    logical_id: str = ""


def resources_of(cloudformation: Any, stack: str) -> Iterator[tuple[str, str, str]]:
    """Yield logical id, type and name of what a deployed stack has; raises InputError where it is not deployed."""
    try:
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
            for one in page["StackResourceSummaries"]:
                yield one["LogicalResourceId"], one["ResourceType"], one.get("PhysicalResourceId", "")
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" not in str(error):
            raise
        raise InputError(f"{stack}: is not deployed") from None


def stores_of(cloudformation: Any, environment: Environment) -> tuple[Store, ...]:
    """Return the stores that an environment has, in the order of their names.

    Raises:
        InputError: its stack is not deployed.
    """
    prefix = environment.stack_name("")
    found = []
    for logical_id, kind, name in resources_of(cloudformation, environment.stack_name(_STACK)):
        if kind in _KINDS:
            one = _KINDS[kind]
            arn = f"arn:aws:{_ARNS[one].format(environment.region, environment.account, name)}"
            found.append(Store(one, name, name.removeprefix(prefix), arn, logical_id))
    return tuple(sorted(found, key=lambda one: one.name))


def chosen(stores: tuple[Store, ...], names: list[str] | None) -> tuple[Store, ...]:
    """Return the stores that were named, all of them where none was.

    Raises:
        InputError: there is none of a name.
    """
    known = {one.short: one for one in stores} | {one.name: one for one in stores}
    for name in names or ():
        if name not in known:
            raise InputError(f"--store {name or repr(name)}: expected one of {', '.join(one.short for one in stores)}")
    return tuple(one for one in stores if not names or one.short in names or one.name in names)
