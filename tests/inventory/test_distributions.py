"""A distribution is read and compared in a template's form; its secret is not shown, and a short list not believed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from fixtures.aws.doubts import DOUBTS, doubt
from fixtures.aws.registry import ROWS
from fixtures.aws.types.cloudfront import as_service, as_template
from fixtures.inventory.comparing import differences
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.cloudfront import Distribution
from tests.inventory.described import service_model

WORD = "{{resolve:secretsmanager:${Secret}:SecretString:value}}"
DECLARED: dict[str, Any] = {
    "Enabled": True, "Aliases": ["ws.example.com"], "WebACLId": "${Acl.Arn}", "HttpVersion": "http2and3",
    "Origins": [{
        "Id": "o", "DomainName": "origin.example.com",
        "OriginCustomHeaders": [{"HeaderName": "X-Origin-Verify", "HeaderValue": WORD}],
        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]},
    }],
    "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p"},
    "ViewerCertificate": {"AcmCertificateArn": "${Certificate}", "SslSupportMethod": "sni-only",
                          "MinimumProtocolVersion": "TLSv1.3_2025"},
}  # fmt: skip
NONE = {"Quantity": 0}
# As the example of GetDistributionConfig in the CloudFront API Reference, with these settings.
TOLD: dict[str, Any] = {
    "CallerReference": "r", "Aliases": {"Quantity": 1, "Items": ["ws.example.com"]}, "DefaultRootObject": "",
    "Origins": {"Quantity": 1, "Items": [{
        "Id": "o", "DomainName": "origin.example.com", "OriginPath": "",
        "CustomHeaders": {"Quantity": 1, "Items": [{"HeaderName": "X-Origin-Verify", "HeaderValue": "sesame"}]},
        "CustomOriginConfig": {
            "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", "OriginReadTimeout": 30,
            "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]}, "OriginKeepaliveTimeout": 5,
        },
        "ConnectionAttempts": 3, "ConnectionTimeout": 10, "OriginShield": {"Enabled": False},
        "OriginAccessControlId": "",
    }]},
    "OriginGroups": NONE,
    "DefaultCacheBehavior": {
        "TargetOriginId": "o", "TrustedSigners": {"Enabled": False, **NONE},
        "TrustedKeyGroups": {"Enabled": False, **NONE}, "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"],
                           "CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]}},
        "SmoothStreaming": False, "Compress": False, "LambdaFunctionAssociations": NONE, "FunctionAssociations": NONE,
        "FieldLevelEncryptionId": "", "CachePolicyId": "p", "GrpcConfig": {"Enabled": False},
    },
    "CacheBehaviors": NONE, "CustomErrorResponses": NONE, "Comment": "",
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All", "Enabled": True,
    "ViewerCertificate": {
        "CloudFrontDefaultCertificate": False, "ACMCertificateArn": "${Certificate}", "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.3_2025", "Certificate": "${Certificate}", "CertificateSource": "acm",
    },
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", **NONE}}, "WebACLId": "${Acl.Arn}",
    "HttpVersion": "http2and3", "IsIPV6Enabled": True, "ContinuousDeploymentPolicyId": "", "Staging": False,
}  # fmt: skip
GROUP = {
    "Id": "g", "Members": {"Quantity": 1, "Items": [{"OriginId": "o"}]},
    "FailoverCriteria": {"StatusCodes": {"Quantity": 1, "Items": [500]}},
}  # fmt: skip
SHAPE = service_model("cloudfront").operation_model("GetDistributionConfig").output_shape


def distribution(settings: Any) -> Distribution:
    return Distribution.build({"DistributionConfig": settings}, Origin(logical_id="D"))


def read(told: Any) -> Distribution:
    shape = ROWS[Distribution.cfn_type].shape
    assert shape is not None
    return Distribution.build(shape({"DistributionConfig": told}), Origin(logical_id="D"))


def changed(*path: str | int, to: Any) -> Any:
    told: Any = copy.deepcopy(TOLD)
    inside = told
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = to
    return told


def test_what_aws_answers_is_what_was_declared() -> None:
    assert list(differences(distribution(DECLARED), read(TOLD))) == []


@pytest.mark.parametrize(
    "told",
    [
        changed("Origins", "Items", 0, "CustomOriginConfig", "OriginProtocolPolicy", to="match-viewer"),
        changed("Origins", "Items", 0, "CustomOriginConfig", "OriginReadTimeout", to=60),
        changed("Origins", "Items", 0, "CustomHeaders", to=NONE),
        changed("Origins", "Items", 0, "CustomHeaders", "Items", 0, "HeaderValue", to=""),
        changed("DefaultCacheBehavior", "AllowedMethods", "Items", to=["GET", "HEAD", "DELETE"]),
        changed("ViewerCertificate", "MinimumProtocolVersion", to="TLSv1"),
        changed("WebACLId", to=""),
        changed("Aliases", to=NONE),
    ],
    ids=["policy", "timeout", "no header", "empty header", "methods", "tls", "acl", "aliases"],
)
def test_what_somebody_changed_is_a_difference_without_the_secret(told: Any) -> None:
    [found] = differences(distribution(DECLARED), read(told))
    assert found.property == "DistributionConfig"
    assert "sesame" not in str(found)


def test_controls_find_the_fields_that_they_ask_for() -> None:
    settings = read(TOLD).distribution_config
    [origin] = settings.origins
    assert origin.custom_origin_config is not None
    assert origin.custom_origin_config.origin_ssl_protocols == ("TLSv1.2",)
    assert [header.header_name for header in origin.origin_custom_headers] == ["X-Origin-Verify"]
    assert settings.viewer_certificate.minimum_protocol_version == "TLSv1.3_2025"
    assert (settings.aliases, settings.logging, settings.cache_behaviors) == (("ws.example.com",), None, ())
    assert read(changed("Logging", "Enabled", to=True)).distribution_config.logging is not None


@pytest.mark.parametrize(
    "settings",
    [
        DECLARED,
        {"Logging": {"Bucket": "b", "IncludeCookies": True, "Prefix": "p"}, "CacheBehaviors": [], "Aliases": []},
        {"Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", "Locations": ["DE"]}}},
        {"DefaultCacheBehavior": {"AllowedMethods": ["GET"], "CachedMethods": ["GET"], "TrustedSigners": ["1"]}},
        {"OriginGroups": {"Quantity": 1, "Items": [GROUP]}},
        {"TenantConfig": {"ParameterDefinitions": [{"Name": "n"}]}, "IPV6Enabled": True},
    ],
)  # fmt: skip
def test_both_forms_say_the_same(settings: Any) -> None:
    assert as_template(as_service(settings)) == settings


def test_a_list_with_fewer_items_than_it_counts_is_doubted() -> None:
    answer = {"DistributionConfig": changed("Aliases", "Quantity", to=2)}
    assert doubt(SHAPE, answer) is None
    assert answer["DistributionConfig"][DOUBTS] == {"Aliases": "has 1 items, and says 2"}
    sound = {"DistributionConfig": copy.deepcopy(TOLD)}
    assert doubt(SHAPE, sound) is None
    assert DOUBTS not in sound["DistributionConfig"]
