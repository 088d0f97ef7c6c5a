"""What stands between clients and functions, deployed as a whole, read as it is read, changed and taken away again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fixtures.aws.access import Credentials
from fixtures.aws.found import Found, Incomplete
from fixtures.aws.gateway import Gateway
from fixtures.aws.looking import Look
from fixtures.aws.reading import read, units
from fixtures.aws.registry import ROWS
from tests.mock_cloud.account import Account, Template, template
from tests.mock_cloud.edge_changes import ACL, DISTRIBUTION, LOGS, MATCH, SEEN, URI
from tests.mock_cloud.test_types import differences
from tests.mock_cloud.written import Properties, one, ref

ROUTES = {"Connect": "$connect", "Disconnect": "$disconnect", "Default": "$default", "Ping": "ping", "Join": "join",
          "Leave": "leave"}  # fmt: skip
HEADER = {"HeaderName": "X-Origin-Verify", "HeaderValue": {
    "Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:value}}"
}}  # fmt: skip
EDGE_TYPES = (
    "ApiGatewayV2", "ApiGateway", "CertificateManager", "Route53", "WAFv2", "CloudFront",
)  # fmt: skip


def names() -> Properties:
    validated = [{"DomainName": "ws.example.com", "HostedZoneId": ref("Zone")}]
    both = {"SubjectAlternativeNames": ["ws-origin.example.com"], "DomainValidationOptions": validated}
    certificate = one("CertificateManager::Certificate", DomainName="ws.example.com", ValidationMethod="DNS", **both)
    return {"Zone": one("Route53::HostedZone", Name="example.com"), "Certificate": certificate} | {
        f"Record{kind}": record("ws.example.com", kind, ref("Distribution", "DomainName"), "Z2FDTNDATAQYW2")
        for kind in ("A", "AAAA")
    }


def record(name: str, kind: str, target: Properties, zone: Any) -> Properties:
    alias = {"DNSName": target, "HostedZoneId": zone}
    return one("Route53::RecordSet", HostedZoneId=ref("Zone"), Name=name, Type=kind, AliasTarget=alias)


def api() -> Properties:
    inside, does = {"ApiId": ref("Api")}, {"Target": {"Fn::Sub": "integrations/${Does}"}}
    who = {"AuthorizationType": "CUSTOM", "AuthorizerId": ref("Who")}
    routes = {name: one("ApiGatewayV2::Route", RouteKey=key, **inside, **does) for name, key in ROUTES.items()}
    routes["Connect"]["Properties"] |= who
    configured = {"CertificateArn": ref("Certificate"), "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2"}
    return routes | {
        "Api": one("ApiGatewayV2::Api", Name="ws", ProtocolType="WEBSOCKET", DisableExecuteApiEndpoint=True,
                   RouteSelectionExpression="$request.body.action", Tags={"Team": "edge"}),
        "Who": one("ApiGatewayV2::Authorizer", Name="who", AuthorizerType="REQUEST", AuthorizerUri=URI, **inside,
                   IdentitySource=["route.request.header.X-Origin-Verify"]),
        "Does": one("ApiGatewayV2::Integration", IntegrationType="AWS_PROXY", IntegrationUri=URI, **inside),
        "Answer": one("ApiGatewayV2::RouteResponse", RouteId=ref("Default"), RouteResponseKey="$default", **inside),
        "Deployment": one("ApiGatewayV2::Deployment", **inside) | {"DependsOn": list(ROUTES)},
        "Stage": stage(burst=100),
        "Origin": one("ApiGatewayV2::DomainName", DomainName="ws-origin.example.com",
                      DomainNameConfigurations=[configured]),
        "Mapping": one("ApiGatewayV2::ApiMapping", DomainName=ref("Origin"), Stage=ref("Stage"), **inside),
        "RecordOrigin": record("ws-origin.example.com", "A", ref("Origin", "RegionalDomainName"),
                               ref("Origin", "RegionalHostedZoneId")),
    }  # fmt: skip


def stage(burst: int) -> Properties:
    logged = {"DestinationArn": {"Fn::Sub": "arn:aws:logs:us-east-1:1:log-group:${Group}"}, "Format": "$context.status"}
    limits = {"ThrottlingBurstLimit": burst, "ThrottlingRateLimit": 50, "LoggingLevel": "ERROR"}
    made = one("ApiGatewayV2::Stage", ApiId=ref("Api"), StageName="v1", DeploymentId=ref("Deployment"),
               AccessLogSettings=logged, DefaultRouteSettings=limits)  # fmt: skip
    return made | {"DependsOn": "Account"}


def front() -> Properties:
    origin = DISTRIBUTION["Origins"][0] | {"DomainName": ref("Origin"), "OriginCustomHeaders": [HEADER]}
    settings = DISTRIBUTION | {
        "Aliases": ["ws.example.com"], "Origins": [origin], "WebACLId": ref("Acl", "Arn"),
        "ViewerCertificate": DISTRIBUTION["ViewerCertificate"] | {"AcmCertificateArn": ref("Certificate")},
    }  # fmt: skip
    logs = {"Fn::Sub": "arn:aws:logs:us-east-1:1:log-group:${WafLogs}"}
    made = {"SecretStringTemplate": "{}", "GenerateStringKey": "value", "PasswordLength": 40}
    return {
        "Secret": one("SecretsManager::Secret", GenerateSecretString=made),
        "Distribution": one("CloudFront::Distribution", DistributionConfig=settings),
        "Acl": ACL, "WafLogs": one("Logs::LogGroup", LogGroupName="aws-waf-logs-edge"),
        "WafLogging": one("WAFv2::LoggingConfiguration", ResourceArn=ref("Acl", "Arn"), LogDestinationConfigs=[logs]),
    }  # fmt: skip


def edge(**changed: Properties) -> Template:
    return template(LOGS | names() | api() | front() | changed)


def found(account: Account, region: str, *services: str) -> Iterator[Found | Incomplete]:
    """Read types of the account as they are read in a run."""
    keys = account.session.get_credentials()
    credentials = Credentials(keys.access_key, keys.secret_key, keys.token)
    gateway = Gateway(region, endpoint=account.endpoint, credentials=credentials)
    look = Look(lambda service, operation, asked: gateway.call(service, operation, **asked), lambda: datetime.now(UTC))
    for unit in units(row for name, row in ROWS.items() if name.split("::")[1] in services):
        yield from read(look, unit)


def test_it_is_made_read_changed_in_one_place_and_taken_away(account: Account) -> None:
    assert account.create(edge()) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED")
    assert differences(account) == {}
    told = list(found(account, "us-east-1", *EDGE_TYPES))
    assert [one for one in told if isinstance(one, Incomplete) or one.broken or one.unread] == []
    assert {one.physical_id.split("|")[2] for one in told if isinstance(one, Found) and one.maker} == {"NS", "SOA"}

    wished = edge(Stage=stage(burst=200))
    reviewed = account.review(wished)["Changes"]
    assert [one["ResourceChange"]["LogicalResourceId"] for one in reviewed] == ["Stage"]
    assert account.update(wished) == "UPDATE_COMPLETE", account.reasons("UPDATE_FAILED")
    assert set(account.reasons("UPDATE_COMPLETE")) == {"Stage", "stack"}
    assert differences(account) == {}

    stack = account.described()["StackId"]
    account.cfn.delete_stack(StackName="stack")
    assert account.status(stack) == "DELETE_COMPLETE", account.reasons("DELETE_FAILED", stack)
    left = {one.type.name for one in found(account, "us-east-1", *EDGE_TYPES)}
    assert left == {"AWS::ApiGateway::Account"}, "CloudFormation leaves the account's role as it is"


def test_what_proves_a_domain_to_certificate_manager_is_made_by_nobody_else(account: Account) -> None:
    client = account.client("route53")
    zone = client.create_hosted_zone(Name="example.com", CallerReference="zone")["HostedZone"]["Id"]
    for name, value in (("_proof", "_c9edd76ee4a0e2a7.acm-validations.aws."), ("mail", "elsewhere.example.net.")):
        made = {"Name": f"{name}.example.com", "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": value}]}
        changes = [{"Action": "CREATE", "ResourceRecordSet": made}]
        client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    records = (one for one in found(account, "us-east-1", "Route53") if "|" in getattr(one, "physical_id", ""))
    makers = {one.properties["Name"]: one.maker for one in records if isinstance(one, Found)}
    assert makers == {"example.com": "route53", "_proof.example.com": "acm", "mail.example.com": None}


def test_what_stands_in_front_of_cloudfront_is_found_from_every_region(account: Account) -> None:
    """WAF keeps it in one region, and refuses the question elsewhere."""
    asked = {"Name": "global", "Scope": "CLOUDFRONT", "DefaultAction": {"Allow": {}}, "VisibilityConfig": SEEN}
    made = account.client("wafv2").create_web_acl(**asked, Rules=[MATCH])["Summary"]
    [acl] = (one for one in found(account, "eu-west-1", "WAFv2") if one.type.name == "AWS::WAFv2::WebACL")
    assert isinstance(acl, Found)
    assert (acl.physical_id, acl.unread) == (f"global|{made['Id']}|CLOUDFRONT", {})
    assert acl.properties["Scope"] == "CLOUDFRONT"
