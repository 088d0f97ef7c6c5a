"""What is there is what the stacks declare: nothing was made by hand, nothing was changed by hand.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.aws.ledger import Unread
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import Version
from fixtures.inventory.services.iam import Role
from fixtures.inventory.services.route53 import HostedZone
from fixtures.inventory.types import TYPES
from fixtures.inventory.values import Reference
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, ByHand, control
from fixtures.judging.declared import Declared, compared
from suites.controls.looking import MADE_OF

PUSH = "touchstone-prod-push"

# Beyond the limits of what target tracking moves, and where it moves nothing.
CAPACITY = (
    ByHand("dynamodb", "update_table", {
        "TableName": "touchstone-prod-connections",
        "ProvisionedThroughput": {"ReadCapacityUnits": 4_000, "WriteCapacityUnits": 5},
    }),
    ByHand("lambda", "put_provisioned_concurrency_config", {
        "FunctionName": "touchstone-prod-ingest", "Qualifier": "live", "ProvisionedConcurrentExecutions": 3,
    }),
)  # fmt: skip


@control(
    "STK-01",
    severity="high",
    satisfies=("AC1", "NIST-800-53:CM-3", "SOC2:CC8.1"),
    broken_by=(
        ByHand("sqs", "create_queue", {"QueueName": "made-by-hand"}),
        ByHand("rds", "create_db_subnet_group", {
            "DBSubnetGroupName": "by-hand", "DBSubnetGroupDescription": "By hand",
            "SubnetIds": ["${PublicSubnetAId}", "${PublicSubnetBId}"],
        }),
        Break((
            ByHand("lambda", "update_function_configuration", {"FunctionName": PUSH, "MemorySize": 512}),
            ByHand("lambda", "publish_version", {"FunctionName": PUSH, "Description": "by hand"}),
        )),
    ),
    tiers=("mocked", "live"),
    tiers_reason="a template declares what it declares; what is made by hand is only in the account",
)  # fmt: skip
def test_everything_belongs_to_a_stack(inventory: Inventory, baseline: Baseline) -> None:
    """What is made by hand is reviewed by nobody, judged as nobody's, and lost in a recovery."""
    over = [
        f"stack {stack} has {key} ({cfn_type})"
        for stack, found in inventory.undeclared.items()
        for key, cfn_type in found.items()
    ]
    assert not over, f"{'; '.join(over)}; what the templates declare, and nothing else, is promised"
    strays = [
        f"{resource.key} ({resource.cfn_type})"
        for kind in TYPES.values()
        for resource in inventory.of(kind)
        if not resource.managed
        and resource.origin.made_by is None
        and not _is_bootstrap(resource, baseline)
        and not _was_deployed(resource)
    ]
    assert not strays, f"made by hand: {'; '.join(strays)}; what stacks declare, and nothing else, is promised"


@control(
    "STK-02",
    severity="high",
    satisfies=("AC1", "NIST-800-53:CM-3", "SOC2:CC8.1"),
    broken_by=(
        ByHand("sqs", "set_queue_attributes", {
            "QueueUrl": "${EventQueueUrl}", "Attributes": {"VisibilityTimeout": "99"},
        }),
        ByHand("lambda", "update_function_configuration", {
            "FunctionName": PUSH, "Environment": {"Variables": {"ENVIRONMENT": "elsewhere"}},
        }),
        ByHand("ec2", "authorize_security_group_ingress", {
            "GroupId": "${RdsSecurityGroupId}",
            "IpPermissions": [{
                "IpProtocol": "tcp", "FromPort": 5433, "ToPort": 5433,
                "IpRanges": [{"CidrIp": "10.9.0.0/16", "Description": "By hand"}],
            }],
        }),
        *CAPACITY,
    ),
    tiers=("mocked", "live"),
    tiers_reason="a template is as it is written; only what is deployed can differ from it",
)  # fmt: skip
def test_nothing_was_changed_by_hand(inventory: Inventory, declared: Declared) -> None:
    """What the templates say was reviewed; what somebody changed behind them was not, and is undone one day unawares.

    Every stated property is held against what AWS tells, in both directions, but for what tracking moves within limits.
    """
    for gap in inventory.gaps.values():
        raise Unread(gap)  # who names what is not known either, and nothing can be compared by name
    promised, moved = {resource.key: resource for resource in declared.resources}, declared.moved
    found = [
        f"{item.resource}.{item.property}: expected {item.declared}, found {item.actual}"
        for kind in TYPES.values()
        for resource in inventory.of(kind)
        if resource.managed and resource.key in promised and type(promised[resource.key]) is kind
        for item in compared(promised[resource.key], resource, moved.get(resource.key, ()))
    ]
    assert not found, f"{'; '.join(found)}; what the templates say is promised"


def _is_bootstrap(resource: Resource, baseline: Baseline) -> bool:
    """Say whether it has to be there before any stack, so that none can have made it."""
    if isinstance(resource, HostedZone):
        return resource.name in baseline.hosted_zones
    return isinstance(resource, Role) and resource.key in baseline.bootstrap_roles


def _was_deployed(resource: Resource) -> bool:
    """Say whether it is a version that an earlier deployment has published of a function that is still declared.

    Stacks leave it when they publish the next one, because it is what calls can be given back to.
    """
    return (
        isinstance(resource, Version)
        and isinstance(resource.function_name, Reference)
        and MADE_OF.fullmatch(resource.description) is not None
    )
