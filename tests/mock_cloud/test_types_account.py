"""What watches over an account, as `test_types.py` has it for every type."""

from typing import Any

import pytest

from tests.mock_cloud.account import Account, template
from tests.mock_cloud.test_types import ROLE, differences, is_deleted, lives
from tests.mock_cloud.written import Properties, one, ref, tags, trust

KEPT = one("S3::Bucket")
GROUP = {"Group": one("Logs::LogGroup"), "Writer": one("IAM::Role", AssumeRolePolicyDocument=trust("cloudtrail"))}
TRAIL = {"S3BucketName": ref("Kept"), "IsLogging": True}
DATA = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
RULE = {"RuleName": "known", "Filter": [{"Property": "principal.AWS", "Eq": ["111111111111"]}]}
RECORDER = one("Config::ConfigurationRecorder", RoleARN=ref("Role", "Arn"), Name="default")

CHANGES: dict[str, tuple[Properties, Properties, Properties]] = {
    "CloudTrail::Trail": (
        {"Kept": KEPT, "Key": one("KMS::Key")} | GROUP,
        {**TRAIL, "KMSKeyId": ref("Key", "Arn"), "IsMultiRegionTrail": True, "EnableLogFileValidation": True,
         "IncludeGlobalServiceEvents": True, "EventSelectors": [{"ReadWriteType": "All", "DataResources": [DATA]}],
         "Tags": tags("a")},
        {**TRAIL, "IsLogging": False, "S3KeyPrefix": "p", "CloudWatchLogsLogGroupArn": ref("Group", "Arn"),
         "CloudWatchLogsRoleArn": ref("Writer", "Arn"), "Tags": tags("b")},
    ),
    "AccessAnalyzer::Analyzer": (
        {}, {"Type": "ACCOUNT", "AnalyzerName": "outside", "Tags": tags("a"), "ArchiveRules": [RULE]},
        {"Type": "ACCOUNT", "AnalyzerName": "outside", "Tags": tags("b"), "ArchiveRules": [
            {**RULE, "Filter": [{"Property": "isPublic", "Eq": ["false"]}]}]},
    ),
    "GuardDuty::Detector": (
        {}, {"Enable": False, "FindingPublishingFrequency": "ONE_HOUR", "Tags": tags("a")},
        {"Enable": True, "DataSources": {"S3Logs": {"Enable": True}}, "Tags": tags("b")},
    ),
    "SecurityHub::Hub": (
        {}, {"EnableDefaultStandards": False, "ControlFindingGenerator": "STANDARD_CONTROL", "Tags": {"Team": "a"}},
        {"EnableDefaultStandards": False, "AutoEnableControls": False, "Tags": {"Team": "b"}},
    ),
    "Config::ConfigurationRecorder": (
        {"Role": ROLE, "Kept": KEPT,
         "Channel": one("Config::DeliveryChannel", S3BucketName=ref("Kept"))},
        {"RoleARN": ref("Role", "Arn")},
        {"RoleARN": ref("Role", "Arn"), "RecordingGroup": {"AllSupported": True, "IncludeGlobalResourceTypes": True},
         "RecordingMode": {"RecordingFrequency": "DAILY"}},
    ),
    "Config::DeliveryChannel": (
        {"Role": ROLE, "Recorder": RECORDER, "Kept": KEPT, "Key": one("KMS::Key")}, {"S3BucketName": ref("Kept")},
        {"S3BucketName": ref("Kept"), "S3KmsKeyArn": ref("Key", "Arn"),
         "ConfigSnapshotDeliveryProperties": {"DeliveryFrequency": "Six_Hours"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_a_type_is_changed_in_place_read_back_and_deleted(account: Account, kind: str) -> None:
    lives(account, kind, *CHANGES[kind])


def made(account: Account, **resources: Any) -> None:
    assert account.create(template(resources)) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED")


def test_a_trail_that_a_hand_stopped_is_found(account: Account) -> None:
    made(account, Kept=KEPT, Trail=one("CloudTrail::Trail", **TRAIL))
    account.client("cloudtrail").stop_logging(Name=account.physical_ids()["Trail"])
    [difference] = differences(account)["Trail"]
    assert (difference["PropertyPath"], difference["ActualValue"]) == ("/IsLogging", "false")


def test_a_hub_that_a_hand_disabled_is_found(account: Account) -> None:
    made(account, Hub=one("SecurityHub::Hub"))
    account.client("securityhub").disable_security_hub()
    assert account.drifts()["Hub"]["StackResourceDriftStatus"] == "DELETED"
    is_deleted(account)


def test_a_region_has_one_detector_and_one_analyzer_of_a_type(account: Account) -> None:
    for kind, properties in (
        ("GuardDuty::Detector", {"Enable": True}),
        ("AccessAnalyzer::Analyzer", {"Type": "ACCOUNT"}),
    ):
        twice = {name: one(kind, **properties) for name in ("One", "Two")}
        assert account.create(template(twice), kind.split("::")[0]) == "ROLLBACK_COMPLETE"
