"""What the stacks of an environment have, by the short names that people use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.errors import InputError, UntoldError
from infra.looking.asking import Asking

_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET: Final = re.compile(r"-[A-Za-z0-9]{6}$")  # what AWS ends the ARN of a secret with
_LOG_GROUP: Final = "LogGroup"


@dataclass(frozen=True, slots=True)
class Kind:
    """Resources of some types, and the stacks that have them."""

    word: str
    types: tuple[str, ...]
    stacks: tuple[str, ...]


FUNCTIONS = Kind("function", ("AWS::Lambda::Function",), ("compute",))
LOG_GROUPS = Kind(
    "log group", ("AWS::Logs::LogGroup",), ("account", "network", "data", "compute", "api", "edge"),
)  # fmt: skip
QUEUES = Kind("queue", ("AWS::SQS::Queue",), ("messaging",))
TABLES = Kind("table", ("AWS::DynamoDB::Table",), ("data",))
DATABASES = Kind("database", ("AWS::RDS::DBInstance",), ("data",))
CACHES = Kind("cache", ("AWS::ElastiCache::ReplicationGroup",), ("data",))
VAULTS = Kind("vault", ("AWS::Backup::BackupVault",), ("backup",))
SECRETS = Kind("secret", ("AWS::SecretsManager::Secret",), ("security",))
ALARMS = Kind("alarm", ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"), ("monitoring",))
KINDS = (FUNCTIONS, LOG_GROUPS, QUEUES, TABLES, DATABASES, CACHES, VAULTS, SECRETS, ALARMS)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: ``id`` is CloudFormation's physical id, ``name`` AWS's name, ``short`` what people call it."""

    short: str
    name: str
    id: str


def declared(asking: Asking, kind: Kind) -> tuple[Resource, ...]:
    """Return what the deployed stacks have of a kind.

    Raises:
        InputError: none of the stacks is deployed.
        UntoldError: a stack cannot be read.
    """
    found, missing = list[Resource](), list[str]()
    for stack in map(asking.environment.stack_name, kind.stacks):
        try:
            found += _of(asking, kind, stack)
        except UntoldError as error:
            if "does not exist" not in str(error):
                raise
            missing.append(stack)
    if not found and missing:
        raise InputError(f"{', '.join(missing)}: not deployed: there is no {kind.word}")
    return tuple(sorted(found, key=lambda one: one.short))


def chosen(asking: Asking, kind: Kind, given: str) -> Resource:
    """Return the one that is called so, in short or in full.

    Raises:
        InputError: there is none; the line names those that there are. Others as of :func:`declared`.
    """
    known = declared(asking, kind)
    found = [one for one in known if given in (one.short, one.name)]
    if len(found) != 1:
        names = ", ".join(one.short for one in known) or "none"
        raise InputError(f"{kind.word} {given or repr(given)}: expected one of {names}")
    return found[0]


def only(asking: Asking, kind: Kind) -> Resource:
    """Return the one that an environment has of a kind; errors as of :func:`chosen`."""
    known = declared(asking, kind)
    if len(known) != 1:
        raise InputError(f"{asking.environment.name}: expected one {kind.word}, found {len(known)}")
    return known[0]


def _of(asking: Asking, kind: Kind, stack: str) -> Iterator[Resource]:
    prefix = asking.environment.stack_name("")
    asked = {"StackName": stack}
    for one in asking.all("cloudformation", "list_stack_resources", "StackResourceSummaries", **asked):
        if one.get("ResourceType") in kind.types and one.get("PhysicalResourceId"):
            yield resource_of(one, kind, prefix)


def resource_of(one: Mapping[str, Any], kind: Kind, prefix: str) -> Resource:
    """Return a resource as CloudFormation tells of it; ``prefix`` begins the names of an environment's resources."""
    id_ = str(one["PhysicalResourceId"])
    if kind is LOG_GROUPS:
        logical = str(one["LogicalResourceId"]).removesuffix(_LOG_GROUP)
        return Resource(_WORDS.sub("-", logical).lower(), id_, id_)
    name = id_.rpartition("/" if kind is QUEUES else ":")[2]
    if kind is SECRETS:
        name = _SECRET.sub("", name)
    return Resource(name.removeprefix(prefix), name, id_)
