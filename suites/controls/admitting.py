"""Whom a group's rules let through, as sets of addresses: what is not ours is a stranger's."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Final

from fixtures.aws.ledger import Gap, Unread
from fixtures.inventory.indexing import Once
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.ec2 import VPC, Egress, Ingress, SecurityGroup
from fixtures.judging.network.ranges import NOBODY, Network, read, without
from suites.controls.looking import Link

Rule = Ingress | Egress
_SHOWN: Final = 4


def our_ranges(inventory: Inventory) -> list[Network]:
    """Give the ranges of the networks that we deploy; raises Unread unless they were read."""
    blocks = [vpc.cidr_block for vpc in inventory.under(VPC, ("ours",), _range)]
    return [read(block) for block in blocks if not block.startswith("$")]


def _range(_inventory: Inventory, vpc: VPC) -> Iterator[Hashable]:
    if vpc.managed:
        yield Once("ours", vpc.cidr_block)


def shown(rule: Rule) -> str:
    """Write a rule on one line."""
    ports = "all ports" if rule.from_port is None else f"{rule.from_port}-{rule.to_port}"
    return f"{rule.ip_protocol} {ports} {rule.cidr_ip or rule.cidr_ipv6 or _list(rule) or 'a group'}"


def _list(rule: Rule) -> Link:
    return rule.source_prefix_list_id if isinstance(rule, Ingress) else rule.destination_prefix_list_id


def _group(rule: Rule) -> Link:
    return rule.source_security_group_id if isinstance(rule, Ingress) else rule.destination_security_group_id


def strange_addresses(rules: Iterable[Rule], ours: Iterable[Network]) -> list[Network]:
    """Give the addresses that rules speak of together and that are not ours; a range by reference is of ours."""
    blocks = (block for rule in rules for block in (rule.cidr_ip, rule.cidr_ipv6) if block is not None)
    return without([read(block) for block in blocks if not block.startswith("$")], [*ours, *NOBODY])


def told(ranges: list[Network]) -> str:
    """Write ranges, the first ones and how many there are."""
    more = f" and {len(ranges) - _SHOWN} ranges more" if len(ranges) > _SHOWN else ""
    return f"{', '.join(map(str, ranges[:_SHOWN]))}{more}"


def strangers_let_in(group: SecurityGroup, inventory: Inventory) -> Iterator[str]:
    """Yield who is let in and is not ours: addresses, a group that no stack has, a list of addresses.

    Raises:
        Unread: nobody reads what is in a list.
    """
    ours = our_ranges(inventory)
    addresses = strange_addresses(group.security_group_ingress, ours)
    if addresses:
        speak = [rule for rule in group.security_group_ingress if strange_addresses([rule], ours)]
        yield f"{'; '.join(map(shown, speak[:_SHOWN]))} ({told(addresses)})"
    for rule in group.security_group_ingress:
        source, listed = _group(rule), _list(rule)
        if source is not None and not is_ours(inventory, source):
            yield f"{shown(rule)} that is none of ours ({source})"
        if listed is not None:
            require_known(inventory, listed)
            yield f"{shown(rule)}: the addresses of a service of AWS, which are everybody's"


def is_ours(inventory: Inventory, link: Link) -> bool:
    """Say whether a rule's other side is a group of our stacks, or one of AWS's in our networks."""
    found = inventory.find(SecurityGroup, link)
    return found is not None and (found.managed or found.origin.made_by is not None)


def require_known(inventory: Inventory, link: Link) -> None:
    """Raise Unread for a list of ranges other than those of AWS that our templates look up."""
    if not str(link).startswith("$"):
        detail = f"what is in prefix list {link} was not asked for"
        gap = Gap(
            service="ec2", operation="GetManagedPrefixListEntries", kind="not_asked", detail=detail,
            at=inventory.read_at,
        )  # fmt: skip
        raise Unread(gap)


def let_out(rule: Egress, inventory: Inventory) -> str | None:
    """Say where a rule leads that is not ours; None where it does not. Raises Unread as `strangers_let_in` does."""
    addresses = strange_addresses([rule], our_ranges(inventory))
    if addresses:
        return shown(rule)
    destination, listed = _group(rule), _list(rule)
    if listed is not None:
        require_known(inventory, listed)
    return (
        f"{shown(rule)} that is none of ours"
        if destination is not None and not is_ours(inventory, destination)
        else None
    )
