"""IAM, KMS and Secrets Manager: who may do what, with which keys and words."""

from __future__ import annotations

import json

from tests.second_cloud.cases.made import (
    TEAM,
    UNREAD,
    Case,
    Client,
    Made,
    allowing,
    function,
    key,
    policy,
    role,
    trust,
)


def _boundary(client: Client) -> str:
    made = client("iam").create_policy(PolicyName="boundary", PolicyDocument=json.dumps(allowing("s3:*")))
    return str(made["Policy"]["Arn"])


def _role(client: Client) -> Made:
    iam, boundary = client("iam"), _boundary(client)
    iam.create_role(
        RoleName="tried", Path="/service/", AssumeRolePolicyDocument=json.dumps(trust("lambda")), Description="d",
        MaxSessionDuration=7200, PermissionsBoundary=boundary, Tags=TEAM,
    )  # fmt: skip
    iam.put_role_policy(RoleName="tried", PolicyName="inside", PolicyDocument=json.dumps(allowing("s3:PutObject")))
    iam.attach_role_policy(RoleName="tried", PolicyArn=boundary)
    return {"tried": {
        "RoleName": "tried", "Path": "/service/", "AssumeRolePolicyDocument": trust("lambda"), "Description": "d",
        "MaxSessionDuration": 7200, "PermissionsBoundary": boundary, "ManagedPolicyArns": [boundary],
        "Policies": [{"PolicyName": "inside", "PolicyDocument": allowing("s3:PutObject")}], "Tags": TEAM,
    }}  # fmt: skip


def _policy(client: Client) -> Made:
    iam = client("iam")
    arn = iam.create_policy(
        PolicyName="tried", Path="/service/", Description="d", PolicyDocument=json.dumps(allowing("s3:GetObject"))
    )["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(allowing("s3:PutObject")), SetAsDefault=True)
    role(client)
    iam.attach_role_policy(RoleName="neighbour", PolicyArn=arn)
    role(client, name="bounded")
    iam.put_role_permissions_boundary(RoleName="bounded", PermissionsBoundary=arn)
    return {arn: {
        "ManagedPolicyName": "tried", "Path": "/service/", "Description": "d",
        "PolicyDocument": allowing("s3:PutObject"), "Roles": ["neighbour"],
    }}  # fmt: skip


def _profile(client: Client) -> Made:
    role(client, "ec2")
    client("iam").create_instance_profile(InstanceProfileName="tried", Path="/service/")
    client("iam").add_role_to_instance_profile(InstanceProfileName="tried", RoleName="neighbour")
    return {"tried": {"InstanceProfileName": "tried", "Path": "/service/", "Roles": ["neighbour"]}}


def _provider(client: Client) -> Made:
    url = "https://token.actions.githubusercontent.com"
    arn = client("iam").create_open_id_connect_provider(
        Url=url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40], Tags=TEAM
    )["OpenIDConnectProviderArn"]
    return {arn: {"Url": url, "ClientIdList": ["sts.amazonaws.com"], "ThumbprintList": ["a" * 40], "Tags": TEAM}}


def _key(client: Client) -> Made:
    kms, allowed = client("kms"), policy("kms:*")
    tags = [{"TagKey": "Team", "TagValue": "alerts"}]
    rotated = kms.create_key(Description="rotated", Policy=json.dumps(allowed), Tags=tags, MultiRegion=True)
    signing = kms.create_key(
        Description="signs", KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256", Policy=json.dumps(allowed)
    )["KeyMetadata"]["KeyId"]
    first = rotated["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=first, RotationPeriodInDays=180)
    off = kms.create_key(Description="off", Policy=json.dumps(allowed))["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=off)
    common = {"KeyPolicy": allowed, "Origin": "AWS_KMS", "MultiRegion": False, "Enabled": True, "Tags": []}
    symmetric = {"KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"}
    return {
        first: {
            **common, **symmetric, "Description": "rotated", "EnableKeyRotation": True, "RotationPeriodInDays": 180,
            "MultiRegion": True, "Tags": TEAM,
        },
        signing: {
            **common, "Description": "signs", "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY",
            "EnableKeyRotation": UNREAD,
        },
        off: {**common, **symmetric, "Description": "off", "EnableKeyRotation": False, "Enabled": False},
    }  # fmt: skip


def _alias(client: Client) -> Made:
    target = key(client).rpartition("/")[2]
    client("kms").create_alias(AliasName="alias/tried", TargetKeyId=target)
    return {"alias/tried": {"AliasName": "alias/tried", "TargetKeyId": target}}


def _secret(client: Client) -> Made:
    encrypts = key(client)
    arn = client("secretsmanager").create_secret(
        Name="tried", Description="d", KmsKeyId=encrypts, SecretString="x", Tags=TEAM
    )["ARN"]
    return {arn: {"Name": "tried", "Description": "d", "KmsKeyId": encrypts, "Tags": TEAM}}


def _rotation(client: Client) -> Made:
    secrets, turns = client("secretsmanager"), function(client)
    arn = secrets.create_secret(Name="tried", SecretString="x")["ARN"]
    rules = {"ScheduleExpression": "rate(10 days)", "Duration": "2h"}
    secrets.rotate_secret(SecretId=arn, RotationLambdaARN=turns, RotationRules=rules, RotateImmediately=False)
    return {f"{arn}|rotation": {"SecretId": arn, "RotationLambdaARN": turns, "RotationRules": rules}}


def _secret_policy(client: Client) -> Made:
    secrets, allowed = client("secretsmanager"), policy("secretsmanager:GetSecretValue")
    arn = secrets.create_secret(Name="tried", SecretString="x")["ARN"]
    secrets.put_resource_policy(SecretId=arn, ResourcePolicy=json.dumps(allowed))
    secrets.create_secret(Name="open", SecretString="x")
    return {f"{arn}|policy": {"SecretId": arn, "ResourcePolicy": allowed}}


CASES: dict[str, Case] = {
    "AWS::IAM::Role": _role,
    "AWS::IAM::ManagedPolicy": _policy,
    "AWS::IAM::InstanceProfile": _profile,
    "AWS::IAM::OIDCProvider": _provider,
    "AWS::KMS::Key": _key,
    "AWS::KMS::Alias": _alias,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::SecretsManager::RotationSchedule": _rotation,
    "AWS::SecretsManager::ResourcePolicy": _secret_policy,
}
