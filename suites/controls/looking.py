"""What several controls look at in the same way: keys, routes, and what a policy lets a service do."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from fixtures.aws.ledger import Unread
from fixtures.inventory.facts import Resource
from fixtures.inventory.indexing import Once
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
from fixtures.inventory.values import Reference
from fixtures.judging.access.statements import statements

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
    return inventory.under(cls, (id(target),), _led_to, type(target), links)


def _led_to(
    inventory: Inventory, one: Resource, kind: type[Resource], links: Callable[[Any], Iterable[Link]]
) -> Iterator[Hashable]:
    """Yield, as keys, the resources of a kind to which links lead."""
    for link in links(one):
        found = inventory.find(kind, link)
        if found is not None:
            yield id(found)


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
        for association in inventory.under(SubnetRouteTableAssociation, (id(subnet),), _subnet_of)
    } or {
        str(table.origin.physical_id) for table in inventory.under(RouteTable, (str(subnet.vpc_id),), _made_by_aws_in)
    }
    return any(_leads_out(inventory, route) for route in inventory.under(Route, tables, _table_of))


def _subnet_of(inventory: Inventory, association: SubnetRouteTableAssociation) -> Iterator[Hashable]:
    yield Once(id(inventory.get(Subnet, association.subnet_id)), str(association.route_table_id))


def _made_by_aws_in(_inventory: Inventory, table: RouteTable) -> Iterator[Hashable]:
    if table.origin.made_by is not None:
        yield str(table.vpc_id)


def _table_of(_inventory: Inventory, route: Route) -> Iterator[Hashable]:
    yield Once(str(route.route_table_id), str(route.gateway_id))


def _leads_out(inventory: Inventory, route: Route) -> bool:
    """Say whether a route's target is an internet gateway, one that is named by its id included."""
    return str(route.gateway_id).startswith("igw-") or inventory.find(InternetGateway, route.gateway_id) is not None


def admits_service(document: Mapping[str, Any] | None, service: str, action: str) -> bool:
    """Say whether some statement of a policy lets a service do something, whatever its conditions are."""
    words = (action, f"{action.partition(':')[0]}:*", "*")
    return any(
        statement.allows
        and ("Service", service) in statement.meant
        and any(one in words for one in statement.actions_at_most)
        for statement in statements(document)
    )
