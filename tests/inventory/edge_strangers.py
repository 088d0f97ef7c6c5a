"""Somebody else's way from clients to functions, one resource of each type of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ROLE = "arn:aws:iam::123456789012:role/foreign"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/foreign"
TAGS = [{"Key": "Owner", "Value": "somebody"}]


def make(client: Callable[[str], Any]) -> None:
    """Make them; ``client`` gives the client of a service."""
    set_role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}
    if not client("apigateway").get_account().get("cloudwatchRoleArn"):
        client("apigateway").update_account(patchOperations=[set_role])
    client("acm").request_certificate(DomainName="foreign.example.com", ValidationMethod="DNS", Tags=TAGS)
    client("route53").create_hosted_zone(Name="foreign.example.com", CallerReference="foreign")
    _logged_acls(client("wafv2"))
    _distribution(client("cloudfront"))
    _api(client("apigatewayv2"))


def _logged_acls(client: Any) -> None:
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "foreign"}
    group = "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-foreign"
    for scope in ("REGIONAL", "CLOUDFRONT"):
        acl = client.create_web_acl(
            Name=f"logged-{scope}", Scope=scope, DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=[]
        )["Summary"]["ARN"]
        client.put_logging_configuration(LoggingConfiguration={"ResourceArn": acl, "LogDestinationConfigs": [group]})


def _distribution(client: Any) -> None:
    header = {"HeaderName": "X-Origin-Verify", "HeaderValue": "foreign"}
    origin = {
        "Id": "o", "DomainName": "foreign.example.com", "CustomHeaders": {"Quantity": 1, "Items": [header]},
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }  # fmt: skip
    behavior = {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p"}
    client.create_distribution(
        DistributionConfig={
            "CallerReference": "foreign", "Comment": "", "Enabled": True, "DefaultCacheBehavior": behavior,
            "Origins": {"Quantity": 1, "Items": [origin]},
        }
    )  # fmt: skip


def _api(client: Any) -> None:
    api = client.create_api(Name="foreign", ProtocolType="WEBSOCKET", Tags={"Owner": "somebody"})["ApiId"]
    client.create_authorizer(
        ApiId=api, Name="foreign", AuthorizerType="REQUEST", AuthorizerUri="arn:aws:lambda:foreign", IdentitySource=[]
    )
    client.create_integration(ApiId=api, IntegrationType="MOCK")
    route = client.create_route(ApiId=api, RouteKey="$default", RouteResponseSelectionExpression="$default")["RouteId"]
    client.create_route_response(ApiId=api, RouteId=route, RouteResponseKey="$default")
    deployment = client.create_deployment(ApiId=api)["DeploymentId"]
    client.create_stage(ApiId=api, StageName="foreign", DeploymentId=deployment)
    configured = [{"CertificateArn": CERTIFICATE, "EndpointType": "REGIONAL"}]
    client.create_domain_name(DomainName="foreign.example.com", DomainNameConfigurations=configured)
    client.create_api_mapping(ApiId=api, DomainName="foreign.example.com", Stage="foreign")
