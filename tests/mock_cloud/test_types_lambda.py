"""Functions and what hangs on them, as `test_types.py` has it for every type; what is published is made anew."""

import io
import zipfile
from typing import Any

import pytest

from tests.mock_cloud.account import Account, Template, template
from tests.mock_cloud.test_types import FUNCTION, ROLE, SUBNETS, differences, is_deleted, lives
from tests.mock_cloud.written import Properties, one, ref, tags

KEY = one("KMS::Key")
QUEUE = one("SQS::Queue")
GROUP = one("EC2::SecurityGroup", GroupDescription="g", VpcId=ref("Vpc"))
CALLED = {"Role": ROLE, "Function": one("Lambda::Function", Role=ref("Role", "Arn"), **FUNCTION)}
PUBLISHED = CALLED | {"Version": one("Lambda::Version", FunctionName=ref("Function"))}
ALIAS = {
    "FunctionName": ref("Function"), "FunctionVersion": ref("Version", "Version"), "Name": "live",
}  # fmt: skip
ALIASED = PUBLISHED | {"Alias": one("Lambda::Alias", **ALIAS)}
BUCKET = "code-of-{}"
NAME = {"Fn::Select": [7, {"Fn::Split": [":", ref("Alias")]}]}
FILTER = {"Filters": [{"Pattern": '{"body": {"severity": ["high"]}}'}]}

CHANGES: dict[str, tuple[Properties, Properties, Properties]] = {
    "Lambda::Function": (
        {"Role": ROLE}, {**FUNCTION, "Role": ref("Role", "Arn"), "Timeout": 3},
        {**FUNCTION, "Role": ref("Role", "Arn"), "Timeout": 6, "TracingConfig": {"Mode": "Active"},
         "Code": {"ZipFile": "def handler(event, context): return 2"}, "LoggingConfig": {"LogFormat": "JSON"},
         "Environment": {"Variables": {"A": "1"}}, "ReservedConcurrentExecutions": 0, "Architectures": ["arm64"]},
    ),
    "Lambda::Alias": (
        PUBLISHED, {**ALIAS, "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}},
        {**ALIAS, "FunctionVersion": "$LATEST", "Description": "d",
         "RoutingConfig": {"AdditionalVersionWeights": [
             {"FunctionVersion": ref("Version", "Version"), "FunctionWeight": 0.1}]}},
    ),
    "Lambda::EventInvokeConfig": (
        ALIASED | {"Queue": QUEUE},
        {"FunctionName": ref("Function"), "Qualifier": NAME, "MaximumRetryAttempts": 0},
        {"FunctionName": ref("Function"), "Qualifier": NAME, "MaximumEventAgeInSeconds": 60,
         "DestinationConfig": {"OnFailure": {"Destination": ref("Queue", "Arn")}}},
    ),
    "Lambda::Url": (
        ALIASED, {"TargetFunctionArn": ref("Function", "Arn"), "Qualifier": NAME, "AuthType": "AWS_IAM"},
        {"TargetFunctionArn": ref("Function", "Arn"), "Qualifier": NAME, "AuthType": "NONE",
         "InvokeMode": "RESPONSE_STREAM", "Cors": {"AllowOrigins": ["https://example.com"], "MaxAge": 60}},
    ),
    "Lambda::EventSourceMapping": (
        ALIASED | {"Queue": QUEUE},
        {"FunctionName": ref("Function"), "EventSourceArn": ref("Queue", "Arn"), "BatchSize": 5,
         "FilterCriteria": FILTER, "Tags": tags("a")},
        {"FunctionName": ref("Alias"), "EventSourceArn": ref("Queue", "Arn"), "BatchSize": 7, "Enabled": False,
         "FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": {"MaximumConcurrency": 2},
         "MaximumBatchingWindowInSeconds": 5, "Tags": tags("b")},
    ),
}  # fmt: skip


def from_s3(key: str = "first.zip") -> Properties:
    return {"S3Bucket": {"Fn::Sub": BUCKET.format("${AWS::AccountId}")}, "S3Key": key}


# neighbours, the properties: nothing of these can be changed
MADE: dict[str, tuple[Properties, Properties]] = {
    "Lambda::Version": (
        CALLED,
        {"FunctionName": ref("Function"), "Description": "d",
         "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}},
    ),
    "Lambda::LayerVersion": (
        {},
        {"Content": from_s3(), "CompatibleRuntimes": ["python3.13"], "CompatibleArchitectures": ["arm64"],
         "Description": "d", "LicenseInfo": "Apache-2.0"},
    ),
    "Lambda::Permission": (
        ALIASED,
        {"FunctionName": ref("Alias"), "Action": "lambda:InvokeFunctionUrl", "Principal": "*",
         "PrincipalOrgID": "o-abcdefghij", "FunctionUrlAuthType": "AWS_IAM", "SourceAccount": "123456789012"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_a_type_is_changed_in_place_read_back_and_deleted(account: Account, kind: str) -> None:
    lives(account, kind, *CHANGES[kind])


@pytest.mark.parametrize("kind", MADE)
def test_what_never_changes_is_made_read_back_and_deleted(account: Account, kind: str) -> None:
    store_code(account)
    neighbours, properties = MADE[kind]
    created(account, template(neighbours | {"Tried": one(kind, **properties)}))
    assert differences(account) == {}
    is_deleted(account)


def archive(source: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("index.py", source)
    return packed.getvalue()


def store_code(account: Account, **sources: str) -> None:
    """Put archives into a bucket that no stack has, as a deployer does."""
    s3 = account.client("s3")
    bucket = BUCKET.format(account.id)
    s3.create_bucket(Bucket=bucket)
    for name, source in {"first": "one", "second": "two", **sources}.items():
        s3.put_object(Bucket=bucket, Key=f"{name}.zip", Body=archive(source))


def created(account: Account, body: Template) -> None:
    assert account.create(body) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED")


def packed(**properties: Any) -> Properties:
    """A function whose code is in the bucket."""
    return one("Lambda::Function", **{**FUNCTION, "Code": from_s3(), "Role": ref("Role", "Arn"), **properties})


def test_a_function_from_a_bucket_has_everything_that_a_function_has(account: Account) -> None:
    store_code(account)
    everything: Properties = {
        "Layers": [ref("Layer")], "KmsKeyArn": ref("Key", "Arn"), "EphemeralStorage": {"Size": 1024},
        "VpcConfig": {"SubnetIds": [ref("SubnetA")], "SecurityGroupIds": [ref("Group", "GroupId")]},
        "DeadLetterConfig": {"TargetArn": ref("Queue", "Arn")}, "Environment": {"Variables": {"A": "1"}},
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": ref("Logs")}, "ReservedConcurrentExecutions": 5,
        "Tags": tags("a"),
    }  # fmt: skip
    layer = one("Lambda::LayerVersion", Content=from_s3())
    beside = SUBNETS | {
        "Role": ROLE, "Layer": layer, "Key": KEY, "Queue": QUEUE, "Group": GROUP, "Logs": one("Logs::LogGroup"),
    }  # fmt: skip
    created(account, template(beside | {"Function": packed(**everything)}))
    assert differences(account) == {}
    assert account.update(template(beside | {"Function": packed()})) == "UPDATE_COMPLETE"
    [is_now] = account.client("lambda").list_functions()["Functions"]
    assert not {"Layers", "Environment", "DeadLetterConfig"} & {name for name in is_now if is_now[name]}
    assert is_now["VpcConfig"]["SubnetIds"] == []
    assert is_now["LoggingConfig"]["LogFormat"] == "Text"
    is_deleted(account)


def test_another_key_is_another_code_and_nothing_else(account: Account) -> None:
    store_code(account)
    created(account, template({"Role": ROLE, "Function": packed()}))
    before = account.client("lambda").list_functions()["Functions"][0]
    second = template({"Role": ROLE, "Function": packed(Code=from_s3("second.zip"))})
    [change] = account.review(second)["Changes"]
    assert [one["Target"]["Name"] for one in change["ResourceChange"]["Details"]] == ["Code"]
    assert account.update(second) == "UPDATE_COMPLETE"
    after = account.client("lambda").list_functions()["Functions"][0]
    assert {name for name in before if before[name] != after[name]} <= {"CodeSha256", "CodeSize", "LastModified"}
    assert after["CodeSha256"] != before["CodeSha256"]
    assert differences(account) == {}


def test_code_that_a_hand_put_there_is_drift_and_another_object_under_the_key_is_none(account: Account) -> None:
    store_code(account)
    created(account, template({"Role": ROLE, "Function": packed()}))
    account.client("s3").put_object(Bucket=BUCKET.format(account.id), Key="first.zip", Body=archive("three"))
    assert differences(account) == {}
    name = account.physical_ids()["Function"]
    account.client("lambda").update_function_code(
        FunctionName=name, S3Bucket=BUCKET.format(account.id), S3Key="second.zip"
    )
    assert set(differences(account)) == {"Function"}


def test_code_that_is_not_in_the_bucket_fails_with_the_reason(account: Account) -> None:
    store_code(account)
    body = template({"Role": ROLE, "Function": packed(Code=from_s3("third.zip"))})
    assert account.create(body) == "ROLLBACK_COMPLETE"
    assert "S3 Error Code: NoSuchKey" in account.reasons("CREATE_FAILED")["Function"]


def test_what_has_not_changed_is_not_published_again(account: Account) -> None:
    created(account, template(PUBLISHED, Outputs={"Number": {"Value": ref("Version", "Version")}}))
    assert account.outputs() == {"Number": "1"}
    again = template(PUBLISHED | {"Again": one("Lambda::Version", FunctionName=ref("Function"))})
    assert account.update(again) == "UPDATE_ROLLBACK_COMPLETE"
    assert "A version for this Lambda function exists ( 1 )." in account.reasons("CREATE_FAILED")["Again"]
    assert set(account.physical_ids()) == {"Role", "Function", "Version"}


def test_a_version_stays_what_it_was_and_its_number_is_never_given_again(account: Account) -> None:
    created(account, template(ALIASED))
    changed = one("Lambda::Function", Role=ref("Role", "Arn"), **FUNCTION, LoggingConfig={"LogFormat": "JSON"})
    anew = one("Lambda::Version", FunctionName=ref("Function"), Description="second")
    second = {**ALIASED, "Function": changed, "Version": anew}
    assert account.update(template(second)) == "UPDATE_COMPLETE", account.reasons("UPDATE_FAILED")
    functions, ids = account.client("lambda"), account.physical_ids()
    assert functions.get_alias(FunctionName=ids["Function"], Name="live")["FunctionVersion"] == "2"
    listed = functions.list_versions_by_function(FunctionName=ids["Function"])["Versions"]
    assert [(version["Version"], version["LoggingConfig"]["LogFormat"]) for version in listed] == [
        ("$LATEST", "JSON"), ("2", "JSON"),
    ]  # fmt: skip
    functions.update_function_configuration(FunctionName=ids["Function"], Timeout=9)
    assert functions.publish_version(FunctionName=ids["Function"])["Version"] == "3"


def test_a_policy_belongs_to_the_function_or_to_one_qualifier(account: Account) -> None:
    by = {"Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"}
    permissions = {
        "OfAll": one("Lambda::Permission", FunctionName=ref("Function", "Arn"), **by),
        "OfAlias": one("Lambda::Permission", FunctionName=ref("Alias"), **by),
        "OfVersion": one("Lambda::Permission", FunctionName=ref("Version"), **by),
    }
    created(account, template(ALIASED | permissions))
    assert differences(account) == {}
    functions, ids = account.client("lambda"), account.physical_ids()
    for logical_id, asked in (("OfAll", {}), ("OfAlias", {"Qualifier": "live"}), ("OfVersion", {"Qualifier": "1"})):
        policy = functions.get_policy(FunctionName=ids["Function"], **asked)["Policy"]
        assert [one for one in permissions if ids[one] in policy] == [logical_id]
    is_deleted(account)
