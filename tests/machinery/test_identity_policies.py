"""The policies of the identity template follow from rows and templates, and fit into what IAM takes."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest

from fixtures.aws.permissions import actions, provisioning_actions
from infra.deploy.leftovers import NAMES
from infra.environment import environment_names, load_environment
from infra.stacks import BY_HAND, load_templates, resolve_platform
from suites import draw_dashboard, draw_platform, generate_identity

# IAM counts characters without white space.
MANAGED, INLINE = 6_144, 10_240
# What handlers name and IAM has no action of: operations that nobody is asked permission for, and slips of the schemas.
NO_ACTIONS = {
    "apigateway:TagResource", "apigateway:UntagResource", "backup-storage:Mount", "iam:DescribeOrganization",
    "cloudfront:CreateDistributionWithTags", "lambda:AssociateRuntimeAlias", "payments:GetConnectedAccount",
    "s3:DeleteBucketAnalyticsConfiguration", "s3:DeleteBucketCors", "s3:DeleteBucketEncryption",
    "s3:DeleteBucketLifecycle", "s3:DeleteBucketMetricsConfiguration", "s3:DeleteBucketReplication",
    "s3:GetObjectMetadata", "s3:PutBucketReplication", "s3:PutObjectLockConfiguration", "s3:REST.PUT.OBJECT",
    "s3:UpdateBucketMetadataAnnotationTableConfiguration", "s3files:ListMountTargets",
    "vpc-lattice:DescribeServiceNetworkVpcEndpointAssociation",
}  # fmt: skip


def documents(name: str) -> dict[str, tuple[int, list[Any]]]:
    found = {}
    for resource in resolve_platform(load_environment(name)).resources().values():
        if resource.type == "AWS::IAM::ManagedPolicy":
            found[resource.logical_id] = (MANAGED, [resource.properties["PolicyDocument"]])
        elif resource.type == "AWS::IAM::Role":
            policies = resource.properties.get("Policies", [])
            found[resource.logical_id] = (INLINE, [policy["PolicyDocument"] for policy in policies])
    return found


def test_the_picture_of_the_platform_is_of_this_platform() -> None:
    assert draw_platform.PICTURE.read_text(encoding="utf-8") == draw_platform.picture(), (
        "run: python -m suites.generate"
    )


def test_the_picture_of_the_dashboard_is_of_this_dashboard() -> None:
    picture = draw_dashboard.picture()
    assert draw_dashboard.PICTURE.read_text(encoding="utf-8") == picture, "run: python -m suites.generate"
    assert "SAMPLE DATA" in picture


def test_the_identity_template_is_what_rows_and_templates_say() -> None:
    assert generate_identity.PAGE.read_text(encoding="utf-8") == generate_identity.page(), (
        "run: python -m suites.generate"
    )


@pytest.mark.parametrize("name", environment_names())
def test_every_policy_fits_into_what_iam_takes(name: str) -> None:
    sizes = {
        key: sum(len(json.dumps(document, separators=(",", ":"))) for document in found) / room
        for key, (room, found) in documents(name).items()
    }
    assert {key: share for key, share in sizes.items() if share > 1} == {}


def test_the_reading_roles_have_the_calls_of_the_rows_and_the_deployments_and_one_keeps_its_record() -> None:
    resources = resolve_platform(load_environment("prod")).resources()
    bucket = resources["EvidenceBucket"].properties
    for name in ("NightlyRole", "AuditorRole"):
        assert resources[name].properties["ManagedPolicyArns"] == [{"Ref": "ReadWhatIsJudged"}]
    assert "Policies" not in resources["AuditorRole"].properties
    (kept,) = resources["NightlyRole"].properties["Policies"]
    put, encrypt = kept["PolicyDocument"]["Statement"]
    assert put["Action"] == "s3:PutObject"
    assert put["Resource"].endswith(f":s3:::{bucket['BucketName']}/nightly/*")
    assert encrypt["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert encrypt["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    judged, *records = resources["ReadWhatIsJudged"].properties["PolicyDocument"]["Statement"]
    assert judged["Action"] == list(actions())
    listed, read, decrypt = records
    arn = f"arn:aws:s3:::{bucket['BucketName']}"
    assert [listed["Action"], listed["Resource"]] == ["s3:ListBucket", arn]
    assert listed["Condition"] == {"StringEquals": {"s3:prefix": ["deployments/", "drills/"]}}
    assert [read["Action"], read["Resource"]] == ["s3:GetObject", [f"{arn}/deployments/*", f"{arn}/drills/*"]]
    assert [decrypt["Action"], decrypt["Condition"]] == ["kms:Decrypt", encrypt["Condition"]]


def test_what_creates_may_do_what_the_handlers_need_and_nothing_else() -> None:
    """Of every type of the stacks that it creates; what IAM does not know is not asked for by anybody."""
    types = {
        resource["Type"]
        for stack, template in load_templates().items()
        if stack not in BY_HAND
        for resource in template.section("Resources").values()
    }
    needed = set(provisioning_actions(types))
    unknown = {action for action in needed if not generate_identity.is_known(action)}
    given = set()
    resources = resolve_platform(load_environment("prod")).resources()
    role = resources["ExecutionRole"].properties
    for link in role["ManagedPolicyArns"]:
        (statement,) = resources[link["Ref"]].properties["PolicyDocument"]["Statement"]
        given |= set(statement["Action"])
    for statement in role["Policies"][0]["PolicyDocument"]["Statement"]:
        named = statement["Action"]
        given |= {named} if isinstance(named, str) else set(named)
    assert needed - unknown <= given
    assert given - needed <= {"s3:GetObject", "kms:Decrypt"}
    assert unknown == NO_ACTIONS


def test_who_deploys_may_look_before_it_leaps() -> None:
    deploy, _ = resolve_platform(load_environment("prod")).resources()["DeployerRole"].properties["Policies"]
    actions_of = [one["Action"] for one in deploy["PolicyDocument"]["Statement"]]
    given = {name for named in actions_of for name in ([named] if isinstance(named, str) else named)}
    asked = {f"{service}:{operation}".replace("_", "").lower() for _, (service, operation, _, _) in NAMES.values()}
    assert asked - {"s3:headbucket"} <= {name.lower() for name in given}
    assert "s3:ListBucket" in given  # what AWS asks for to look at a bucket


@pytest.mark.parametrize(
    ("action", "logical_id", "name", "arn"),
    [
        ("secretsmanager:GetSecretValue", "JwtSecret", "Name", "secretsmanager:{place}:secret:{name}-a1B2c3"),
        ("sns:Publish", "EventTopic", "TopicName", "sns:{place}:{name}"),
        ("sqs:GetQueueAttributes", "AlertDeadLetterQueue", "QueueName", "sqs:{place}:{name}"),
        ("sqs:GetQueueUrl", "AlertDeadLetterQueue", "QueueName", "sqs:{place}:{name}"),
        ("sqs:ReceiveMessage", "PushDeadLetterQueue", "QueueName", "sqs:{place}:{name}"),
        ("sqs:StartMessageMoveTask", "EventDeadLetterQueue", "QueueName", "sqs:{place}:{name}"),
        ("sqs:SendMessage", "EventQueue", "QueueName", "sqs:{place}:{name}"),
        ("cloudwatch:GetMetricStatistics", "EventTopic", "TopicName", "cloudwatch:{place}:{name}"),
    ],
)
def test_who_deploys_may_try_what_he_has_deployed(action: str, logical_id: str, name: str, arn: str) -> None:
    """What the smoke tests and `redrive` ask for, of the resources that they ask."""
    prod = load_environment("prod")
    called = resolve_platform(prod).resources()[logical_id].properties[name]
    asked = f"arn:aws:{arn.format(place=f'{prod.region}:{prod.account}', name=called)}"
    assert may_deploy(action, asked), asked


def test_who_deploys_takes_messages_from_dead_letters_alone_and_reads_every_log() -> None:
    prod = load_environment("prod")
    place, resources = f"{prod.region}:{prod.account}", resolve_platform(prod).resources().values()
    queues = [str(one.properties["QueueName"]) for one in resources if one.type == "AWS::SQS::Queue"]
    for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage"):
        taken = {name for name in queues if may_deploy(action, f"arn:aws:sqs:{place}:{name}")}
        assert taken == {name for name in queues if name.endswith("-dead-letters")}
    assert len(queues) == 6
    groups = [str(one.properties["LogGroupName"]) for one in resources if one.type == "AWS::Logs::LogGroup"]
    assert len(groups) > 10
    for name in groups:
        assert may_deploy("logs:FilterLogEvents", f"arn:aws:logs:{place}:log-group:{name}:log-stream:"), name


@cache
def deploying() -> list[Any]:
    """The statements of the policy by which prod is deployed."""
    deploy, _ = resolve_platform(load_environment("prod")).resources()["DeployerRole"].properties["Policies"]
    statements: list[Any] = deploy["PolicyDocument"]["Statement"]
    return statements


def may_deploy(action: str, arn: str) -> bool:
    """Say whether the role that deploys prod may do an action to a resource."""
    allowed = [one["Resource"] for one in deploying() if action in one["Action"]]
    named = [name for one in allowed for name in ([one] if isinstance(one, str) else one) if isinstance(name, str)]
    return any(fnmatchcase(arn, name) for name in named)


@pytest.mark.parametrize("environment", environment_names())
def test_who_operates_deletes_nothing_but_what_a_drill_made_and_writes_into_nothing_but_what_is_restored(
    environment: str,
) -> None:
    """No table and no database that our templates declare, whatever action takes something away or writes into it."""
    resources = resolve_platform(load_environment(environment)).resources()
    _, recover = resources["DeployerRole"].properties["Policies"]
    harmless = re.compile(
        r"(dynamodb:(Describe|Restore|Scan|List|TagResource)|rds:(Restore|AddTags)|rds-db:|backup:|iam:|kms:|s3:).*"
    )
    stores = [one for one in resources.values() if one.type in ("AWS::DynamoDB::Table", "AWS::RDS::DBInstance")]
    names = [one.properties.get("TableName") or one.properties["DBInstanceIdentifier"] for one in stores]
    assert len(names) == 5
    taking = 0
    for statement in recover["PolicyDocument"]["Statement"]:
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        if all(harmless.fullmatch(action) for action in actions):
            continue
        taking += 1
        deletes = [action for action in actions if re.fullmatch(r"(dynamodb:DeleteTable|rds:Delete.*)", action)]
        allowed = [f"touchstone-{environment}-drill-*", *([] if deletes else [f"touchstone-{environment}-restored-*"])]
        given = [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
        for end in (one.rpartition(":")[2].removeprefix("table/") for one in given):
            assert end in allowed
            assert not [name for name in names if fnmatchcase(name, end)]
    assert taking == 4


def test_no_template_is_too_long_to_be_sent() -> None:
    """CloudFormation takes 51,200 bytes as text; more would have to lie in a bucket first."""
    assert {
        name: len(template.text.encode())
        for name, template in load_templates().items()
        if len(template.text.encode()) > 51_200
    } == {}
