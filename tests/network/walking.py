"""One packet at a time through a small network: gateway, routes, lists and groups, there and back, in three values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, wraps
from ipaddress import ip_address, ip_network
from typing import Any

from tests.network.small_network import SUBNETS, Properties, Spec

Answer = bool | None
"""None: nobody knows."""
NAMES = {"tcp": 6, "udp": 17, "icmp": 1}
PROTOCOLS = (1, 6, 17, 99)
PORTS = (7, 300, 700, 60000)
STRANGERS = ("8.0.0.4", "8.0.0.5", "8.0.0.6", "8.0.0.7", "9.9.9.9", "10.9.9.9", "2600::4", "2600::5", "2a00::9")
PASSING = ("pcx", "tgw", "eni")


@dataclass(frozen=True)
class Packet:
    source: str
    target: str
    protocol: int
    port: int
    answer: int


def packets(sources: Iterable[str], targets: Iterable[str]) -> Iterator[Packet]:
    """One packet of every kind that a small network tells apart."""
    for source in sources:
        for target in targets:
            if (":" in source) == (":" in target):
                for number in PROTOCOLS:
                    for port in PORTS:
                        for answer in PORTS:
                            yield Packet(source, target, number, port, answer)


def addresses(subnets: Iterable[str]) -> list[str]:
    return [str(one) for name in subnets for text in SUBNETS[name] for one in ip_network(text)]


@cache
def home(address: str) -> str:
    """The subnet of an address."""
    (name,) = (name for name in SUBNETS if address in addresses([name]))
    return name


def every(answers: Iterable[Answer]) -> Answer:
    """False if one is, else None if one is."""
    found = list(answers)
    return False if False in found else None if None in found else True


def some(answers: Iterable[Answer]) -> Answer:
    found = list(answers)
    return True if True in found else None if None in found else False


def within(address: str, text: str | None) -> bool:
    return text is not None and (":" in address) == (":" in text) and ip_address(address) in ip_network(text)


def once(method: Callable[..., Any]) -> Callable[..., Any]:
    """Ask a world everything once: thousands of packets meet the same few rules."""

    @wraps(method)
    def asked(self: World, *given: Any, **named: Any) -> Any:
        key = (method.__name__, given, tuple(named.items()))
        if key not in self.known:
            self.known[key] = method(self, *given, **named)
        return self.known[key]

    return asked


@dataclass(frozen=True)
class World:
    spec: Spec
    known: dict[Any, Any] = field(default_factory=dict)

    def all(self, kind: str, **where: str) -> list[tuple[str, Properties, Properties]]:
        return [
            (name, said, more)
            for name, (its, said, more) in self.spec.items()
            if its == kind and all(said.get(key) == value for key, value in where.items())
        ]

    # what decides

    @once
    def leads(self, subnet: str, to: str) -> list[str]:
        """Where the packets of a subnet to an address go: the gateways that it may be."""
        tables = [said["RouteTableId"] for _, said, _ in self.all("SubnetRouteTableAssociation", SubnetId=subnet)]
        table = (tables or ["rtb-main"])[0]
        best = (-1, "nowhere")
        local = [ip_network(text) for text in ("8.0.0.0/30", *(one[1] for one in SUBNETS.values()))]
        for net in local:
            if within(to, str(net)):
                best = max(best, (net.prefixlen, "local"), key=lambda pair: pair[0])
        perhaps = []
        for _, said, more in self.all("Route", RouteTableId=table):
            text = said.get("DestinationCidrBlock") or said.get("DestinationIpv6CidrBlock")
            leads = "nowhere" if more.get("state") == "blackhole" else self._target(said)
            if text is None:
                perhaps.append(leads)
            elif within(to, text) and ip_network(text).prefixlen >= best[0]:
                best = (ip_network(text).prefixlen, leads)
        return [best[1], *perhaps]

    def _target(self, said: Properties) -> str:
        found = next(
            str(value)
            for key, value in said.items()
            if key.endswith("Id") and key not in ("RouteTableId", "DestinationPrefixListId")
        )
        return "nowhere" if found == "igw-loose" else found

    @once
    def acl(self, subnet: str, peer: str, protocol: int, port: int, *, egress: bool) -> Answer:
        ((_, said, _),) = self.all("SubnetNetworkAclAssociation", SubnetId=subnet)
        lines = [line for _, line, _ in self.all("NetworkAclEntry", NetworkAclId=said["NetworkAclId"])]
        seen: set[Answer] = set()
        for line in sorted((one for one in lines if one["Egress"] is egress), key=lambda one: int(one["RuleNumber"])):
            if line["Protocol"] not in (-1, protocol):
                continue
            if not within(peer, line.get("CidrBlock") or line.get("Ipv6CidrBlock")):
                continue
            ports = line.get("PortRange")
            if ports and not ports["From"] <= port <= ports["To"]:
                continue
            seen.add(line["RuleAction"] == "allow")
            if line.get("Icmp", {}).get("Code", -1) == -1:
                break
        else:
            seen |= {False}
        return None if len(seen) > 1 else seen.pop()

    @once
    def groups(
        self, names: Iterable[str], peer: str, has: tuple[str, ...] | None, protocol: int, port: int, side: str
    ) -> Answer:
        far = "Source" if side == "Ingress" else "Destination"
        lines = [line for name in names for line in self.spec[name][1][f"SecurityGroup{side}"]]
        return some(self._line(line, far, peer, has, protocol, port) for line in lines)

    def _line(
        self, line: Properties, far: str, peer: str, has: tuple[str, ...] | None, protocol: int, port: int
    ) -> Answer:
        if line["IpProtocol"] != "-1" and NAMES[line["IpProtocol"]] != protocol:
            return False
        if "FromPort" in line and not line["FromPort"] <= port <= line["ToPort"]:
            return False
        group = line.get(f"{far}SecurityGroupId")
        if group is not None:
            return group in has if has is not None else None if group == "sg-strange" else False
        if f"{far}PrefixListId" in line:
            return None
        return within(peer, line.get("CidrIp") or line.get("CidrIpv6"))

    # questions

    def into(self, one: Packet) -> Answer:
        store: dict[str, Any] = self.spec["store"][1]
        subnet = home(one.target)
        return some(
            self._by(gate, store, subnet, one, certain=not more) for gate, more in self._gates(subnet, one.source)
        )

    def _gates(self, subnet: str, to: str) -> list[tuple[str, bool]]:
        found = self.leads(subnet, to)
        return [(gate, len(found) > 1) for gate in found]

    def _by(self, gate: str, store: Properties, subnet: str, one: Packet, *, certain: bool) -> Answer:
        if gate == "igw-1":
            if one.source.startswith("10."):
                return False
        elif not gate.startswith(PASSING):
            return False
        has: tuple[str, ...] | None = () if gate == "igw-1" else None
        return every([
            True if certain and not gate.startswith("eni") else None,
            self.acl(subnet, one.source, one.protocol, one.port, egress=False),
            self.groups(tuple(store["VPCSecurityGroups"]), one.source, has, one.protocol, one.port, "Ingress"),
            self.acl(subnet, one.source, one.protocol, one.answer, egress=True),
        ])  # fmt: skip

    def between(self, one: Packet) -> Answer:
        store, config = self.spec["store"][1], self.spec["function"][1]["VpcConfig"]
        start, end = home(one.source), home(one.target)
        mine, its = tuple(config["SecurityGroupIds"]), tuple(store["VPCSecurityGroups"])
        guards = [
            self.groups(mine, one.target, its, one.protocol, one.port, "Egress"),
            self.groups(its, one.source, mine, one.protocol, one.port, "Ingress"),
        ]
        if start == end:
            return every(guards)
        return every([
            *guards, self._joined(self.leads(start, one.target), self.leads(end, one.source)),
            self.acl(start, one.target, one.protocol, one.port, egress=True),
            self.acl(end, one.source, one.protocol, one.port, egress=False),
            self.acl(end, one.source, one.protocol, one.answer, egress=True),
            self.acl(start, one.target, one.protocol, one.answer, egress=False),
        ])  # fmt: skip

    def _joined(self, there: list[str], back: list[str]) -> Answer:
        found = [self._meets(one, other) for one in there for other in back]
        return found[0] if len(found) == 1 else None if any(one is not False for one in found) else False

    def _meets(self, there: str, back: str) -> Answer:
        if there == back == "local":
            return True
        dead = ("nowhere", "nat", "eigw", "igw")
        passes = there.startswith(PASSING) or back.startswith(PASSING)
        return None if passes and not there.startswith(dead) and not back.startswith(dead) else False

    def out_of(self, one: Packet) -> Answer:
        config = self.spec["function"][1]["VpcConfig"]
        subnet = home(one.source)
        return some(
            self._out(gate, config, subnet, one, certain=not more) for gate, more in self._gates(subnet, one.target)
        )

    def _out(self, gate: str, config: Properties, subnet: str, one: Packet, *, certain: bool) -> Answer:
        if gate in ("local", "nowhere") or (not gate.startswith(PASSING) and one.target.startswith("10.")):
            return False
        has: tuple[str, ...] | None = None if gate.startswith(PASSING) else ()
        return every([
            True if certain else None,
            self.groups(tuple(config["SecurityGroupIds"]), one.target, has, one.protocol, one.port, "Egress"),
            self.acl(subnet, one.target, one.protocol, one.port, egress=True),
            self.acl(subnet, one.target, one.protocol, one.answer, egress=False),
        ])  # fmt: skip
