"""API Gateway: what all APIs share, WebSocket and HTTP APIs, and what stands inside each."""

from __future__ import annotations

from tests.second_cloud.cases.made import MAP, REGION, Case, Client, Made, Properties, account_of, role

FUNCTION = f"arn:aws:lambda:{REGION}:111122223333:function:f"
URI = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
SELECTION = "$request.body.action"
DOMAIN = "ws.example.com"


def _account(client: Client) -> Made:
    logs = role(client, "apigateway")
    client("apigateway").update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": logs}]
    )
    return {"account": {"CloudWatchRoleArn": logs}}


def _api_id(client: Client, name: str = "neighbour") -> str:
    made = client("apigatewayv2").create_api(Name=name, ProtocolType="WEBSOCKET", RouteSelectionExpression=SELECTION)
    return str(made["ApiId"])


def _api(client: Client) -> Made:
    socket: Properties = {
        "Name": "socket", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": SELECTION, "Description": "d",
        "DisableExecuteApiEndpoint": True, "Tags": MAP,
    }  # fmt: skip
    cors = {"AllowOrigins": ["https://example.com"], "AllowMethods": ["GET"], "MaxAge": 60}
    plain: Properties = {"Name": "plain", "ProtocolType": "HTTP", "CorsConfiguration": cors}
    apis = client("apigatewayv2")
    return {
        apis.create_api(**socket)["ApiId"]: {**socket, "ApiKeySelectionExpression": "$request.header.x-api-key"},
        apis.create_api(**plain)["ApiId"]: {
            **plain, "DisableExecuteApiEndpoint": False,
            "RouteSelectionExpression": "$request.method $request.path",
        },
    }  # fmt: skip


def _authorizer_of(client: Client, api: str) -> tuple[str, Properties]:
    settings: Properties = {
        "ApiId": api, "Name": "tried", "AuthorizerType": "REQUEST", "AuthorizerUri": URI,
        "AuthorizerCredentialsArn": role(client, "apigateway"), "IdentitySource": ["route.request.header.Auth"],
    }  # fmt: skip
    return client("apigatewayv2").create_authorizer(**settings)["AuthorizerId"], settings


def _authorizer(client: Client) -> Made:
    made, settings = _authorizer_of(client, _api_id(client))
    return {made: settings}


def _integration_of(client: Client, api: str) -> tuple[str, Properties]:
    settings: Properties = {
        "ApiId": api, "IntegrationType": "AWS_PROXY", "IntegrationUri": URI, "IntegrationMethod": "POST",
        "Description": "d", "TimeoutInMillis": 5000, "ContentHandlingStrategy": "CONVERT_TO_TEXT",
        "PassthroughBehavior": "WHEN_NO_MATCH", "PayloadFormatVersion": "1.0", "ConnectionType": "INTERNET",
    }  # fmt: skip
    return client("apigatewayv2").create_integration(**settings)["IntegrationId"], settings


def _integration(client: Client) -> Made:
    made, settings = _integration_of(client, _api_id(client))
    return {made: settings}


def _route(client: Client) -> Made:
    api, apis = _api_id(client), client("apigatewayv2")
    authorizer, _ = _authorizer_of(client, api)
    integration, _ = _integration_of(client, api)
    connect: Properties = {
        "ApiId": api, "RouteKey": "$connect", "AuthorizationType": "CUSTOM", "AuthorizerId": authorizer,
        "Target": f"integrations/{integration}", "ApiKeyRequired": True, "OperationName": "o",
    }  # fmt: skip
    other: Properties = {
        "ApiId": api, "RouteKey": "$default", "AuthorizationType": "NONE", "ApiKeyRequired": False,
        "Target": f"integrations/{integration}", "RouteResponseSelectionExpression": "$default",
    }  # fmt: skip
    return {apis.create_route(**one)["RouteId"]: one for one in (connect, other)}


def _answers(client: Client) -> Made:
    api, apis = _api_id(client), client("apigatewayv2")
    settings: Properties = {
        "ApiId": api, "RouteId": apis.create_route(ApiId=api, RouteKey="$default")["RouteId"],
        "RouteResponseKey": "$default", "ModelSelectionExpression": "${request.body.kind}",
    }  # fmt: skip
    return {apis.create_route_response(**settings)["RouteResponseId"]: settings}


def _deployment(client: Client) -> Made:
    api, apis = _api_id(client), client("apigatewayv2")
    apis.create_route(ApiId=api, RouteKey="$default", Target=f"integrations/{_integration_of(client, api)[0]}")
    return {apis.create_deployment(ApiId=api, Description="d")["DeploymentId"]: {"ApiId": api, "Description": "d"}}


def _stage(client: Client) -> Made:
    api, apis, told = _api_id(client), client("apigatewayv2"), dict[str, Properties]()
    _account(client)
    client("logs").create_log_group(logGroupName="access")
    group = f"arn:aws:logs:{REGION}:{account_of(client)}:log-group:access"
    for one in (api, _api_id(client, "second")):
        deployment = apis.create_deployment(ApiId=one)["DeploymentId"]
        settings: Properties = {
            "ApiId": one, "StageName": "prod", "DeploymentId": deployment, "Description": "d",
            "StageVariables": {"a": "1"}, "Tags": MAP,
            "AccessLogSettings": {"DestinationArn": group, "Format": "$context.requestId"},
            "DefaultRouteSettings": {
                "ThrottlingBurstLimit": 5, "ThrottlingRateLimit": 2.5, "DataTraceEnabled": True,
                "DetailedMetricsEnabled": True, "LoggingLevel": "ERROR",
            },
        }  # fmt: skip
        apis.create_stage(**settings)
        told[f"{one}|prod"] = settings
    return told


def _domain_of(client: Client) -> Properties:
    arn = client("acm").request_certificate(DomainName=DOMAIN, ValidationMethod="DNS")["CertificateArn"]
    configured = [
        {"CertificateArn": arn, "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2", "IpAddressType": "ipv4"}
    ]
    settings = {"DomainName": DOMAIN, "DomainNameConfigurations": configured, "Tags": MAP}
    client("apigatewayv2").create_domain_name(**settings)
    return settings


def _domain(client: Client) -> Made:
    return {DOMAIN: _domain_of(client)}


def _mapping(client: Client) -> Made:
    api, apis = _api_id(client), client("apigatewayv2")
    apis.create_stage(ApiId=api, StageName="prod")
    _domain_of(client)
    settings = {"ApiId": api, "DomainName": DOMAIN, "Stage": "prod", "ApiMappingKey": "k"}
    return {apis.create_api_mapping(**settings)["ApiMappingId"]: settings}


CASES: dict[str, Case] = {
    "AWS::ApiGateway::Account": _account,
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::ApiGatewayV2::Authorizer": _authorizer,
    "AWS::ApiGatewayV2::Integration": _integration,
    "AWS::ApiGatewayV2::Route": _route,
    "AWS::ApiGatewayV2::RouteResponse": _answers,
    "AWS::ApiGatewayV2::Deployment": _deployment,
    "AWS::ApiGatewayV2::Stage": _stage,
    "AWS::ApiGatewayV2::DomainName": _domain,
    "AWS::ApiGatewayV2::ApiMapping": _mapping,
}
