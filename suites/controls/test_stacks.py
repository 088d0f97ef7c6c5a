"""What is there is what the stacks declare: nothing was made by hand, nothing was changed by hand."""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.types import TYPES
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
def test_everything_belongs_to_a_stack(inventory: Inventory) -> None:
    """What is made by hand is reviewed by nobody, judged as nobody's, and lost in a recovery."""
    strays = [
        f"{resource.key} ({resource.cfn_type})"
        for kind in TYPES.values()
        for resource in inventory.of(kind)
        if not resource.managed and resource.origin.made_by is None
    ]
    assert not strays, f"made by hand: {'; '.join(strays)}; what stacks declare, and nothing else, is promised"
