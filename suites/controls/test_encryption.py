"""What is stored is encrypted under a key of our own, and what travels is encrypted too.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.elasticache import ReplicationGroup
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.logs import LogGroup
from fixtures.inventory.services.rds import DBInstance, DBParameterGroup
from fixtures.inventory.services.secretsmanager import Secret
from fixtures.inventory.touching import note_inside
from fixtures.judging.control import Break, Change, Remove, control, not_applicable
from infra.environment import Environment
from suites.controls.letting_in import foreign_grants, unbound_services
from suites.controls.looking import own_key

DAYS_A_YEAR = 365
AT_REST = ("AC2", "NIST-800-53:SC-28(1)", "NIST-800-53:SC-13", "PCI-4.0:3.5.1", "SOC2:CC6.1")


@control(
    "ENC-01",
    severity="high",
    satisfies=("AC2", "FSBP:KMS.4", "CIS-7.0:4.6", "NIST-800-53:SC-12", "PCI-4.0:3.7.4"),
    broken_by=(
        Change("DataKey.EnableKeyRotation", value=False),
        Remove("MessagingKey.EnableKeyRotation"),
        Change("MessagingKey.RotationPeriodInDays", 2560),
    ),
)
def test_keys_are_rotated(key: Key) -> None:
    """A key that never changes protects everything it ever encrypted for as long as it takes to leak."""
    if key.key_usage != "ENCRYPT_DECRYPT":
        not_applicable(f"AWS rotates no key of use {key.key_usage}; a new one takes its alias")
    if key.key_spec != "SYMMETRIC_DEFAULT":
        not_applicable("AWS rotates symmetric keys only")
    if key.origin_of_material != "AWS_KMS":
        not_applicable("AWS rotates no key whose material it did not make")
    assert key.enable_key_rotation, "is never rotated; yearly rotation is promised"
    days = key.rotation_period_in_days
    assert days <= DAYS_A_YEAR, f"is rotated every {days} days; {DAYS_A_YEAR} at most are promised"


@control(
    "ENC-02",
    severity="high",
    satisfies=AT_REST,
    broken_by=(
        Remove("ConnectionsTable.SSESpecification"),
        Change("AlertsTable.SSESpecification.SSEEnabled", value=False),
    ),
)
def test_tables_are_encrypted_under_our_key(table: Table, inventory: Inventory) -> None:
    """Under a key of our own we can say who reads, and take it back."""
    encryption = table.sse_specification
    assert encryption is not None, "is encrypted under a key that AWS owns; a key of our own is promised"
    assert encryption.sse_enabled, "is encrypted under a key that AWS owns; a key of our own is promised"
    found = own_key(inventory, encryption.kms_master_key_id)
    assert found, f"is encrypted under {encryption.kms_master_key_id}; a key of our own is promised"


@control(
    "ENC-03",
    severity="critical",
    satisfies=(*AT_REST, "FSBP:RDS.3", "CIS-7.0:3.2.1"),
    broken_by=(
        Break((Change("Database.StorageEncrypted", value=False), Remove("Database.KmsKeyId"))),
        Remove("Database.KmsKeyId"),
    ),
)
def test_databases_are_encrypted_under_our_key(database: DBInstance, inventory: Inventory) -> None:
    """The history of every client's subscriptions must not be readable from a lost disk or a copied snapshot."""
    assert database.storage_encrypted, "is stored in plain text; encryption is promised"
    found = own_key(inventory, database.kms_key_id)
    assert found, f"is encrypted under {database.kms_key_id}; a key of our own is promised"


@control(
    "ENC-04",
    severity="high",
    satisfies=(*AT_REST, "FSBP:ElastiCache.4"),
    broken_by=(
        Break((Change("Cache.AtRestEncryptionEnabled", value=False), Remove("Cache.KmsKeyId"))),
        Remove("Cache.KmsKeyId"),
    ),
)
def test_caches_are_encrypted_under_our_key(cache: ReplicationGroup, inventory: Inventory) -> None:
    """A cache holds copies of what the database protects, and writes them into snapshots."""
    assert cache.at_rest_encryption_enabled, "is stored in plain text; encryption is promised"
    found = own_key(inventory, cache.kms_key_id)
    assert found, f"is encrypted under {cache.kms_key_id}; a key of our own is promised"


@control(
    "ENC-05",
    severity="high",
    satisfies=("AC2", "FSBP:ElastiCache.5", "NIST-800-53:SC-8(1)", "PCI-4.0:4.2.1", "SOC2:CC6.7"),
    broken_by=(
        Change("Cache.TransitEncryptionMode", "preferred"),
        Break((Change("Cache.TransitEncryptionEnabled", value=False), Remove("Cache.TransitEncryptionMode"))),
    ),
)
def test_caches_speak_tls_only(cache: ReplicationGroup) -> None:
    """A cache that merely prefers TLS still answers whoever asks in plain text."""
    assert cache.transit_encryption_enabled, "speaks plain text; TLS is promised"
    mode = cache.transit_encryption_mode or "required"
    assert mode == "required", f"TLS is {mode}; required is promised"


@control(
    "ENC-06",
    severity="medium",
    satisfies=(*AT_REST, "AC3"),
    broken_by=(Remove("FlowLogGroup.KmsKeyId"), Remove("RotationLogGroup.KmsKeyId")),
)
def test_logs_are_encrypted_under_our_key(group: LogGroup, inventory: Inventory) -> None:
    """Logs tell who connected, from where and when."""
    found = own_key(inventory, group.kms_key_id)
    assert found, f"is encrypted under {group.kms_key_id or 'a key that AWS owns'}; a key of our own is promised"


@control(
    "ENC-07",
    severity="high",
    satisfies=("AC2", "FSBP:RDS.38", "NIST-800-53:SC-8(1)", "PCI-4.0:4.2.1", "SOC2:CC6.7"),
    broken_by=(
        Change("DatabaseParameters.Parameters", {"log_connections": "1"}),
        Change("DatabaseParameters.Parameters", {"rds.force_ssl": "0"}),
    ),
)
def test_databases_refuse_plain_text(database: DBInstance, inventory: Inventory) -> None:
    """PostgreSQL takes plain text unless it is told not to."""
    if not (database.engine or "").startswith("postgres"):
        not_applicable(f"rds.force_ssl is PostgreSQL's; this is {database.engine}")
    settings = inventory.get(DBParameterGroup, database.db_parameter_group_name).parameters
    if "rds.force_ssl" in settings:
        note_inside(settings, "rds.force_ssl", decides=True)
    forced = settings.get("rds.force_ssl", "not set")
    assert forced == "1", f"rds.force_ssl is {forced}; 1 is promised"


@control(
    "ENC-08",
    severity="high",
    satisfies=AT_REST,
    broken_by=(Remove("JwtSecret.KmsKeyId"),),
)
def test_secrets_are_encrypted_under_our_key(secret: Secret, inventory: Inventory) -> None:
    """Whoever may use the account's default key may read every secret under it."""
    found = own_key(inventory, secret.kms_key_id)
    assert found, f"is encrypted under {secret.kms_key_id or 'aws/secretsmanager'}; a key of our own is promised"


@control(
    "ENC-09",
    severity="critical",
    satisfies=("AC2", "FSBP:KMS.5", "NIST-800-53:AC-6", "PCI-4.0:7.2", "SOC2:CC6.3"),
    broken_by=(
        Break((
            Change("DataKey.KeyPolicy.Statement.1.Principal", {"AWS": "*"}),
            Remove("DataKey.KeyPolicy.Statement.1.Condition"),
        )),
        Change("BackupKey.KeyPolicy.Statement.0.Principal", {"AWS": "arn:aws:iam::999999999999:root"}),
    ),
)  # fmt: skip
def test_no_key_is_open_to_another_account(key: Key, environment: Environment) -> None:
    """A key policy outranks IAM: what it grants to strangers nobody's permissions take back."""
    found = foreign_grants(key.key_policy, environment.account)
    assert not found, f"{'; '.join(found)}; only account {environment.account} is promised"


@control(
    "ENC-10",
    severity="high",
    satisfies=("AC2", "NIST-800-53:AC-6", "PCI-4.0:7.2", "SOC2:CC6.3"),
    broken_by=(
        Remove("MessagingKey.KeyPolicy.Statement.3.Condition"),
        Remove("LogsKey.KeyPolicy.Statement.1.Condition"),
    ),
)
def test_services_use_keys_for_this_account_only(key: Key, environment: Environment) -> None:
    """A service principal is everybody's: unbound, a stranger's topic could make the service use our key."""
    found = unbound_services(key.key_policy, environment.account)
    assert not found, f"{'; '.join(found)}; a condition on the source is promised"
