"""CloudFront, API Gateway, Certificate Manager, Route 53 and WAF: what stands between clients and functions."""

from __future__ import annotations

from typing import Any

from tests.second_cloud.cases.made import REGION, TEAM, Case, Client, Made, Properties, account_of

DOMAIN = "ws.example.com"
SEEN = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": False, "MetricName": "tried"}


def _certificate_arn(client: Client) -> str:
    made = client("acm").request_certificate(
        DomainName=DOMAIN, SubjectAlternativeNames=["b.example.com"], ValidationMethod="DNS",
        KeyAlgorithm="EC_prime256v1", Options={"CertificateTransparencyLoggingPreference": "DISABLED"}, Tags=TEAM,
    )  # fmt: skip
    return str(made["CertificateArn"])


def _certificate(client: Client) -> Made:
    return {_certificate_arn(client): {
        "DomainName": DOMAIN, "SubjectAlternativeNames": ["b.example.com"], "ValidationMethod": "DNS",
        "KeyAlgorithm": "EC_prime256v1", "CertificateTransparencyLoggingPreference": "DISABLED", "Tags": TEAM,
    }}  # fmt: skip


def _zone_id(client: Client) -> str:
    made = client("route53").create_hosted_zone(
        Name="example.com", CallerReference=account_of(client), HostedZoneConfig={"Comment": "c"}
    )
    return str(made["HostedZone"]["Id"]).rpartition("/")[2]


def _zone(client: Client) -> Made:
    zone = _zone_id(client)
    client("route53").change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=TEAM)
    return {zone: {
        "Name": "example.com", "HostedZoneConfig": {"Comment": "c"}, "HostedZoneTags": TEAM,
    }}  # fmt: skip


def _record(client: Client) -> Made:
    zone = _zone_id(client)
    target = {
        "DNSName": "d111111abcdef8.cloudfront.net",
        "HostedZoneId": "Z2FDTNDATAQYW2",
        "EvaluateTargetHealth": True,
    }
    wanted: list[Properties] = [
        {"Name": f"*.{DOMAIN}", "Type": "A", "AliasTarget": target},
        {"Name": DOMAIN, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "elsewhere.example.com"}],
         "Weight": 7, "SetIdentifier": "one"},
    ]  # fmt: skip
    client("route53").change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": one} for one in wanted]},
    )
    alias, weighted = wanted
    return {
        f"{zone}|*.{DOMAIN}|A|": {**alias, "HostedZoneId": zone},
        f"{zone}|{DOMAIN}|CNAME|one": {
            **weighted, "HostedZoneId": zone, "TTL": "60", "ResourceRecords": ["elsewhere.example.com"],
        },
    }  # fmt: skip


def _rules() -> list[Properties]:
    limit = {
        "Name": "limit", "Priority": 0, "Action": {"Block": {}}, "VisibilityConfig": SEEN,
        "Statement": {"RateBasedStatement": {"Limit": 2000, "AggregateKeyType": "IP", "EvaluationWindowSec": 120}},
    }  # fmt: skip
    managed = {
        "Name": "managed", "Priority": 1, "OverrideAction": {"Count": {}}, "VisibilityConfig": SEEN,
        "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}},
    }  # fmt: skip
    return [limit, managed]


def _web_acl(client: Client) -> Made:
    waf, told = client("wafv2"), dict[str, Properties]()
    for scope in ("REGIONAL", "CLOUDFRONT"):
        settings: Properties = {
            "Scope": scope, "DefaultAction": {"Allow": {}}, "VisibilityConfig": SEEN, "Rules": _rules(),
            "Description": "d", "Tags": TEAM,
        }  # fmt: skip
        made = waf.create_web_acl(Name="tried", **settings)["Summary"]
        told[f"tried|{made['Id']}|{scope}"] = {"Name": "tried", **settings}
    return told


def _counted(*items: Any) -> Properties:
    return {"Quantity": len(items), **({"Items": list(items)} if items else {})}


def _distribution_config(client: Client) -> Properties:
    """What CloudFront takes."""
    behavior = {
        "TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p", "OriginRequestPolicyId": "q",
        "AllowedMethods": {**_counted("GET", "HEAD", "OPTIONS"), "CachedMethods": _counted("GET", "HEAD")},
        "Compress": True,
    }  # fmt: skip
    origin = {
        "Id": "o", "DomainName": "origin.example.com", "OriginPath": "/p",
        "CustomHeaders": _counted({"HeaderName": "X", "HeaderValue": "v"}), "ConnectionAttempts": 2,
        "CustomOriginConfig": {
            "HTTPPort": 80, "HTTPSPort": 8443, "OriginProtocolPolicy": "https-only",
            "OriginSslProtocols": _counted("TLSv1.2"), "OriginReadTimeout": 20, "OriginKeepaliveTimeout": 6,
        },
    }  # fmt: skip
    return {
        "CallerReference": "r", "Comment": "c", "Enabled": True, "Aliases": _counted(DOMAIN),
        "HttpVersion": "http2and3", "IsIPV6Enabled": True, "PriceClass": "PriceClass_100", "Origins": _counted(origin),
        "DefaultCacheBehavior": behavior, "CacheBehaviors": _counted({**behavior, "PathPattern": "/a"}),
        "WebACLId": f"arn:aws:wafv2:{REGION}:{account_of(client)}:global/webacl/w/1",
        "Logging": {"Enabled": True, "IncludeCookies": True, "Bucket": "logs.s3.amazonaws.com", "Prefix": "p/"},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", **_counted("DE", "FR")}},
        "ViewerCertificate": {
            "ACMCertificateArn": _certificate_arn(client), "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
    }  # fmt: skip


def _distribution(client: Client) -> Made:
    config = _distribution_config(client)
    tagged = {"DistributionConfig": config, "Tags": {"Items": TEAM}}
    made = client("cloudfront").create_distribution_with_tags(DistributionConfigWithTags=tagged)["Distribution"]
    behavior: Properties = {
        "TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p", "OriginRequestPolicyId": "q",
        "AllowedMethods": ["GET", "HEAD", "OPTIONS"], "CachedMethods": ["GET", "HEAD"], "Compress": True,
    }  # fmt: skip
    origin: Properties = {
        "Id": "o", "DomainName": "origin.example.com", "OriginPath": "/p", "ConnectionAttempts": 2,
        "OriginCustomHeaders": [{"HeaderName": "X", "HeaderValue": "v"}], "CustomOriginConfig": {
            "HTTPPort": 80, "HTTPSPort": 8443, "OriginProtocolPolicy": "https-only",
            "OriginSSLProtocols": ["TLSv1.2"], "OriginReadTimeout": 20, "OriginKeepaliveTimeout": 6,
        },
    }  # fmt: skip
    alike = ("Comment", "Enabled", "HttpVersion", "PriceClass", "WebACLId")
    told: Properties = {
        **{name: config[name] for name in alike}, "Aliases": [DOMAIN], "IPV6Enabled": True, "Origins": [origin],
        "OriginGroups": {"Quantity": 0},
        "DefaultCacheBehavior": behavior, "CacheBehaviors": [{**behavior, "PathPattern": "/a"}],
        "Logging": {"IncludeCookies": True, "Bucket": "logs.s3.amazonaws.com", "Prefix": "p/"},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", "Locations": ["DE", "FR"]}},
        "ViewerCertificate": {
            "AcmCertificateArn": config["ViewerCertificate"]["ACMCertificateArn"], "SslSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
    }  # fmt: skip
    return {made["Id"]: {"DistributionConfig": told, "Tags": TEAM}}


CASES: dict[str, Case] = {
    "AWS::CertificateManager::Certificate": _certificate,
    "AWS::Route53::HostedZone": _zone,
    "AWS::Route53::RecordSet": _record,
    "AWS::WAFv2::WebACL": _web_acl,
    "AWS::CloudFront::Distribution": _distribution,
}
