"""Ways through small networks, against a packet at a time: what is said to get through does, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from ipaddress import ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.rds import DBInstance
from fixtures.judging.network.boxes import TCP, Region, interval, less
from fixtures.judging.network.reading import Network
from fixtures.judging.network.standing import Standing
from fixtures.judging.network.telling import address, packet_in, told
from fixtures.judging.network.ways import Way, between, into, out_of, wanted
from tests.network.small_network import Spec, entries, inventory, networks, rules
from tests.network.walking import STRANGERS, Answer, Packet, World, addresses, packets

PORT = 300
Ways = tuple[Way, ...]


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
    function = network.function(network.inventory.get(Function, "function"))
    return function, network.store(network.inventory.get(DBInstance, "store"))


def asked(spec: Spec) -> tuple[Ways, Ways, Ways]:
    function, store = ends(spec)
    return into(store), between(function, store), out_of(function)


def said(ways: Ways, one: Packet) -> Answer:
    if any(holds(way.sure, one) for way in ways):
        return True
    return None if any(holds(way.most, one) for way in ways) else False


def is_doubtful(spec: Spec) -> bool:
    """Whether a table has a route of which nobody knows the range: of what it leads nothing is sure then."""
    return any(kind == "Route" and "DestinationPrefixListId" in its for kind, its, _ in spec.values())


def questions(spec: Spec) -> Iterator[tuple[Ways, Packet, Answer]]:
    world, its = World(spec), addresses(spec["its"][1]["SubnetIds"])
    mine = addresses(spec["function"][1]["VpcConfig"]["SubnetIds"])
    asks = ((STRANGERS, its, world.into), (mine, its, world.between), (mine, STRANGERS, world.out_of))
    for ways, (sources, targets, ask) in zip(asked(spec), asks, strict=True):
        for one in packets(sources, targets):
            yield ways, one, ask(one)


@settings(max_examples=60)
@given(networks())
def test_what_gets_through_is_what_a_packet_at_a_time_gets_through(spec: Spec) -> None:
    """The sets say of every packet what its walk says, in three values."""
    doubtful = is_doubtful(spec)
    for ways, one, true in questions(spec):
        found = said(ways, one)
        assert found is true or (doubtful and found is None and true is True), (one, found, true)


@settings(max_examples=60)
@given(networks())
def test_what_a_client_needs_is_there_if_all_its_packets_get_through(spec: Spec) -> None:
    """One address or one port of a client's choice that does not get through is a client that waits in vain."""
    world = World(spec)
    for way in asked(spec)[1]:
        assert way.start is not None
        assert way.end is not None
        its, doubtful = (way.start.name, way.end.name), is_doubtful(spec)
        walked = [
            world.between(one)
            for one in packets(addresses(its[:1]), addresses(its[1:]))
            if (one.protocol, one.port) == (TCP, PORT) and one.answer >= 1024
        ]
        need = wanted(way.start, way.end, TCP, PORT)
        perhaps, surely = not less(need, way.most), not less(need, way.sure)
        assert perhaps is (False not in walked)
        assert surely is (set(walked) == {True}) or (doubtful and not surely)


def in_words(found: tuple[int, ...]) -> Packet:
    source, target, *rest = found
    return Packet(address(source), address(target), *rest)


@settings(max_examples=60)
@given(networks())
def test_whoever_gets_through_comes_with_a_packet_that_does(spec: Spec) -> None:
    """The packet that is shown gets through when it is walked, and every hop of it says so."""
    world = World(spec)
    for ways, ask in zip(asked(spec), (world.into, world.between, world.out_of), strict=True):
        for way in ways:
            if way.sure:
                assert ask(in_words(packet_in(way.sure))) is True
            if way.most:
                assert ask(in_words(packet_in(way.most))) is not False
                assert all(step.hop.passes for step in told(way, way.most))
                assert told(way, way.most)[-1].hop.detail.isprintable()


@settings(max_examples=60)
@given(networks())
def test_what_does_not_get_through_ends_at_a_place_that_is_named(spec: Spec) -> None:
    for way in asked(spec)[1]:
        assert way.start is not None
        assert way.end is not None
        lacking = less(wanted(way.start, way.end, TCP, PORT), way.most)
        if lacking:
            *before, last = told(way, lacking)
            assert not last.hop.passes
            assert all(step.hop.passes for step in before)


def opens(less_open: Spec, more_open: Spec) -> None:
    """Demand that whatever got through still does, and what perhaps did still perhaps does."""
    for before, after in zip(asked(less_open), asked(more_open), strict=True):
        for kind in ("sure", "most"):
            was, now = ([box for way in ways for box in getattr(way, kind)] for ways in (before, after))
            assert not less(tuple(was), now)


@settings(max_examples=60)
@given(networks(), st.data())
def test_one_permission_more_shuts_nothing(spec: Spec, data: st.DataObject) -> None:
    """A rule of a group, and an entry that allows, wherever it stands among the others."""
    group = data.draw(st.sampled_from(("sg-1", "sg-2")))
    side, far = data.draw(st.sampled_from((("SecurityGroupIngress", "Source"), ("SecurityGroupEgress", "Destination"))))
    kind, its, more = spec[group]
    opens(spec, spec | {group: (kind, its | {side: [*its[side], data.draw(rules(far))]}, more)})
    entry = data.draw(entries()) | {"RuleAction": "allow", "RuleNumber": 5, "Icmp": {"Type": -1, "Code": -1}}
    acl = {"NetworkAclId": data.draw(st.sampled_from(("acl-1", "acl-2")))}
    for place in (0, 5, 2000):
        opens(spec, spec | {"more": ("NetworkAclEntry", entry | acl | {"RuleNumber": place}, {})})


@settings(max_examples=60)
@given(networks())
def test_one_refusal_less_shuts_nothing(spec: Spec) -> None:
    for name, (kind, its, _) in spec.items():
        if kind == "NetworkAclEntry" and its["RuleAction"] == "deny":
            opens(spec, {key: value for key, value in spec.items() if key != name})


@settings(max_examples=60)
@given(networks(), st.sampled_from(("rtb-1", "rtb-main")))
def test_the_widest_route_shuts_nothing(spec: Spec, table: str) -> None:
    """A narrower route takes away from a wider one, so of routes only the widest can be said to open and never shut."""
    wide = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
    if not any(its.get("DestinationCidrBlock") == "0.0.0.0/0" for kind, its, _ in spec.values() if kind == "Route"):
        opens(spec, spec | {"wide": ("Route", wide, {})})
