"""Every group lets in and out what it must, and says why.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.ec2 import VPC, Egress, Ingress, SecurityGroup
from fixtures.inventory.services.elasticache import ReplicationGroup
from fixtures.inventory.services.rds import DBInstance
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, ByHand, Change, Remove, control, not_applicable
from suites.controls.admitting import is_ours, let_out, shown, strangers_let_in

LEAST_ACCESS = ("AC2", "NIST-800-53:AC-4(21)", "NIST-800-53:SC-7", "PCI-4.0:1.3.1", "SOC2:CC6.6")
WORLD = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0", "Description": "Anybody"}]
OFFICE = [{"CidrIp": "10.0.0.0/16"}]
HALVES = [
    {"IpProtocol": "-1", "CidrIp": "0.0.0.0/1", "Description": "Half of it"},
    {"IpProtocol": "-1", "CidrIp": "128.0.0.0/1", "Description": "The other half"},
]
# Each is no wider than what some company has, and together they are half of the Internet.
PIECES = [
    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": f"{number}.0.0.0/8", "Description": "A piece"}
    for number in range(1, 60)
]
NEIGHBOUR = [{"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "CidrIp": "10.1.0.0/16", "Description": "Them"}]


def rules_of(group: SecurityGroup) -> tuple[Ingress | Egress, ...]:
    """Return every rule of a group, those that let in first."""
    return (*group.security_group_ingress, *group.security_group_egress)


@control(
    "SGR-01",
    severity="critical",
    satisfies=(*LEAST_ACCESS, "FSBP:EC2.18", "FSBP:EC2.19", "CIS-7.0:6.3", "CIS-7.0:6.4"),
    broken_by=(
        Change("RedisSecurityGroup.SecurityGroupIngress", WORLD),
        Change("AlbSecurityGroup.SecurityGroupIngress", HALVES),
        Change("AlbSecurityGroup.SecurityGroupIngress", PIECES),
        Change("RedisSecurityGroup.SecurityGroupIngress", NEIGHBOUR),
        Break((Remove("RdsFromLambdaIngress.SourceSecurityGroupId"), Change("RdsFromLambdaIngress.CidrIpv6", "::/0"))),
    ),
)
def test_no_group_is_open_to_the_world(group: SecurityGroup, inventory: Inventory) -> None:
    """Clients come through API Gateway; nobody else has business knocking.

    Whoever is outside of our own networks is a stranger, be he from the Internet or from a network beside ours.
    """
    found = list(strangers_let_in(group, inventory))
    assert not found, f"lets in {'; '.join(found)}; nobody but ours is promised"


@control(
    "SGR-02",
    severity="high",
    satisfies=LEAST_ACCESS,
    broken_by=(
        Remove("AlbSecurityGroup.SecurityGroupEgress"),
        Change("BastionSecurityGroup.SecurityGroupEgress", []),
        Change("LambdaSecurityGroup.SecurityGroupEgress", HALVES),
        Change("LambdaToInternetEgress.ToPort", 444),
        Change("LambdaToInternetEgress.IpProtocol", "-1"),
    ),
)
def test_no_group_lets_everything_out(group: SecurityGroup, inventory: Inventory, baseline: Baseline) -> None:
    """What is taken over is worth little when it can send nothing home.

    Where the baseline lets functions reach the Internet, through a NAT gateway, that way is TLS alone.
    """
    ways = ((rule, let_out(rule, inventory)) for rule in group.security_group_egress)
    found = [way for rule, way in ways if way is not None and not (baseline.internet_egress and _is_tls(rule))]
    promised = "stated destinations, and TLS to the Internet," if baseline.internet_egress else "stated destinations"
    assert not found, f"lets out {'; '.join(found)}; {promised} are promised"


def _is_tls(rule: Ingress | Egress) -> bool:
    """Say whether a rule speaks of the port of TLS and no other."""
    return (rule.ip_protocol, rule.from_port, rule.to_port) == ("tcp", 443, 443)


@control(
    "SGR-03",
    severity="critical",
    satisfies=LEAST_ACCESS,
    broken_by=(
        Break(
            (Remove("RdsFromLambdaIngress.SourceSecurityGroupId"), Change("RdsFromLambdaIngress.CidrIp", "10.0.0.0/16"))
        ),
        Break((Change("RedisFromLambdaIngress.FromPort", 1), Change("RedisFromLambdaIngress.ToPort", 65535))),
        Change("RedisFromLambdaIngress.IpProtocol", "udp"),
        # of every protocol AWS means every port, whatever port stands beside it
        Change("RedisFromLambdaIngress.IpProtocol", "-1"),
    ),
)
def test_stores_are_entered_by_groups_on_their_port(store: DBInstance | ReplicationGroup, inventory: Inventory) -> None:
    """A store answers the functions, on its one port; an address range would admit whatever is started next."""
    links = store.vpc_security_groups if isinstance(store, DBInstance) else store.security_group_ids
    assert links, "has no security group; one of its own is promised"
    for link in links:
        for rule in inventory.get(SecurityGroup, link).security_group_ingress:
            source = rule.source_security_group_id
            assert source is not None, f"is entered by {shown(rule)}; groups only are promised"
            assert is_ours(inventory, source), f"is entered by {source}, which is none of ours; our groups are promised"
            entered = (rule.ip_protocol, rule.from_port, rule.to_port)
            assert entered == ("tcp", store.port, store.port), (
                f"is entered on {shown(rule)}; tcp port {store.port} only is promised"
            )
            strangers = list(strangers_let_in(inventory.get(SecurityGroup, source), inventory))
            assert not strangers, f"is entered by {source}, which lets in {strangers[0]}; nobody but ours is promised"


@control(
    "SGR-04",
    severity="low",
    satisfies=("AC2", "NIST-800-53:CM-3", "PCI-4.0:1.2.5"),
    broken_by=(Remove("LambdaToRdsEgress.Description"), Remove("EndpointFromLambdaIngress.Description")),
)
def test_every_rule_says_what_it_is_for(group: SecurityGroup) -> None:
    """A rule without a reason is never removed, because nobody knows who needs it."""
    found = [shown(rule) for rule in rules_of(group) if not rule.description]
    assert not found, f"no description on {'; '.join(found)}; one on each rule is promised"


DOORS_NOT_BUILT = ("AlbSecurityGroup", "BastionSecurityGroup")


@control(
    "SGR-05",
    severity="high",
    satisfies=LEAST_ACCESS,
    broken_by=(
        Change(
            "BastionSecurityGroup.SecurityGroupIngress",
            [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/16", "Description": "Us"}],
        ),
    ),
)
def test_doors_that_are_not_built_are_shut(group: SecurityGroup) -> None:
    """The design needs neither a load balancer nor a bastion: their groups wait without any way in."""
    named = (group.group_name or "").casefold().endswith(("-alb-sg", "-bastion-sg"))
    if not named and group.key not in DOORS_NOT_BUILT:
        not_applicable("it is neither the load balancer's group nor the bastion's")
    found = [shown(rule) for rule in group.security_group_ingress]
    assert not found, f"lets in {'; '.join(found)}; no way in is promised"


@control(
    "SGR-06",
    severity="high",
    satisfies=(*LEAST_ACCESS, "FSBP:EC2.2", "CIS-7.0:6.5"),
    broken_by=(
        ByHand(
            "ec2",
            "authorize_security_group_ingress",
            {"GroupId": "${DefaultSecurityGroupId}", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": OFFICE}]},
        ),
    ),
    tiers=("mocked", "live"),
    tiers_reason="AWS makes the default group with the VPC: no template declares it, the deployer empties it",
)
def test_the_default_group_is_empty(vpc: VPC, inventory: Inventory) -> None:
    """What is started without a group gets the default one, which AWS opens to itself and to the world outside."""
    defaults = list(inventory.under(SecurityGroup, (id(vpc),), _default_of))
    assert defaults, "the default group was not found; an empty one is promised"
    rules = [shown(rule) for group in defaults for rule in rules_of(group)]
    assert not rules, f"the default group has {'; '.join(rules)}; no rule is promised"


def _default_of(inventory: Inventory, group: SecurityGroup) -> Iterator[Hashable]:
    found = inventory.find(VPC, group.vpc_id) if group.group_name == "default" else None
    if found is not None:
        yield id(found)
