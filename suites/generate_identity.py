"""Writes the policies of the identity template that follow from rows and templates: ``python -m suites.generate``.

The role that reads may make the calls of the inventory's rows. The role with which CloudFormation creates may do what
the handlers of the types in our templates need; of roles it may make those of this environment, which the boundary
holds, and of what runs as another role it may change the functions of this environment.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from policy_sentry.querying.actions import get_action_data

from fixtures.aws.permissions import KEPT, YOUNGER, actions, provisioning_actions, split
from fixtures.judging.access.escalating import escalations
from infra.stacks import BY_HAND, TEMPLATES, load_templates

PAGE: Final = TEMPLATES / "identity.yaml"
_BEGIN, _END = "  # begin: python -m suites.generate\n", "  # end: python -m suites.generate\n"
# Whom the roles of our stacks are for.
_PASSES: Final = ("apigateway", "backup", "lambda", "monitoring.rds", "scheduler", "vpc-flow-logs")
_WIDTH: Final = 118
_ROLES = "!Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/touchstone-${Environment}-*"
_FUNCTIONS = "!Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:touchstone-${Environment}-*"
_ON_FUNCTIONS: Final = {
    action
    for way in escalations().ways
    if [step.on for step in way.steps] == ["function"]
    for action in way.steps[0].actions
}
_TAGS = """      Tags:
        - {Key: Project, Value: touchstone}
        - {Key: Environment, Value: !Ref Environment}
"""


def page() -> str:
    """Return the identity template as it has to be."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}{''.join(_block())}{_END}{rest.partition(_END)[2]}"


def types() -> tuple[str, ...]:
    """Return the types that the execution role creates: those of all stacks but the ones that make the role."""
    templates = load_templates()
    found = {
        resource["Type"]
        for stack, template in templates.items()
        if stack not in BY_HAND
        for resource in template.section("Resources").values()
    }
    return tuple(sorted(found))


def is_known(action: str) -> bool:
    """Say whether IAM has such an action: some handlers name operations that are none."""
    service, _, name = action.partition(":")
    return service in YOUNGER or bool(get_action_data(service, name))


def _block() -> Iterator[str]:
    what = "The calls by which an account is read, and no other"
    yield from _policy("ReadWhatIsJudged", what, actions(), more=_RECORDS)
    needed = [action for action in provisioning_actions(types()) if is_known(action)]
    parts = split(action for action in needed if not action.startswith("iam:") and action not in _ON_FUNCTIONS)
    names = [f"Provision{number}" for number in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        yield from _policy(name, "What the handlers of our types need", part)
    yield from _execution_role(names, [action for action in needed if action.startswith("iam:")])
    yield _BESIDE
    yield _listed(sorted(_ON_FUNCTIONS & set(needed)), "                  ")
    yield f"                Resource: {_FUNCTIONS}\n{_TAGS}\n"


def _policy(name: str, what: str, allowed: Iterable[str], more: str = "") -> Iterator[str]:
    yield f"""  {name}:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Description: {what}
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: {name}
            Effect: Allow
            Action:
"""
    yield _listed(allowed, "              ")
    yield f'            Resource: "*" # handlers and lists name no resource\n{more}\n'


def _listed(actions: Iterable[str], indent: str) -> str:
    """Write actions in as few lines as they take: CloudFormation counts a template's bytes, blanks too."""
    lines = textwrap.wrap(", ".join(actions), _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
    return f"{indent}[" + f"\n{indent} ".join(lines) + "]\n"


def _execution_role(policies: list[str], iam: list[str]) -> Iterator[str]:
    apart = {"iam:PassRole", "iam:CreateServiceLinkedRole"}
    yield f"""  ExecutionRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: touchstone-execution
      Description: What CloudFormation creates the stacks of this environment with
      PermissionsBoundary: !Ref BoundaryArn
      ManagedPolicyArns: [{", ".join(f"!Ref {name}" for name in policies)}]
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{Service: cloudformation.amazonaws.com}}
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                aws:SourceAccount: !Ref AWS::AccountId
      Policies:
        - PolicyName: roles-of-this-environment
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Sid: MakeRoles
                Effect: Allow
                Action:
"""
    yield _listed((action for action in iam if action not in apart), "                  ")
    yield f"                Resource: {_ROLES}\n"


# The records that a report shows and BAK-15 judges; the bucket is a later stack's.
_EVIDENCE: Final = "arn:${AWS::Partition}:s3:::touchstone-${Environment}-evidence-${AWS::AccountId}"
_DECRYPT: Final = """          - Sid: DecryptThem
            Effect: Allow
            Action: kms:Decrypt
            Resource: !Ref AccountKeyArn
            Condition:
              StringEquals:
                kms:ViaService: !Sub s3.${AWS::Region}.amazonaws.com
"""
_RECORDS: Final = f"""          - Sid: ListRecords
            Effect: Allow
            Action: s3:ListBucket
            Resource: !Sub {_EVIDENCE}
            Condition:
              StringEquals:
                s3:prefix: [{", ".join(KEPT)}]
          - Sid: ReadRecords
            Effect: Allow
            Action: s3:GetObject
            Resource: [{", ".join(f'!Sub "{_EVIDENCE}/{place}*"' for place in KEPT)}]
{_DECRYPT}"""

# What the handlers ask for and what no handler names, each as narrow as it can be.
_BESIDE: Final = f"""              - Sid: HandThemToServices
                Effect: Allow
                Action: iam:PassRole
                Resource: {_ROLES}
                Condition:
                  StringEquals:
                    iam:PassedToService: [{", ".join(f"{name}.amazonaws.com" for name in _PASSES)}]
              - Sid: MakeTheRolesOfServices
                Effect: Allow
                Action: iam:CreateServiceLinkedRole
                Resource: !Sub arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/aws-service-role/*
              - Sid: ReadTheArtefacts
                Effect: Allow
                Action: s3:GetObject
                Resource: !Sub arn:${{AWS::Partition}}:s3:::${{ArtefactBucketName}}/*
{textwrap.indent(_DECRYPT, "    ")}              - Sid: ChangeOurFunctions # no other: each runs as a role
                Effect: Allow
                Action:
"""
