"""What cannot be deleted stays, and with it all that it uses: no more, no less."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.mock_cloud.process import MockCloud
from tests.mock_cloud.account import Account, queue, template
from tests.mock_cloud.test_stacks import BAD_QUEUE
from tests.mock_cloud.test_types import DATABASE, SUBNETS, TABLE
from tests.mock_cloud.written import one, policy, ref

NAMES = "ABCDEF"
trying = settings(max_examples=25, derandomize=True)


@dataclass(frozen=True)
class Graph:
    """Resources that use each other, each edge in one of the ways that a template has to say so."""

    names: tuple[str, ...]
    uses: dict[tuple[str, str], str]
    protected: frozenset[str]

    def resources(self) -> dict[str, Any]:
        return {name: self._resource(name) for name in self.names}

    def _resource(self, name: str) -> dict[str, Any]:
        used = {other: way for (user, other), way in self.uses.items() if user == name}
        said = {other: said_as(other, way) for other, way in used.items() if way != "DependsOn"}
        tags = [{"Key": other, "Value": value} for other, value in said.items()]
        made = named(name, protected=name in self.protected, Tags=tags)
        return {**made, "DependsOn": [other for other in used if other not in said]}

    def reached(self) -> dict[str, set[str]]:
        """What each uses, directly or through others: by trying every way through every resource."""
        pairs = set(self.uses)
        for through, user, other in product(self.names, repeat=3):
            if {(user, through), (through, other)} <= pairs:
                pairs.add((user, other))
        return {name: {other for user, other in pairs if user == name} for name in self.names}

    def stays(self) -> set[str]:
        return set(self.protected).union(*(self.reached()[name] for name in self.protected))

    def fails(self) -> set[str]:
        """What is protected and in nobody's use that stays: only these are tried."""
        return set(self.protected).difference(*(self.reached()[name] for name in self.protected))


def said_as(name: str, way: str) -> dict[str, Any]:
    return {"Ref": {"Ref": name}, "GetAtt": ref(name, "Arn"), "Sub": {"Fn::Sub": f"<${{{name}}}>"}}[way]


def named(name: str, *, protected: bool = False, prefix: str = "one", **more: Any) -> dict[str, Any]:
    """A table that is protected, or a queue that is not."""
    if protected:
        return one(
            "DynamoDB::Table", **deepcopy(TABLE), TableName=f"{prefix}-{name}", DeletionProtectionEnabled=True, **more
        )
    return queue(QueueName=f"{prefix}-{name}", **more)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    order = draw(st.permutations(NAMES[: draw(st.integers(2, len(NAMES)))]))
    way = st.sampled_from(["DependsOn", "Ref", "GetAtt", "Sub", "", ""])
    uses = {pair: said for pair in combinations(order, 2) if (said := draw(way))}
    protected = draw(st.sets(st.sampled_from(order), max_size=2))
    return Graph(tuple(sorted(order)), uses, frozenset(protected))


@cache
def _entered(endpoint: str) -> Account:
    return Account.enter(endpoint, "600000000000")


def enter(mock_cloud: MockCloud) -> Account:
    """One account for all graphs, for clients are slow to make; it is swept before each."""
    account = _entered(mock_cloud.endpoint)
    unprotect(account)
    for stack in account.cfn.describe_stacks()["Stacks"]:
        account.cfn.delete_stack(StackName=stack["StackId"])
    for url in account.client("sqs").list_queues().get("QueueUrls", []):
        account.client("sqs").delete_queue(QueueUrl=url)
    for name in account.client("dynamodb").list_tables()["TableNames"]:
        account.client("dynamodb").delete_table(TableName=name)
    return account


def standing(account: Account, prefix: str = "one") -> set[str]:
    urls = account.client("sqs").list_queues().get("QueueUrls", [])
    found = [url.rsplit("/", 1)[-1] for url in urls] + account.client("dynamodb").list_tables()["TableNames"]
    return {name.removeprefix(f"{prefix}-") for name in found if name.startswith(f"{prefix}-")}


def unprotect(account: Account) -> None:
    for name in account.client("dynamodb").list_tables()["TableNames"]:
        account.client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=False)


def delete(account: Account) -> str:
    stack = account.described()["StackId"]
    account.cfn.delete_stack(StackName=stack)
    return account.status(stack)


def steps(account: Account, status: str) -> list[str]:
    """The resources of the graph that came to a status, in order."""
    events = account.cfn.describe_stack_events(StackName="stack")["StackEvents"]
    told = [event["LogicalResourceId"] for event in reversed(events) if event["ResourceStatus"] == status]
    return [name for name in told if name in NAMES]


def check(account: Account, graph: Graph) -> None:
    """What stands is what must; the rest went users first; nothing that stays was tried but what failed."""
    assert standing(account) == graph.stays()
    gone = steps(account, "DELETE_COMPLETE")
    assert set(gone) == set(graph.names) - graph.stays()
    assert set(steps(account, "DELETE_FAILED")) == graph.fails()
    assert set(steps(account, "DELETE_IN_PROGRESS")) == {*gone, *graph.fails()}
    assert all(gone.index(user) < gone.index(other) for user, other in graph.uses if {user, other} <= set(gone))


def statuses(account: Account) -> dict[str, str]:
    found = account.cfn.list_stack_resources(StackName="stack")["StackResourceSummaries"]
    return {one["LogicalResourceId"]: one["ResourceStatus"] for one in found}


def expected(graph: Graph) -> dict[str, str]:
    return {name: "DELETE_FAILED" if name in graph.fails() else "CREATE_COMPLETE" for name in graph.stays()}


def broken(after: Iterable[str]) -> dict[str, Any]:
    return {"Broken": {**BAD_QUEUE, "DependsOn": list(after)}}


@trying
@given(graph=graphs())
def test_of_a_stack_that_is_deleted(mock_cloud: MockCloud, graph: Graph) -> None:
    account = enter(mock_cloud)
    anchor = {"Anchor": {**named("Anchor"), "DependsOn": list(graph.names)}}
    assert account.create(template(graph.resources() | anchor)) == "CREATE_COMPLETE"
    stack = account.described()["StackId"]
    assert delete(account) == ("DELETE_FAILED" if graph.protected else "DELETE_COMPLETE")
    if graph.protected:
        check(account, graph)
        assert statuses(account) == expected(graph)
        reason = account.described()["StackStatusReason"]
        assert {name for name in NAMES if name in reason.partition("[")[2]} == graph.fails()
        unprotect(account)
        assert delete(account) == "DELETE_COMPLETE"
    assert standing(account) == set()
    assert account.status(stack) == "DELETE_COMPLETE"


@trying
@given(graph=graphs())
def test_of_a_creation_that_is_rolled_back(mock_cloud: MockCloud, graph: Graph) -> None:
    account = enter(mock_cloud)
    ended = account.create(template(graph.resources() | broken(graph.names)))
    assert ended == ("ROLLBACK_FAILED" if graph.protected else "ROLLBACK_COMPLETE")
    check(account, graph)
    assert statuses(account) == expected(graph)
    unprotect(account)
    assert delete(account) == "DELETE_COMPLETE"
    assert standing(account) == set()


@trying
@given(graph=graphs(), replaced=st.sets(st.sampled_from(NAMES)))
def test_of_what_an_update_removes_or_replaces(mock_cloud: MockCloud, graph: Graph, replaced: set[str]) -> None:
    account = enter(mock_cloud)
    account.create(template(graph.resources() | {"Anchor": named("Anchor", prefix="two")}))
    after = {
        name: named(name, prefix="two", protected=name in graph.protected) for name in graph.names if name in replaced
    }
    ended = account.update(template(after | {"Anchor": named("Anchor", prefix="two")}))
    assert ended == "UPDATE_COMPLETE"
    check(account, graph)
    assert standing(account, "two") == {"Anchor", *after}
    assert set(account.physical_ids()) == {"Anchor", *after}
    assert ("could not be deleted" in account.described().get("StackStatusReason", "")) == bool(graph.protected)


@trying
@given(graph=graphs())
def test_of_an_update_that_is_rolled_back(mock_cloud: MockCloud, graph: Graph) -> None:
    account = enter(mock_cloud)
    anchor = {"Anchor": named("Anchor", prefix="two")}
    account.create(template(anchor))
    ended = account.update(template(anchor | graph.resources() | broken(graph.names)))
    assert ended == "UPDATE_ROLLBACK_COMPLETE"
    check(account, graph)
    assert set(account.physical_ids()) == {"Anchor"}


def test_a_retained_resource_holds_nothing_back(account: Account) -> None:
    """To retain what failed is how a stack is got rid of: what it uses goes then."""
    user = named("User", protected=True, Tags=[{"Key": "Used", "Value": ref("Used")}])
    account.create(template({"Used": named("Used"), "User": user}))
    stack = account.described()["StackId"]
    assert delete(account) == "DELETE_FAILED"
    account.cfn.delete_stack(StackName=stack, RetainResources=["User"])
    assert account.status(stack) == "DELETE_COMPLETE"
    assert standing(account) == {"User"}


def test_what_a_resource_that_cannot_be_restored_uses_stays_in_the_stack(account: Account) -> None:
    group = {"DBParameterGroupName": "group", "Description": "tried", "Family": "postgres17"}
    account.create(template({"Group": one("RDS::DBParameterGroup", **group)}))
    changed = one(
        "RDS::DBParameterGroup", **group, Parameters={"log_statement": "ddl"},
        Tags=[{"Key": "Used", "Value": ref("Used")}],
    )  # fmt: skip
    resources = {"Group": changed, "Used": named("Used"), "Unused": named("Unused"), **broken(["Group", "Unused"])}
    assert account.update(template(resources)) == "UPDATE_ROLLBACK_FAILED"
    assert standing(account) == {"Used"}
    assert set(account.physical_ids()) == {"Group", "Used"}
    stack = account.described()["StackId"]
    assert delete(account) == "DELETE_COMPLETE"
    assert standing(account) == set()
    events = account.cfn.describe_stack_events(StackName=stack)["StackEvents"]
    gone = [one["LogicalResourceId"] for one in reversed(events) if one["ResourceStatus"] == "DELETE_COMPLETE"]
    assert gone.index("Group") < gone.index("Used")


def database(**more: Any) -> dict[str, Any]:
    return SUBNETS | {
        "Key": one("KMS::Key", KeyPolicy=policy("A")),
        "Group": one("EC2::SecurityGroup", GroupDescription="g", VpcId=ref("Vpc")),
        "Subnets": one(
            "RDS::DBSubnetGroup", DBSubnetGroupDescription="d", SubnetIds=[ref("SubnetA"), ref("SubnetB")],
        ),
        "Parameters": one("RDS::DBParameterGroup", Description="tried", Family="postgres17"),
        "Database": one(
            "RDS::DBInstance", **DATABASE, StorageEncrypted=True, KmsKeyId=ref("Key", "Arn"),
            DBSubnetGroupName=ref("Subnets"), DBParameterGroupName=ref("Parameters"),
            VPCSecurityGroups=[ref("Group", "GroupId")], **more,
        ),
        "Alarm": named("Alarm", Tags=[{"Key": "Watched", "Value": ref("Database")}]),
        "Other": named("Other"),
    }  # fmt: skip


@pytest.mark.parametrize("policy_of_it", ["Delete", "Snapshot"])
def test_a_protected_database_keeps_its_key_and_its_network(account: Account, policy_of_it: str) -> None:
    resources = database(DeletionProtection=True)
    resources["Database"]["DeletionPolicy"] = policy_of_it
    assert account.create(template(resources)) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED")
    before = account.physical_ids()
    assert delete(account) == "DELETE_FAILED"
    assert set(account.physical_ids()) == set(resources) - {"Alarm", "Other"}
    assert list(account.reasons("DELETE_FAILED")) == ["stack", "Database"]
    kept = {one["StackResourceDriftStatus"] for one in account.drifts().values()}
    assert kept == {"IN_SYNC"}
    key = account.client("kms").describe_key(KeyId=before["Key"])["KeyMetadata"]
    assert key["KeyState"] == "Enabled"
    account.client("rds").modify_db_instance(DBInstanceIdentifier=before["Database"], DeletionProtection=False)
    assert delete(account) == "DELETE_COMPLETE"
    key = account.client("kms").describe_key(KeyId=before["Key"])["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"
    assert account.client("rds").describe_db_subnet_groups()["DBSubnetGroups"] == []
