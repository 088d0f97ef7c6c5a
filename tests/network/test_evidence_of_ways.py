"""What verdicts about ways rest on: of a way its hops, of no way what shuts it, and of nothing that decides nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import permutations

import pytest
from hypothesis import given, settings

from fixtures.aws.ledger import Gap, Unread
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.ec2 import SecurityGroup
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.touching import recording
from fixtures.judging.baseline import load_baseline
from fixtures.judging.judge import Context, judge
from fixtures.judging.network.gates import passing, shut_by
from fixtures.judging.network.parts import kept_of
from fixtures.judging.network.reading import Network
from fixtures.judging.network.ways import between
from reports.models import Outcome, Verdict
from tests.network.small_network import NOW, Properties, Spec, inventory, networks
from tests.network.test_reaching import ASKED, CONTROLS, DOOR, OPEN, PROD, SOUND, ask, facts_of, group, other, touched
from tests.network.test_ways import asked

GAP = Gap(service="ec2", operation="X", kind="denied", detail="not ours to see", at=NOW)
NO_WAY = ("REA-01", "REA-02", "REA-04")
EVERYBODY = {"CidrBlock": "0.0.0.0/0"}, {"Ipv6CidrBlock": "::/0"}
PASS, FAIL, ERROR = Outcome.PASS, Outcome.FAIL, Outcome.ERROR


def strange(spec: Spec) -> Spec:
    """The network with a function that is not promised, and that uses the store."""
    kind, its, more = spec["function"]
    _, store, _ = spec["store"]
    variables = {"Environment": {"Variables": {"DB": "store.example"}}, "FunctionName": "other"}
    named = {"attributes": {"Endpoint.Address": "store.example"}}
    return spec | {"function": (kind, its | variables, more), "store": ("DBInstance", store, named)}


def verdicts(seen: Inventory, *controls: str) -> Iterator[Verdict]:
    context = Context(seen, load_baseline("prod"), PROD, NOW)
    for control in controls:
        yield from (one for one in judge(CONTROLS[control], context) if not one.resource.startswith("AWS::"))


@settings(max_examples=60)
@given(networks())
def test_what_shuts_a_way_shuts_it_and_nothing_of_it_can_be_left_out(spec: Spec) -> None:
    for ways in asked(spec):
        for way in ways:
            assert bool(way.shut) is not bool(way.most)
            if not way.most:
                shutting = shut_by(way.gates)
                assert not passing(shutting, sure=False)
                for one in shutting:
                    assert passing(tuple(other for other in shutting if other is not one), sure=False)


def opened(spec: Spec, name: str, path: str | None = None) -> Spec:
    """The network with an entry, or the rules of a side of a group, that let everything pass."""
    kind, its, more = spec[name]
    if path is None:
        return spec | {
            f"{name}{number}": (
                kind, its | {"RuleAction": "allow", "Protocol": -1, "CidrBlock": None, "Ipv6CidrBlock": None} | block,
                more,
            ) for number, block in enumerate(EVERYBODY)
        }  # fmt: skip
    rules = [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}, {"IpProtocol": "-1", "CidrIpv6": "::/0"}]
    return spec | {name: (kind, its | {path: rules}, more)}


@settings(max_examples=60)
@given(networks())
def test_what_is_no_evidence_of_no_way_opens_none(spec: Spec) -> None:
    """Whatever a list or a group beside the evidence says, there is no way: each of them may let everything pass."""
    spec = strange(spec)
    for found in verdicts(inventory(spec), *NO_WAY):
        if found.verdict is not PASS:
            continue
        shown = {(fact.resource, fact.field.partition("[")[0]) for fact in found.evidence}
        entries = [name for name, (kind, _, _) in spec.items() if kind == "NetworkAclEntry"]
        for name in entries:
            if not any(resource == name for resource, _ in shown):
                spec_open = opened(spec, name)
                assert [one.verdict for one in verdicts(inventory(spec_open), found.control)] == [PASS], name
        for name in ("sg-1", "sg-2"):
            for path in ("SecurityGroupIngress", "SecurityGroupEgress"):
                if (name, path) not in shown:
                    spec_open = opened(spec, name, path)
                    assert [one.verdict for one in verdicts(inventory(spec_open), found.control)] == [PASS], path


@settings(max_examples=60)
@given(networks())
def test_the_hops_of_a_way_are_its_evidence(spec: Spec) -> None:
    """Each group, list and table that lets the packet pass shows the line by which it does."""
    for found in verdicts(inventory(strange(spec)), *CONTROLS):
        shown = [fact.resource for fact in found.evidence]
        for hop in found.way:
            if hop.passes and hop.what == "security group":
                assert hop.name in shown
            if hop.passes and hop.what == "network ACL":
                assert any(name.startswith(f"{hop.name}|") for name in shown)
            if hop.passes and hop.what == "route table" and " by local " not in hop.detail:
                assert any(name.startswith(f"{hop.name}|") for name in shown)


@pytest.mark.parametrize(("key", "name"), [pytest.param(*one, id=".".join(one)) for one in touched()])
def test_what_could_not_be_read_is_an_error_that_shows_it(key: str, name: str) -> None:
    """Each time it is asked for, although it was looked at once; what is looked for by its value stands in a list."""
    unread = inventory(ASKED | SOUND, {key: {"unread": {name: GAP}}})
    kind = ASKED[key][0]
    for found in (*verdicts(unread, *CONTROLS), *verdicts(unread, *CONTROLS)):
        if found.verdict is ERROR:
            assert "not ours to see" in found.message
            lists = {fact.resource for fact in found.evidence if fact.field == "(all)"}
            shown = found.evidence[0]
            assert (shown.resource, shown.value) == (key, f"unread: {GAP}") or any(
                one.endswith(f"::{kind}") for one in lists
            )


def test_every_kind_of_fact_that_was_looked_at_is_noted_each_time() -> None:
    """Whoever asks which verdicts a fact can change is told more rather than less."""
    network = ask(ASKED)
    looked = {(resource.cfn_type, str(steps[0])) for resource, steps in facts_of(network.inventory)}
    for _ in range(2):
        with recording() as seen:
            Network(network.inventory).store(network.inventory.get(DBInstance, "store"))
            Network(network.inventory).function(network.inventory.get(Function, "function"))
        assert looked <= seen.through


FUNCTIONS: dict[str, Properties] = {
    "promised": {"FunctionName": "touchstone-prod-query"},
    "nowhere": {"FunctionName": "nowhere", "VpcConfig": None},
    "shut": {"FunctionName": "shut", "VpcConfig": {"SubnetIds": ["A"], "SecurityGroupIds": ["sg-s"]}},
    "by address": {"FunctionName": "by address", "VpcConfig": {"SubnetIds": ["A"], "SecurityGroupIds": ["sg-o"]}},
    "open": {"FunctionName": "open"},
    "alike": {"FunctionName": "alike"},
}
DOORS = {"group": {"SourceSecurityGroupId": "sg-f"}, "address": {"CidrIp": "10.0.0.0/16"}}
UNREAD = {"unread": {"FunctionName": GAP}}


def walked(seen: Inventory) -> tuple[Outcome, str]:
    """What a walk over all functions says, one after the other."""
    network = Network(seen)
    end = network.store(seen.get(DBInstance, "store"))
    try:
        for function in seen.of(Function):
            if function.function_name in load_baseline("prod").store_functions:
                continue
            for way in between(network.function(function), end):
                if way.sure:
                    return FAIL, function.key
    except Unread:
        return ERROR, ""
    return PASS, ""


@pytest.mark.parametrize("doors", [("group",), ("address",), ("group", "address")], ids="-".join)
def test_who_may_enter_is_who_a_walk_over_all_finds(doors: tuple[str, ...]) -> None:
    """Of three functions in every order, by a group and by an address, no further than to what could not be read."""
    kind, its, more = SOUND["function"]
    rest = {name: one for name, one in SOUND.items() if name != "function"}
    rest |= other("sg-s", SecurityGroupIngress=[DOOR | DOORS[one] for one in doors])
    rest |= {"sg-o": ("SecurityGroup", group(egress=DOOR | DOORS["address"]), {})}
    for order in permutations(FUNCTIONS, 3):
        said = {name: its | FUNCTIONS[name] for name in order}
        stated = {name: {key: value for key, value in one.items() if value is not None} for name, one in said.items()}
        spec: Spec = rest | {name: (kind, one, more) for name, one in stated.items()}
        for unread in (None, *order):
            seen = inventory(spec, None if unread is None else {unread: UNREAD})
            (found,) = verdicts(seen, "REA-02")
            outcome, by = walked(seen)
            assert found.verdict is outcome, (order, unread, found.message)
            assert found.message.startswith(f"is reached by {by}:" if by else ""), (order, unread)


def test_what_was_read_goes_with_its_inventory_and_is_said_of_no_other() -> None:
    before = inventory(ASKED)
    kept = kept_of(before)
    assert [one.verdict for one in verdicts(before, "REA-01")] == [PASS]
    assert kept.parts
    assert kept_of(before) is kept
    changed = before.with_one(inventory(SOUND | OPEN).get(SecurityGroup, "sg-s"))
    assert [one.verdict for one in verdicts(changed, "REA-01")] == [FAIL]
    del before, changed
    gc.collect()
    others = [inventory(ASKED) for _ in range(50)]
    assert all(not kept_of(one).parts for one in others)
