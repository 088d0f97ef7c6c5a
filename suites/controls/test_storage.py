"""What lies in buckets stays there: encrypted, over TLS, for nobody from outside, and no longer than it is of use.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.cloudtrail import Trail
from fixtures.inventory.services.s3 import Bucket, BucketPolicy
from fixtures.judging.control import Change, Remove, control
from infra.environment import Environment
from suites.controls.letting_in import foreign_grants, plain_text
from suites.controls.looking import leading_to, own_key

AT_REST = ("AC2", "NIST-800-53:SC-28(1)", "PCI-4.0:3.5.1", "SOC2:CC6.1")
RULE = "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault"


@control(
    "BKT-01",
    severity="critical",
    satisfies=("AC2", "FSBP:S3.8", "NIST-800-53:AC-3(3)", "PCI-4.0:1.4.2", "SOC2:CC6.1"),
    broken_by=(
        Remove("ArtefactBucket.PublicAccessBlockConfiguration"),
        Change("LogBucket.PublicAccessBlockConfiguration.RestrictPublicBuckets", value=False),
    ),
)
def test_buckets_cannot_be_made_public(bucket: Bucket) -> None:
    """Four switches, each against another mistake: what they block no policy and no list can open."""
    block = bucket.public_access_block_configuration
    assert block is not None, "can be made public; all four blocks of public access are promised"
    switches = {
        "BlockPublicAcls": block.block_public_acls,
        "BlockPublicPolicy": block.block_public_policy,
        "IgnorePublicAcls": block.ignore_public_acls,
        "RestrictPublicBuckets": block.restrict_public_buckets,
    }
    off = [name for name, value in switches.items() if not value]
    assert not off, f"{', '.join(off)} is off; all four blocks of public access are promised"


@control(
    "BKT-02",
    severity="high",
    satisfies=(*AT_REST, "FSBP:S3.17"),
    broken_by=(
        Remove("ArtefactBucket.BucketEncryption"),
        Change(f"LogBucket.{RULE}", {"SSEAlgorithm": "AES256"}),
    ),
)
def test_buckets_are_encrypted_under_our_key(bucket: Bucket, inventory: Inventory) -> None:
    """Under a key of our own we can say who reads, and take it back."""
    encryption = bucket.bucket_encryption
    rules = () if encryption is None else encryption.server_side_encryption_configuration
    assert rules, "is encrypted under a key of S3; a key of our own is promised"
    for rule in rules:
        default = rule.server_side_encryption_by_default
        key = None if default is None else default.kms_master_key_id
        assert own_key(inventory, key), f"is encrypted under {key or 'a key of S3'}; a key of our own is promised"


@control(
    "BKT-03",
    severity="high",
    satisfies=("AC2", "FSBP:S3.5", "NIST-800-53:SC-8(1)", "PCI-4.0:4.2.1", "SOC2:CC6.7"),
    broken_by=(
        Remove("ArtefactBucketPolicy"),
        Change("LogBucketPolicy.PolicyDocument.Statement.0.Effect", "Allow"),
    ),
)
def test_buckets_are_spoken_to_over_tls(bucket: Bucket, inventory: Inventory, environment: Environment) -> None:
    """An explicit deny of plain text, and nobody from outside let in."""
    found = list(leading_to(inventory, bucket, BucketPolicy, lambda one: (one.bucket,)))
    taken = plain_text(inventory, bucket, [item.policy_document for item in found], ("s3:*",))
    assert taken is None, f"does not deny, without TLS, {taken}; TLS only is promised"
    admitted = [line for item in found for line in foreign_grants(item.policy_document, environment.account)]
    assert not admitted, f"{'; '.join(admitted)}; account {environment.account} only is promised"


@control(
    "BKT-04",
    severity="low",
    satisfies=("AC5", "FSBP:S3.13"),
    broken_by=(
        Remove("LogBucket.LifecycleConfiguration"),
        Change("ArtefactBucket.LifecycleConfiguration.Rules.0.Status", "Disabled"),
    ),
)
def test_buckets_forget(bucket: Bucket) -> None:
    """What nobody needs any more costs money every month, and is one thing more that can leak."""
    rules = () if bucket.lifecycle_configuration is None else bucket.lifecycle_configuration.rules
    assert any(rule.status == "Enabled" for rule in rules), "keeps everything for ever; a lifecycle is promised"


@control(
    "BKT-05",
    severity="medium",
    satisfies=("AC5", "FSBP:S3.14", "NIST-800-53:CP-9"),
    broken_by=(
        Remove("ArtefactBucket.VersioningConfiguration"),
        Change("LogBucket.VersioningConfiguration.Status", "Suspended"),
    ),
)
def test_buckets_keep_what_is_written_over(bucket: Bucket) -> None:
    """What is deployed, and what is recorded, cannot be replaced without a trace."""
    versioning = bucket.versioning_configuration
    status = "off" if versioning is None else versioning.status
    assert status == "Enabled", f"versioning is {status}; Enabled is promised"


@control(
    "TRL-01",
    severity="high",
    satisfies=(
        "AC3",
        "FSBP:CloudTrail.1",
        "FSBP:CloudTrail.4",
        "CIS-7.0:4.1",
        "NIST-800-53:AU-2",
        "PCI-4.0:10.2.1",
        "SOC2:CC7.2",
    ),
    broken_by=(
        Change("Trail.IsLogging", value=False),
        Remove("Trail.IsMultiRegionTrail"),
        Remove("Trail.EnableLogFileValidation"),
    ),
)
def test_every_call_is_recorded(trail: Trail) -> None:
    """In every region, and so that nobody can change the record unnoticed."""
    assert trail.is_logging, "is not logging; every call recorded is promised"
    assert trail.is_multi_region_trail, "records one region; all are promised"
    assert trail.enable_log_file_validation, "its files are not signed; validation is promised"


@control(
    "TRL-02",
    severity="medium",
    satisfies=(*AT_REST, "FSBP:CloudTrail.2", "CIS-7.0:4.5"),
    broken_by=(Remove("Trail.KMSKeyId"),),
)
def test_the_record_is_encrypted_under_our_key(trail: Trail, inventory: Inventory) -> None:
    """Under a key of our own we can say who reads, and take it back."""
    found = own_key(inventory, trail.kms_key_id)
    assert found, f"is encrypted under {trail.kms_key_id or 'a key of S3'}; a key of our own is promised"
