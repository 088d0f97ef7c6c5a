"""What the account keeps and hears stays in it: policies of stores, and who listens to topics.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import Alias, Function
from fixtures.inventory.services.backup import BackupVault
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.sns import Subscription
from fixtures.inventory.services.sqs import Queue
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, Change, control, not_applicable
from infra.environment import Environment
from suites.controls.letting_in import foreign_grants, unbound_services

PARTNER = {
    "Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
    "Action": "backup:CopyIntoBackupVault", "Resource": "*",
}  # fmt: skip
# Of whom AWS says no account, any account may be.
LOOSE = PARTNER | {
    "Principal": "*", "Condition": {"StringEqualsIfExists": {"aws:PrincipalAccount": "333333333333"}},
}  # fmt: skip


@control(
    "IAM-05",
    severity="critical",
    satisfies=("AC2", "NIST-800-53:AC-6", "PCI-4.0:7.2", "SOC2:CC6.3"),
    broken_by=tuple(
        Change("BackupVault.AccessPolicy", {"Version": "2012-10-17", "Statement": [one]}) for one in (PARTNER, LOOSE)
    ),
)
def test_policies_of_stores_admit_this_account_only(store: Table | BackupVault, environment: Environment) -> None:
    """A policy at the store itself lets in who has no right in this account at all."""
    if isinstance(store, Table):
        document = None if store.resource_policy is None else store.resource_policy.policy_document
    else:
        document = store.access_policy
    if document is None:
        not_applicable("it has no policy: nobody from outside gets in")
    found = [*foreign_grants(document, environment.account), *unbound_services(document, environment.account)]
    assert not found, f"{'; '.join(found)}; account {environment.account} only is promised"


@control(
    "MSG-11",
    severity="high",
    satisfies=("AC2", "NIST-800-53:AC-4(21)", "SOC2:CC6.6"),
    broken_by=(
        Change("OperationsSubscription.Endpoint", "somebody@example.com"),
        Break(
            (
                Change("OperationsSubscription.Protocol", "https"),
                Change("OperationsSubscription.Endpoint", "https://example.com/hook"),
            )
        ),
        Change("PushQueueSubscription.Endpoint", "arn:aws:sqs:us-east-1:999999999999:theirs"),
    ),
)
def test_nobody_else_listens(subscription: Subscription, inventory: Inventory, baseline: Baseline) -> None:
    """Who listens hears every alert of every client, and nothing shows that he does."""
    endpoint = subscription.endpoint
    if subscription.protocol in ("sqs", "lambda"):
        kinds = (Queue,) if subscription.protocol == "sqs" else (Function, Alias)
        ours = any(inventory.find(kind, endpoint) is not None for kind in kinds)
        assert ours, f"tells {endpoint or 'nobody'}, which is none of ours; a queue or a function of ours is promised"
    else:
        promised = ", ".join(baseline.told_outside) or "nobody outside"
        assert endpoint in baseline.told_outside, (
            f"tells {endpoint or 'nobody'} by {subscription.protocol}; {promised} is promised"
        )
