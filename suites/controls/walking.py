"""What controls ask of ways through the network: which is open, which is shut, and which store a function uses."""

from __future__ import annotations

from collections.abc import Iterable

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.elasticache import ReplicationGroup
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.values import as_reference
from fixtures.judging.network.boxes import Region, less
from fixtures.judging.network.reading import Network
from fixtures.judging.network.rules import undecided
from fixtures.judging.network.telling import told, words
from fixtures.judging.network.ways import Way

Store = DBInstance | ReplicationGroup


def first_way(network: Network, ways: Iterable[Way]) -> str | None:
    """Give the first way by which something gets through in any case, in words, and note it; None if there is none.

    Raises:
        Unread: something may get through, and what decides it is not known.
    """
    found = tuple(ways)
    for way in found:
        if way.sure:
            hops = told(way, way.sure)
            network.note(hops)
            return words(hops)
    for way in found:
        if way.most:
            hops = told(way, way.most)
            network.note(hops)
            raise undecided(network.inventory, f"{'; '.join(way.doubts)}: perhaps there is a way: {words(hops)}")
    return None


def missing_way(network: Network, way: Way, wanted: Region) -> str | None:
    """Say what of the connections that are wanted does not get through, and where it ends; None if all of them do.

    Raises:
        Unread: what decides it is not known.
    """
    lacking = less(wanted, way.most)
    if lacking:
        hops = told(way, lacking)
        network.note(hops)
        return words(hops)
    unsure = less(wanted, way.sure)
    if unsure:
        raise undecided(network.inventory, "; ".join(way.doubts))
    return None


def known_by(inventory: Inventory, function: Function) -> tuple[Store, ...]:
    """Give the databases and caches that a function's variables name, by their address."""
    if function.environment is None:
        return ()
    names = set(function.environment.variables.values())
    linked = {reference.logical_id for reference in map(as_reference, names) if reference is not None}
    stores: tuple[Store, ...] = (*inventory.of(DBInstance), *inventory.of(ReplicationGroup))
    return tuple(
        store for store in stores if store.origin.logical_id in linked or names & set(store.origin.attributes.values())
    )
