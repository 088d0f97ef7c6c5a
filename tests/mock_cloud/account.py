"""One account of the mock cloud, and the few steps that every test takes in it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import yaml

from infra.deploy import descriptions

Template = dict[str, Any]
CAPABILITIES = ["CAPABILITY_NAMED_IAM"]


def template(resources: dict[str, Any], **sections: Any) -> Template:
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources, **sections}


class _Plain(yaml.SafeDumper):
    """Writes everything out: a template has no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def written(body: Template) -> str:
    return yaml.dump(body, Dumper=_Plain)


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def _session(*keys: str) -> boto3.Session:
    return boto3.Session(*keys, region_name="us-east-1", botocore_session=descriptions.session())


@cache
def _client(endpoint: str, session: boto3.Session, service: str) -> Any:
    return session.client(service, endpoint_url=endpoint)


@cache
def _root(endpoint: str) -> Any:
    """Whoever takes the role of an account: one for all accounts of a mock cloud."""
    return _session("testing", "testing").client("sts", endpoint_url=endpoint)


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    endpoint: str
    session: boto3.Session

    @classmethod
    def enter(cls, endpoint: str, account: str) -> "Account":
        role = f"arn:aws:iam::{account}:role/anyone"
        keys = _root(endpoint).assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
        session = _session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return cls(account, endpoint, session)

    def client(self, service: str) -> Any:
        return _client(self.endpoint, self.session, service)

    @property
    def cfn(self) -> Any:
        return self.client("cloudformation")

    def create(self, body: Template, name: str = "stack", **options: Any) -> str:
        """Create a stack; give the status it ends in."""
        self.cfn.create_stack(StackName=name, TemplateBody=written(body), Capabilities=CAPABILITIES, **options)
        return self.status(name)

    def update(self, body: Template, name: str = "stack", **options: Any) -> str:
        self.cfn.update_stack(StackName=name, TemplateBody=written(body), Capabilities=CAPABILITIES, **options)
        return self.status(name)

    def review(self, body: Template, name: str = "stack", kind: str = "UPDATE", **options: Any) -> dict[str, Any]:
        """Create a change set; give it as described."""
        cfn = self.cfn
        made = cfn.create_change_set(
            StackName=name, ChangeSetName="changes", ChangeSetType=kind, TemplateBody=written(body),
            Capabilities=CAPABILITIES, **options,
        )  # fmt: skip
        described: dict[str, Any] = cfn.describe_change_set(ChangeSetName=made["Id"], IncludePropertyValues=True)
        return described

    def status(self, name: str = "stack") -> str:
        return str(self.described(name)["StackStatus"])

    def described(self, name: str = "stack") -> dict[str, Any]:
        stack: dict[str, Any] = self.cfn.describe_stacks(StackName=name)["Stacks"][0]
        return stack

    def outputs(self, name: str = "stack") -> dict[str, str]:
        return {one["OutputKey"]: one["OutputValue"] for one in self.described(name).get("Outputs", [])}

    def physical_ids(self, name: str = "stack") -> dict[str, str]:
        found = self.cfn.list_stack_resources(StackName=name)["StackResourceSummaries"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}

    def reasons(self, status: str, name: str = "stack") -> dict[str, str]:
        """Why resources came to a status, by logical id."""
        events = self.cfn.describe_stack_events(StackName=name)["StackEvents"]
        return {
            event["LogicalResourceId"]: event.get("ResourceStatusReason", "")
            for event in events
            if event["ResourceStatus"] == status
        }

    def drifts(self, name: str = "stack") -> dict[str, dict[str, Any]]:
        """Detect drift; give what was found by logical id."""
        cfn = self.cfn
        detection = cfn.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
        found = cfn.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        assert found["DetectionStatus"] == "DETECTION_COMPLETE", found.get("DetectionStatusReason")
        drifts = cfn.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
        return {drift["LogicalResourceId"]: drift for drift in drifts}
