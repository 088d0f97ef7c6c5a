"""What is there is what the stacks declare: nothing was made by hand, nothing was changed by hand."""

from __future__ import annotations

from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.iam import Role
from fixtures.inventory.types import TYPES
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import ByHand, control


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
        if not resource.managed and resource.origin.made_by is None and not _is_bootstrap(resource, baseline)
    ]
    assert not strays, f"made by hand: {'; '.join(strays)}; what stacks declare, and nothing else, is promised"


def _is_bootstrap(resource: Resource, baseline: Baseline) -> bool:
    return isinstance(resource, Role) and resource.key in baseline.bootstrap_roles
