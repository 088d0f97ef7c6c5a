"""Small platforms made by hand, for the engines to judge."""

from __future__ import annotations

from pathlib import Path

from fixtures.engines.findings import Findings, Result
from infra.environment import load_environment
from infra.stacks import Platform
from infra.template import Pseudo, Template
from reports.models import Outcome

BAD = """\
AWSTemplateFormatVersion: "2010-09-09"
{metadata}
Parameters:
  Admin: {{Type: String, Default: 0.0.0.0/0}}
  Unused: {{Type: String, Default: x}}
Resources:
  Group: {comment}
    Type: AWS::EC2::SecurityGroup
{resource_metadata}
    Properties:
      GroupDescription: Lets everyone in
      SecurityGroupIngress:
        - {{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref Admin, Description: Administrators}}
  Database: {comment}
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
{resource_metadata}
    Properties:
      Engine: postgres
      MasterUsername: touchstone
      ManageMasterUserPassword: true
      AllocatedStorage: "20"
      DBInstanceClass: db.t4g.mcro
      StorageEncrypted: false
      Wrong: 1
"""
SOUND = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Lets in one network
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8, Description: Administrators}
"""
RESIDUAL = """
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: x}}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Select [5, !Split [":", !GetAtt Table.Arn]]}
"""
EMPTY = """
Conditions: {Never: !Equals [a, b]}
Resources: {Queue: {Type: AWS::SQS::Queue, Condition: Never}}
"""
SUPPRESSED = BAD.format(
    metadata="""\
Metadata:
  checkov: {skip: [{id: CKV_AWS_24, comment: no}, {id: CKV_TS_1, comment: no}]}
  cfn-lint:
    config:
      ignore_checks: [E3002, E3025, E9102, W2001, E3003]
      configure_rules: {E3012: {strict: false}}
      regions: [eu-north-1]
      include_checks: [I]""",
    comment="#checkov:skip=CKV_AWS_24:no #checkov:skip=CKV_TS_1 #checkov:skip=CKV_AWS_16:no",
    resource_metadata="""\
    Metadata:
      checkov: {skip: [{id: CKV_AWS_24, comment: no}, {id: CKV_TS_1, comment: no}, {id: CKV_AWS_16, comment: no}]}
      cfn-lint: {config: {ignore_checks: [E3002, E3025, E9102, E3003]}}""",
)
BAD = BAD.format(metadata="", comment="", resource_metadata="")


def platform(path: Path, text: str, environment: str = "dev") -> Platform:
    """Write a template to a file and resolve it as the one stack of an environment."""
    path.write_text(text, encoding="utf-8")
    chosen = load_environment(environment)
    template = Template.parse(text, str(path))
    pseudo = Pseudo(chosen.account, chosen.region, chosen.stack_name("small"))
    return Platform(chosen, {"small": template.resolve({}, pseudo)})


def said(findings: Findings) -> dict[tuple[str, str], Result]:
    """Return findings by (rule, resource)."""
    return {(finding.rule, finding.resource): finding for finding in findings.results}


def objections(findings: Findings) -> set[tuple[str, str, str]]:
    """Return what is not a pass, without the lines: those move when a suppression is written in."""
    return {(one.rule, one.resource, one.message) for one in findings.results if one.outcome is not Outcome.PASS}
