"""What controls ask of ways through the network: which is open or shut, who may come, which store a function uses."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from fixtures.aws.ledger import Unread
from fixtures.inventory.indexing import Once
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.elasticache import ReplicationGroup
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.values import as_reference
from fixtures.judging.network.boxes import Region, less
from fixtures.judging.network.reading import Network
from fixtures.judging.network.rules import undecided
from fixtures.judging.network.standing import Standing
from fixtures.judging.network.telling import told, words
from fixtures.judging.network.ways import Way

Store = DBInstance | ReplicationGroup


def first_way(network: Network, ways: Iterable[Way]) -> str | None:
    """Give the first way by which something gets through in any case, in words, and note it; None if there is none.

    Then what shuts each of them is noted.

    Raises:
        Unread: something may get through, and what decides it is not known.
    """
    found = tuple(ways)
    for way in found:
        if way.sure:
            return _noted(network, way, way.sure)
    for way in found:
        if way.most:
            shown = _noted(network, way, way.most)
            raise undecided(network.inventory, f"{'; '.join(way.doubts)}: perhaps there is a way: {shown}")
    for way in found:
        network.note(way.shut)
    return None


def _noted(network: Network, way: Way, region: Region) -> str:
    steps = told(way, region)
    network.note_way(steps)
    return words(steps)


def missing_way(network: Network, way: Way, wanted: Region) -> str | None:
    """Say what of the connections that are wanted does not get through, and where it ends; None if all of them do.

    Then what lets one of them pass is noted, one of those of which that is not sure if there are any.

    Raises:
        Unread: what decides it is not known.
    """
    lacking = less(wanted, way.most)
    if lacking:
        return _noted(network, way, lacking)
    unsure = less(wanted, way.sure)
    network.note(spot for step in told(way, unsure or wanted) for spot in step.rests_on)
    if unsure:
        raise undecided(network.inventory, "; ".join(way.doubts))
    return None


def known_by(inventory: Inventory, function: Function) -> Iterator[Store]:
    """Yield the databases and caches that a function's variables name, by their address."""
    if function.environment is None:
        return
    names = tuple(function.environment.variables.values())
    linked = (reference.logical_id for reference in map(as_reference, names) if reference is not None)
    keys = (*(("declared", one) for one in linked), *(("called", one) for one in names))
    yield from inventory.under(DBInstance, keys, _called)
    yield from inventory.under(ReplicationGroup, keys, _called)


def _called(_inventory: Inventory, store: Store) -> Iterator[Hashable]:
    if store.origin.logical_id is not None:
        yield "declared", store.origin.logical_id
    yield from (("called", name) for name in store.origin.attributes.values())


def others_that_may_enter(
    inventory: Inventory, target: Standing, promised: tuple[str, ...]
) -> Iterator[tuple[Function, Standing]]:
    """Yield the functions that the groups of something may let in, but the promised ones, and where they stand.

    Of those that stand alike the first is enough.

    Raises:
        Unread: after these comes a function of which nobody knows where it stands, or what it is called.
    """
    rules = [rule for group in target.groups for rule in group.inward]
    by_group: list[Hashable] = [("in group", rule.group) for rule in rules if rule.group is not None]
    keys = (*by_group, "unknown") if len(by_group) == len(rules) else ("anywhere", "unknown")
    for function in inventory.under(Function, keys, _stands_at, promised):
        standing = _other(inventory, function, promised)
        if standing is not None:
            yield function, standing


def _other(inventory: Inventory, function: Function, promised: tuple[str, ...]) -> Standing | None:
    return None if function.function_name in promised else Network(inventory).function(function)


def _stands_at(inventory: Inventory, function: Function, promised: tuple[str, ...]) -> Iterator[Hashable]:
    try:
        standing = _other(inventory, function, promised)
    except Unread:
        yield "unknown"  # whoever finds it under this asks again, and is told why
        return
    if standing is not None and standing.grounds:
        yield Once("anywhere", standing.shape)
        yield from (Once(("in group", group.name), standing.shape) for group in standing.groups)
