"""What several controls look at in the same way: keys, routes, and the statements of policies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fixtures.aws.ledger import Unread
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.ec2 import (
    InternetGateway,
    Route,
    RouteTable,
    Subnet,
    SubnetRouteTableAssociation,
)
from fixtures.inventory.services.kms import Alias, Key
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.touching import note_inside
from fixtures.inventory.values import Reference

Link = Reference | str | None
R = TypeVar("R", bound=Resource)

# What a version says of itself: the archives of its code and its libraries, and the variables that are part of it.
MADE_OF = re.compile(r"functions/[0-9a-f]{64}\.zip layers/[0-9a-f]{64}\.zip .+")


def told(resource: Resource, name: str) -> Any:
    """Give one property in CloudFormation's shape; raises Unread where nobody could read it.

    ``Resource.property`` gives None then, which is no name and costs nothing.
    """
    gap = resource.origin.unread.get(name)
    if gap is not None:
        raise Unread(gap)
    return resource.property(name)


def leading_to(
    inventory: Inventory, target: Resource, cls: type[R], links: Callable[[R], Iterable[Link]]
) -> Iterator[R]:
    """Yield the resources of a type one of whose links leads to ``target``."""
    kind = type(target)
    return (one for one in inventory.of(cls) if any(inventory.find(kind, link) is target for link in links(one)))


def own_key(inventory: Inventory, link: Link) -> Key | None:
    """Return the key that a link names, if need be by its alias, when it is the account's own and not one of AWS's."""
    key = inventory.find(Key, link)
    if key is None:
        alias = inventory.find(Alias, link)
        key = inventory.find(Key, alias.target_key_id) if alias is not None else None
    return key if key is not None and key.origin.made_by is None else None


def decided_elsewhere(database: DBInstance, *, by_source: bool) -> str | None:
    """Say where a promise is kept, if not by the database itself: by its cluster, or by what it is a replica of."""
    if database.db_cluster_identifier is not None:
        return f"it is a member of {database.db_cluster_identifier}: that is the cluster's"
    if by_source and database.source_db_instance_identifier is not None:
        return f"it is a replica of {database.source_db_instance_identifier}: that is the source's"
    return None


def is_public(inventory: Inventory, subnet: Subnet) -> bool:
    """Say whether the subnet's route table, or else the main one of its VPC, leads to an internet gateway."""
    tables = {
        str(association.route_table_id)
        for association in inventory.of(SubnetRouteTableAssociation)
        if inventory.get(Subnet, association.subnet_id) is subnet
    } or {
        str(table.origin.physical_id)
        for table in inventory.of(RouteTable)
        if table.origin.made_by is not None and str(table.vpc_id) == str(subnet.vpc_id)
    }
    return any(str(route.route_table_id) in tables and _leads_out(inventory, route) for route in inventory.of(Route))


def _leads_out(inventory: Inventory, route: Route) -> bool:
    """Say whether a route's target is an internet gateway, one that is named by its id included."""
    return str(route.gateway_id).startswith("igw-") or inventory.find(InternetGateway, route.gateway_id) is not None


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy; texts as written, condition keys in lower case. ``place``: its document and step."""

    place: tuple[Mapping[str, Any], tuple[str | int, ...]]
    sid: str
    effect: str
    principals: tuple[tuple[str, str], ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]

    def decides(self) -> Statement:
        """Note that it is this statement on which the verdict rests."""
        note_inside(self.place[0], *self.place[1], decides=True)
        return self


def statements(document: Mapping[str, Any] | None) -> Iterator[Statement]:
    """Yield the statements of a policy document, each of them noted as looked at; no document has none."""
    document = document or {}
    whole = document.get("Statement")
    for index, raw in enumerate(_many(whole)):
        place = (document, ("Statement", index) if isinstance(whole, list) else ("Statement",))
        note_inside(document, *place[1])
        yield Statement(
            place=place,
            sid=str(raw.get("Sid", index)),
            effect=str(raw.get("Effect")),
            principals=tuple(_principals(raw)),
            actions=_words(raw, "Action", str.lower),
            resources=_words(raw, "Resource", str),
            conditions=tuple(_conditions(raw.get("Condition") or {})),
        )


def _words(raw: Mapping[str, Any], name: str, spelled: Callable[[str], str]) -> tuple[str, ...]:
    """Return what a statement speaks of; what it leaves out by NotAction or NotResource is everything else."""
    return ("*",) if f"Not{name}" in raw else tuple(spelled(str(item)) for item in _many(raw.get(name)))


def _many(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def _principals(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "NotPrincipal" in raw:
        yield ("AWS", "*")
    principal = raw.get("Principal")
    if isinstance(principal, str):
        yield ("AWS", principal)
    elif isinstance(principal, Mapping):
        for kind, names in principal.items():
            for name in _many(names):
                yield (str(kind), str(name))


def _conditions(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for operator, tests in raw.items():
        for key, values in tests.items():
            yield (str(operator).lower(), str(key).lower(), tuple(str(value) for value in _many(values)))
