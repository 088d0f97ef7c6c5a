"""What a changed policy, or a changed group, lets through that it did not before is never overlooked."""

from __future__ import annotations

import copy
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fixtures.judging.access.newly import newly_allowed, says_no_more
from fixtures.judging.access.patterns import UndecidedError
from fixtures.judging.network.newly import newly_admitted
from suites.proofs.mutants.mutant import damaged
from suites.proofs.mutants.policies import of_policy
from suites.proofs.mutants.values import World
from tests.access.small_world import OURS, Document, allows, everything, policies, statements

EVERY = list(everything())


def opened(before: Document, after: Document) -> bool:
    return any(allows(after, one) and not allows(before, one) for one in EVERY)


def held_against_every_request(before: Document, after: Document) -> None:
    assert not (says_no_more(before, after) and opened(before, after))
    try:
        found = newly_allowed(before, after, OURS)
    except UndecidedError:
        return
    assert found is not None or not opened(before, after)


@settings(max_examples=60)
@given(policies(), policies())
def test_what_a_policy_opens_is_found_between_any_two(before: Document, after: Document) -> None:
    """None means that there is no such request in the whole of a small world."""
    held_against_every_request(before, after)


@settings(max_examples=60)
@given(policies(), st.data())
def test_no_damage_that_opens_a_policy_is_called_harmless(before: Document, data: st.DataObject) -> None:
    """The damages are those of the mutants, made to any policy."""
    damage = data.draw(st.sampled_from(list(of_policy(before, (), World()))))
    after = damaged(before, damage)
    assume(after["Statement"])
    held_against_every_request(before, after)


@settings(max_examples=60)
@given(policies(), st.data())
def test_parts_of_what_was_allowed_open_nothing(whole: Document, data: st.DataObject) -> None:
    """A statement whose actions stand in two others is covered by both together, and words alone show it."""
    parts = copy.deepcopy(whole)
    for one in parts["Statement"]:
        if one["Effect"] == "Allow" and isinstance(one.get("Action"), list) and len(one["Action"]) > 1:
            first = data.draw(st.integers(1, len(one["Action"]) - 1))
            parts["Statement"].append({**one, "Action": one["Action"][first:]})
            one["Action"] = one["Action"][:first]
            break
    assert says_no_more(parts, whole)
    assert says_no_more(whole, parts)


def test_fewer_values_of_a_condition_open_nothing_and_of_its_contrary_something() -> None:
    """Whoever may come from two places may come from one; who must not come from one of two may come from the other."""

    def policy(operator: str, *values: str) -> Document:
        tests = {operator: {"aws:RequestTag/t": list(values)}}
        one = {"Effect": "Allow", "Principal": "*", "Action": "q:read", "Resource": "*", "Condition": tests}
        return {"Version": "2012-10-17", "Statement": [one]}

    for operator in ("StringEquals", "StringLike", "StringEqualsIfExists"):
        assert newly_allowed(policy(operator, "a", "b"), policy(operator, "a"), OURS) is None
        assert newly_allowed(policy(operator, "a"), policy(operator, "a", "b"), OURS) is not None
    assert newly_allowed(policy("StringNotEquals", "a", "b"), policy("StringNotEquals", "a"), OURS) is not None
    assert newly_allowed(policy("StringEqualsIfExists", "a"), policy("StringEquals", "a"), OURS) is None
    assert newly_allowed(policy("StringEquals", "a"), policy("StringEqualsIfExists", "a"), OURS) is not None


@settings(max_examples=40)
@given(policies(), statements("Deny"))
def test_one_deny_more_opens_nothing(before: Document, denial: dict[str, Any]) -> None:
    """Nothing has to be looked at for that: the proof is cheap where it is easy."""
    after = copy.deepcopy(before)
    after["Statement"].append(denial)
    assert newly_allowed(before, after, OURS) is None


@st.composite
def rules(draw: Any) -> list[dict[str, Any]]:
    """Up to three rules over few ports and addresses."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        low = draw(st.integers(1, 4))
        ports = draw(st.sampled_from(({}, {"FromPort": low, "ToPort": draw(st.integers(low, 5))})))
        peer = draw(st.sampled_from((
            {"CidrIp": "10.0.0.0/30"}, {"CidrIp": "10.0.0.0/31"}, {"CidrIp": "10.0.0.2/31"}, {"CidrIp": "0.0.0.0/0"},
            {"SourceSecurityGroupId": "${A}"}, {"SourceSecurityGroupId": "${B}"},
        )))  # fmt: skip
        found.append({"IpProtocol": draw(st.sampled_from(("tcp", "udp", "-1"))), **ports, **peer})
    return found


def admits(every: list[dict[str, Any]], protocol: str, port: int, peer: str) -> bool:
    return any(_admits(rule, protocol, port, peer) for rule in every)


def _admits(rule: dict[str, Any], protocol: str, port: int, peer: str) -> bool:
    if rule["IpProtocol"] != "-1":
        if rule["IpProtocol"] != protocol:
            return False
        if "FromPort" in rule and not rule["FromPort"] <= port <= rule["ToPort"]:
            return False
    if "SourceSecurityGroupId" in rule:
        return bool(rule["SourceSecurityGroupId"] == peer)
    return not peer.startswith("$") and ip_address(peer) in ip_network(rule["CidrIp"])


@settings(max_examples=200)
@given(rules(), rules())
def test_what_a_group_admits_anew_is_found(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """Every packet of a small world is tried."""
    if newly_admitted(before, after) is not None:
        return
    for protocol in ("tcp", "udp", "icmp"):
        for port in range(1, 6):
            for peer in ("10.0.0.1", "10.0.0.3", "10.0.0.9", "${A}", "${B}"):
                packet = (protocol, port, peer)
                assert not admits(after, *packet) or admits(before, *packet), packet


def test_fewer_rules_admit_nothing_new() -> None:
    """A rule of which the words are the same is covered by itself, two halves by the whole."""
    whole = [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 9, "CidrIp": "10.0.0.0/8"}]
    halves = [{**whole[0], "CidrIp": text} for text in ("10.0.0.0/9", "10.128.0.0/9")]
    assert newly_admitted(whole, []) is None
    assert newly_admitted(whole, halves) is None
    assert newly_admitted(halves, whole) is None
    assert newly_admitted(halves[:1], whole) == whole[0]
