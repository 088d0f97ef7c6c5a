"""What was agreed about settings that no other control speaks of.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.aws.registry import ROWS
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.acm import Certificate
from fixtures.inventory.services.apigateway import Account
from fixtures.inventory.services.apigatewayv2 import (
    Api,
    Authorizer,
    DomainName,
    Integration,
    RouteResponse,
    Stage,
)
from fixtures.inventory.services.apigatewayv2 import Route as ApiRoute
from fixtures.inventory.services.applicationautoscaling import ScalableTarget, ScalingPolicy
from fixtures.inventory.services.awslambda import (
    Alias,
    EventSourceMapping,
    Function,
    LayerVersion,
    Permission,
    Version,
)
from fixtures.inventory.services.backup import (
    BackupPlan,
    BackupSelection,
    BackupVault,
    RestoreTestingPlan,
    RestoreTestingSelection,
)
from fixtures.inventory.services.budgets import Budget
from fixtures.inventory.services.ce import AnomalyMonitor, AnomalySubscription
from fixtures.inventory.services.cloudfront import Distribution
from fixtures.inventory.services.cloudtrail import Trail
from fixtures.inventory.services.cloudwatch import Alarm, CompositeAlarm, Dashboard
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.ec2 import (
    VPC,
    FlowLog,
    Route,
    SecurityGroup,
    Subnet,
    SubnetRouteTableAssociation,
    VPCEndpoint,
)
from fixtures.inventory.services.elasticache import ReplicationGroup, SubnetGroup, User, UserGroup
from fixtures.inventory.services.guardduty import Detector
from fixtures.inventory.services.iam import Role
from fixtures.inventory.services.kms import Alias as KeyAlias
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.logs import LogGroup, MetricFilter
from fixtures.inventory.services.rds import DBInstance, DBParameterGroup, DBSubnetGroup
from fixtures.inventory.services.route53 import RecordSet
from fixtures.inventory.services.s3 import Bucket
from fixtures.inventory.services.secretsmanager import ResourcePolicy, RotationSchedule, Secret
from fixtures.inventory.services.sns import Subscription, Topic
from fixtures.inventory.services.sqs import Queue
from fixtures.inventory.services.wafv2 import LoggingConfiguration, WebACL
from fixtures.inventory.services.xray import Group, SamplingRule
from fixtures.inventory.touching import note_property, note_through
from fixtures.inventory.types import TYPES
from fixtures.judging.agreed import Agreed, Missed
from fixtures.judging.control import Change, Remove, control, not_applicable
from reports.models import Tier
from suites.controls.looking import told

TEMPLATES: tuple[Tier, ...] = ("static",)
THE_REST = "that what stands is what the templates declare STK-02 judges, property by property"
AS_AGREED = ("AC4", "NIST-800-53:CM-3", "SOC2:CC8.1")
Kept = (
    DBInstance | DBParameterGroup | DBSubnetGroup | ReplicationGroup | SubnetGroup | User | UserGroup | Table | Bucket
    | Key | KeyAlias | Secret | RotationSchedule | ResourcePolicy | BackupPlan | BackupSelection | BackupVault
    | LogGroup | Trail
)  # fmt: skip
Running = (
    Function | Alias | Version | LayerVersion | Permission | EventSourceMapping | Queue | Topic | Subscription
    | ScalableTarget | Alarm | Dashboard
    | Group | SamplingRule | MetricFilter | Budget | AnomalyMonitor | AnomalySubscription
)  # fmt: skip
Reached = (
    Api | Authorizer | DomainName | Integration | ApiRoute | RouteResponse | Stage | Account | Certificate
    | Distribution | RecordSet | WebACL | LoggingConfiguration | VPC | VPCEndpoint | Subnet | Route
    | SubnetRouteTableAssociation | FlowLog | SecurityGroup
)  # fmt: skip
# What the smaller environments have none of, and need not say so.
SOMETIMES: tuple[type[Resource], ...] = (
    Detector, CompositeAlarm, ScalingPolicy, RestoreTestingPlan, RestoreTestingSelection,
)  # fmt: skip


def missed(holder: Resource, agreed: Agreed) -> list[str]:
    """Return what of a resource is otherwise than agreed; it is not applicable where nothing was."""
    settings = list(agreed.of(holder.cfn_type, holder.key))
    if not settings:
        not_applicable("nothing was agreed about it")
    found: list[tuple[str, Missed]] = []
    for one in settings:
        said = one.missed(told(holder, one.property))
        note_property(holder, one.property)
        found += [(one.property, said)] if said is not None else []
    for name, said in reversed(found):  # what is noted last decided
        note_property(holder, name, *said.steps)
    return [said.text for _, said in found]


@control(
    "SET-01",
    severity="high",
    satisfies=AS_AGREED,
    tiers=TEMPLATES,
    tiers_reason=THE_REST,
    broken_by=(
        Change("Database.AutoMinorVersionUpgrade", value=False),
        Change("Database.CopyTagsToSnapshot", value=False),
        Change("DataKey.PendingWindowInDays", 7),
        Remove("BackupVault.LockConfiguration.MaxRetentionDays"),
    ),
)
def test_what_is_kept_is_kept_as_agreed(holder: Kept, agreed: Agreed) -> None:
    """A switch that is turned in passing changes nothing that anybody sees, until the day on which it was for.

    Each setting stands in policies/settings.toml, with what goes wrong without it.
    """
    found = missed(holder, agreed)
    assert not found, "; ".join(found)


@control(
    "SET-02",
    severity="medium",
    satisfies=AS_AGREED,
    tiers=TEMPLATES,
    tiers_reason=THE_REST,
    broken_by=(
        Change("EventQueue.KmsMasterKeyId", {"Ref": "DataKeyArn"}),
        Change("EventQueue.VisibilityTimeout", 1),
        Change("IngestFunction.Handler", "infra.functions.push.handler"),
    ),
)
def test_what_runs_is_set_up_as_agreed(holder: Running, agreed: Agreed) -> None:
    """A function with another role, or a queue that forgets sooner, works until the day on which it matters."""
    found = missed(holder, agreed)
    assert not found, "; ".join(found)


@control(
    "SET-03",
    severity="medium",
    satisfies=AS_AGREED,
    tiers=TEMPLATES,
    tiers_reason=THE_REST,
    broken_by=(
        Change("Vpc.EnableDnsSupport", value=False),
        Remove("SqsEndpoint.SubnetIds.0"),
        Change("WebSocketStage.AccessLogSettings.Format", "$context.requestId"),
    ),
)
def test_what_is_reached_is_reached_as_agreed(holder: Reached, agreed: Agreed) -> None:
    """A way in that leads elsewhere is found by those who look for one, and by nobody else."""
    found = missed(holder, agreed)
    assert not found, "; ".join(found)


@control(
    "SET-04",
    severity="medium",
    satisfies=AS_AGREED,
    tiers=TEMPLATES,
    tiers_reason=THE_REST,
    broken_by=(
        Change("ThreatDetector.FindingPublishingFrequency", "SIX_HOURS"),
        Change("RestoreTest.RecoveryPointSelection.Algorithm", "RANDOM_WITHIN_WINDOW"),
    ),
)
def test_what_only_some_environments_have_is_as_agreed(inventory: Inventory, agreed: Agreed) -> None:
    """What watches over production is set up once, and looked at when it has failed."""
    there = [one for kind in SOMETIMES for one in inventory.of(kind) if one.managed]
    found = [f"{one.key}: {said}" for one in there for said in missed(one, agreed)]
    assert not found, "; ".join(found)


@control(
    "SET-05",
    severity="high",
    satisfies=AS_AGREED,
    tiers=TEMPLATES,
    tiers_reason=THE_REST,
    broken_by=(
        Change("DeployerRole.MaxSessionDuration", 43200),
        Change("DeployerRole.PermissionsBoundary", {"Ref": "Provision1"}),
        Remove("AuditorRole.ManagedPolicyArns"),
    ),
)
def test_roles_are_set_up_as_agreed(role: Role, agreed: Agreed) -> None:
    """A session that outlives the work, or another end to what a role may become, breaks nothing that anybody sees."""
    found = missed(role, agreed)
    assert not found, "; ".join(found)


@control(
    "SET-06",
    severity="high",
    satisfies=AS_AGREED,
    tiers=TEMPLATES,
    tiers_reason="AWS states more than a template does; that what stands is what the templates declare STK-02 judges",
    broken_by=(
        Change("LogBucket.ReplicationConfiguration", {
            "Role": "arn:aws:iam::333333333333:role/copies",
            "Rules": [{"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::somebody-else"}}],
        }),
        Change("ArtefactBucket.AccessControl", "PublicRead"),
        Change("SubscriptionsTable.KinesisStreamSpecification", {
            "StreamArn": "arn:aws:kinesis:us-east-1:333333333333:stream/rows",
        }),
        Change("JwtSecret.ReplicaRegions", [{"Region": "eu-west-3"}]),
        Change("EvidenceBucket.LifecycleConfiguration.Rules.0.ExpirationInDays", 1),
    ),
)  # fmt: skip
def test_nothing_is_set_that_nobody_agreed_on(inventory: Inventory, agreed: Agreed) -> None:
    """A bucket that copies itself to somebody else conforms to all that was thought of; this nobody had thought of.

    What each type may state stands in policies/members.toml. Who needs more writes it there, where it is reviewed.
    """
    found: list[str] = []
    for cfn_type, kind in TYPES.items():
        note_through((cfn_type, name) for name in ROWS[cfn_type].schema.properties)
        for one in inventory.of(kind):
            for steps in agreed.members.beyond(one) if one.managed else ():
                note_property(one, str(steps[0]), *steps[1:])
                found.append(f"{one.key}.{'.'.join(map(str, steps))}")
    assert not found, f"states {', '.join(found)}; what policies/members.toml names, and nothing else, is promised"
