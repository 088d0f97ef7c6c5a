"""What proves that we looked cannot be changed afterwards, and nobody else could have made it.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.kms import Alias, Key
from fixtures.inventory.services.s3 import Bucket
from fixtures.judging.access.statements import statements
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, Change, Remove, control
from infra.environment import Environment
from suites.controls.looking import leading_to

KEPT = ("AC3", "NIST-800-53:AU-9", "PCI-4.0:10.3.2", "SOC2:CC7.2")
SIGNS = ("kms:sign", "kms:*", "*")
DAYS_A_YEAR = 365


@control(
    "EVD-01",
    severity="high",
    satisfies=(*KEPT, "FSBP:S3.15"),
    broken_by=(
        Break((Remove("EvidenceBucket.ObjectLockConfiguration"), Remove("EvidenceBucket.ObjectLockEnabled"))),
        Remove("EvidenceBucket.ObjectLockConfiguration.Rule"),
        Change("EvidenceBucket.ObjectLockConfiguration.Rule.DefaultRetention.Days", 30),
    ),
)
def test_records_cannot_be_changed(inventory: Inventory, baseline: Baseline) -> None:
    """Whoever takes the account over takes what could be held against him away first."""
    locked = [
        (bucket, lock)
        for bucket in inventory.of(Bucket)
        if (lock := bucket.object_lock_configuration) is not None and lock.object_lock_enabled == "Enabled"
    ]
    assert locked, f"no bucket locks what is written; {baseline.evidence_days} days are promised"
    for bucket, lock in locked:
        default = None if lock.rule is None else lock.rule.default_retention
        days = 0 if default is None else (default.days or 0) + DAYS_A_YEAR * (default.years or 0)
        assert days >= baseline.evidence_days, (
            f"{bucket.key} locks what is written for {days} days; {baseline.evidence_days} are promised"
        )
        versioning = bucket.versioning_configuration
        status = "off" if versioning is None else versioning.status
        assert status == "Enabled", f"{bucket.key}: versioning is {status}; Enabled is promised"


@control(
    "EVD-02",
    severity="high",
    satisfies=(*KEPT, "NIST-800-53:SC-12"),
    broken_by=(
        Break((
            Change("SigningKey.KeySpec", "SYMMETRIC_DEFAULT"), Change("SigningKey.KeyUsage", "ENCRYPT_DECRYPT"),
            Change("SigningKey.EnableKeyRotation", value=True),
        )),
        Change("SigningKey.Enabled", value=False),
        Remove("SigningKeyAlias"),
        Change("SigningKey.KeyPolicy.Statement.2.Action", "kms:*"),
        Change("SigningKey.KeyPolicy.Statement.1.Principal", {"AWS": "*"}),
        Remove("SigningKey.KeyPolicy.Statement.1"),
    ),
)  # fmt: skip
def test_only_the_nightly_run_signs_records(inventory: Inventory, environment: Environment) -> None:
    """A digest says that a record is whole, a signature that it is ours. Whoever can sign could have made it up."""
    keys = [one for one in inventory.of(Key) if one.key_usage == "SIGN_VERIFY"]
    assert keys, "no key signs; an asymmetric one is promised"
    for key in keys:
        assert key.key_spec.startswith(("ECC_", "RSA_", "ML_DSA_")), f"{key.key} is {key.key_spec}; a pair is promised"
        assert key.enabled, f"{key.key} is disabled; a key that signs is promised"
        named = list(leading_to(inventory, key, Alias, lambda one: (one.target_key_id,)))
        assert named, f"{key.key} has no alias; whoever verifies is promised a name that stays"
        signers = [
            name
            for statement in statements(key.key_policy)
            if statement.allows and any(action in SIGNS for action in statement.actions_at_most)
            for _, name in statement.decides().meant
        ]
        assert signers, f"nobody may sign with {key.key}; {environment.role} is promised"
        others = [name for name in signers if name != environment.role]
        assert not others, f"{', '.join(others)} may sign with {key.key}, too; {environment.role} alone is promised"
