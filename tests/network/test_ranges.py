"""Sets of addresses, against every address of a small space."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.judging.network.ranges import Network, read, without

SPACES = {
    4: [ip_address(f"10.0.0.{number}") for number in range(256)],
    6: [ip_address(f"fd00::{number:x}") for number in range(64)],
}


@st.composite
def networks(draw: st.DrawFn) -> Network:
    if draw(st.booleans()):
        return ip_network(f"10.0.0.{draw(st.integers(0, 255))}/{draw(st.integers(24, 32))}", strict=False)
    return ip_network(f"fd00::{draw(st.integers(0, 63)):x}/{draw(st.integers(122, 128))}", strict=False)


def members(ranges: list[Network]) -> set[object]:
    return {
        one
        for space in SPACES.values()
        for one in space
        if any(one.version == net.version and one in net for net in ranges)
    }


@settings(max_examples=200)
@given(st.lists(networks(), max_size=6), st.lists(networks(), max_size=4))
def test_what_is_left_is_what_is_in_some_and_in_none_of_the_others(
    ranges: list[Network], others: list[Network]
) -> None:
    found = without(ranges, others)
    assert members(found) == members(ranges) - members(others)
    assert len(set(found)) == len(found)
    assert sum(one.num_addresses for one in found) == len(members(found)), "none is told twice"


@settings(max_examples=100)
@given(st.lists(networks(), max_size=5), st.lists(networks(), max_size=3), networks())
def test_one_range_more_leaves_no_less(ranges: list[Network], others: list[Network], more: Network) -> None:
    assert members(without(ranges, others)) <= members(without([*ranges, more], others))
    assert members(without(ranges, [*others, more])) <= members(without(ranges, others))


@pytest.mark.parametrize(("text", "meant"), [
    ("10.0.0.5", "10.0.0.5/32"), ("10.0.0.5/8", "10.0.0.0/8"), ("1.2.3.4/0", "0.0.0.0/0"), ("::/0", "::/0"),
])  # fmt: skip
def test_a_range_is_read_as_ec2_takes_it(text: str, meant: str) -> None:
    assert read(text) == ip_network(meant)


def test_the_whole_internet_in_pieces_is_the_whole_internet() -> None:
    pieces = [ip_network(f"{number}.0.0.0/8") for number in range(256)]
    assert without(pieces, []) == [ip_network("0.0.0.0/0")]
    assert without(pieces, [ip_network("0.0.0.0/0")]) == []
