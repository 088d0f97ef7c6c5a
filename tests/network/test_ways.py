"""Ways through small networks, against a packet at a time: what is said to get through does, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from ipaddress import ip_network

from hypothesis import given, settings

from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.rds import DBInstance
from fixtures.judging.network.boxes import Region, interval
from fixtures.judging.network.reading import Network
from fixtures.judging.network.standing import Standing
from fixtures.judging.network.ways import Way, between, into, out_of
from tests.network.small_network import Spec, inventory, networks
from tests.network.walking import STRANGERS, Answer, Packet, World, addresses, packets


@cache
def number(text: str) -> int:
    return interval(ip_network(text))[0]


def holds(region: Region, one: Packet) -> bool:
    source, target, protocol, port, answer = number(one.source), number(one.target), one.protocol, one.port, one.answer
    return any(
        a[0] <= source <= a[1]
        and b[0] <= target <= b[1]
        and c[0] <= protocol <= c[1]
        and d[0] <= port <= d[1]
        and e[0] <= answer <= e[1]
        for a, b, c, d, e in region
    )


def ends(spec: Spec) -> tuple[Standing, Standing]:
    network = Network(inventory(spec))
    return (
        network.function(network.inventory.get(Function, "function")),
        network.store(network.inventory.get(DBInstance, "store")),
    )


def said(ways: tuple[Way, ...], one: Packet) -> Answer:
    if any(holds(way.sure, one) for way in ways):
        return True
    return None if any(holds(way.most, one) for way in ways) else False


def agrees(found: Answer, true: Answer, *, doubtful: bool) -> bool:
    """Where a route's range is not known, nothing is sure; elsewhere what is said is what is."""
    return found is true or (doubtful and found is None and true is True)


def questions(spec: Spec) -> Iterator[tuple[tuple[Way, ...], Packet, Answer]]:
    function, store = ends(spec)
    world, its = World(spec), spec["its"][1]["SubnetIds"]
    mine = spec["function"][1]["VpcConfig"]["SubnetIds"]
    for ways, sources, targets, ask in (
        (into(store), STRANGERS, addresses(its), world.into),
        (between(function, store), addresses(mine), addresses(its), world.between),
        (out_of(function), addresses(mine), STRANGERS, world.out_of),
    ):
        for one in packets(sources, targets):
            yield ways, one, ask(one)


@settings(max_examples=40, deadline=None)
@given(networks())
def test_what_gets_through_is_what_a_packet_at_a_time_gets_through(spec: Spec) -> None:
    """The sets say of every packet what its walk says, in three values."""
    doubtful = any("DestinationPrefixListId" in said for kind, said, _ in spec.values() if kind == "Route")
    for ways, one, true in questions(spec):
        assert agrees(said(ways, one), true, doubtful=doubtful), (one, said(ways, one), true)
