"""What stands between clients and functions, before and after a change in place: part of the table of test_types."""

from tests.mock_cloud.written import Properties, one, ref, tags, trust

API = one("ApiGatewayV2::Api", Name="a", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")
ROLE = one("IAM::Role", AssumeRolePolicyDocument=trust("apigateway"))
LOGS: Properties = {
    "Role": ROLE, "Account": one("ApiGateway::Account", CloudWatchRoleArn=ref("Role", "Arn")),
    "Group": one("Logs::LogGroup"),
}  # fmt: skip
URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations"
ROUTE = one("ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey="$default")
DOMAIN = one(
    "ApiGatewayV2::DomainName", DomainName="ws.example.com",
    DomainNameConfigurations=[{"CertificateArn": "arn:aws:acm:us-east-1:1:certificate/c", "EndpointType": "REGIONAL"}],
)  # fmt: skip
STAGES = {name: one("ApiGatewayV2::Stage", ApiId=ref("Api"), StageName=name.lower()) for name in ("One", "Two")}
LOGGED = {"DestinationArn": {"Fn::Sub": "arn:aws:logs:us-east-1:1:log-group:${Group}"}, "Format": "$context.requestId"}
ZONE = one("Route53::HostedZone", Name="example.com")
TARGET = {"DNSName": "d111111abcdef8.cloudfront.net", "HostedZoneId": "Z2FDTNDATAQYW2"}
SEEN = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "tried"}
MATCH = {
    "Name": "match", "Priority": 1, "Action": {"Block": {}}, "VisibilityConfig": {**SEEN},
    "Statement": {"ByteMatchStatement": {
        "SearchString": "/admin", "FieldToMatch": {"UriPath": {}}, "PositionalConstraint": "STARTS_WITH",
        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
    }},
}  # fmt: skip
ACL = one("WAFv2::WebACL", Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=SEEN, Rules=[MATCH])
WAF_LOGS: Properties = {"Fn::Sub": "arn:aws:logs:us-east-1:1:log-group:${Group}"}
SHOWN, STORED = "arn:aws:cloudfront::1:distribution/d", "arn:aws:s3:::stored"
BEHAVIOR = {"PathPattern": "/a", "TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p"}
DISTRIBUTION: Properties = {
    "Enabled": True, "Aliases": ["a.example.com", "b.example.com"], "HttpVersion": "http2and3", "IPV6Enabled": True,
    "PriceClass": "PriceClass_100",
    "Origins": [{
        "Id": "o", "DomainName": "origin.example.com", "OriginCustomHeaders": [{"HeaderName": "X", "HeaderValue": "v"}],
        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]},
    }],
    "DefaultCacheBehavior": {
        "TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p", "OriginRequestPolicyId": "q",
        "AllowedMethods": ["GET", "HEAD", "OPTIONS"], "CachedMethods": ["GET", "HEAD"],
        "FunctionAssociations": [{"EventType": "viewer-request", "FunctionARN": "arn:aws:cloudfront::1:function/f"}],
    },
    "ViewerCertificate": {
        "AcmCertificateArn": "arn:aws:acm:us-east-1:1:certificate/c", "SslSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.3_2025",
    },
}  # fmt: skip

# neighbours, the properties before, the properties after: each pair changes in place
EDGE: dict[str, tuple[Properties, Properties, Properties]] = {
    "ApiGateway::Account": (
        {"Role": ROLE, "Other": one("IAM::Role", AssumeRolePolicyDocument=trust("sns"))},
        {"CloudWatchRoleArn": ref("Role", "Arn")},
        {"CloudWatchRoleArn": ref("Other", "Arn")},
    ),
    "ApiGatewayV2::Api": (
        {}, {**API["Properties"], "Description": "d", "Tags": {"Team": "a"}},
        {**API["Properties"], "DisableExecuteApiEndpoint": True, "Tags": {"Team": "b", "Stage": "b"}},
    ),
    "ApiGatewayV2::Authorizer": (
        {"Api": API},
        {"ApiId": ref("Api"), "Name": "n", "AuthorizerType": "REQUEST", "AuthorizerUri": URI,
         "IdentitySource": ["route.request.header.Auth"]},
        {"ApiId": ref("Api"), "Name": "n", "AuthorizerType": "REQUEST", "AuthorizerUri": f"{URI}?",
         "IdentitySource": ["route.request.querystring.token"]},
    ),
    "ApiGatewayV2::Integration": (
        {"Api": API},
        {"ApiId": ref("Api"), "IntegrationType": "AWS_PROXY", "IntegrationUri": URI, "IntegrationMethod": "POST",
         "Description": "d", "TimeoutInMillis": 5000},
        {"ApiId": ref("Api"), "IntegrationType": "AWS_PROXY", "IntegrationUri": f"{URI}?", "IntegrationMethod": "POST",
         "TimeoutInMillis": 29000},
    ),
    "ApiGatewayV2::Route": (
        {"Api": API, "Who": one("ApiGatewayV2::Authorizer", ApiId=ref("Api"), Name="n", AuthorizerType="REQUEST",
                                AuthorizerUri=URI, IdentitySource=["route.request.header.Auth"]),
         "Does": one("ApiGatewayV2::Integration", ApiId=ref("Api"), IntegrationType="AWS_PROXY", IntegrationUri=URI)},
        {"ApiId": ref("Api"), "RouteKey": "$connect", "AuthorizationType": "CUSTOM", "AuthorizerId": ref("Who"),
         "Target": {"Fn::Sub": "integrations/${Does}"}},
        {"ApiId": ref("Api"), "RouteKey": "$connect", "AuthorizationType": "NONE",
         "Target": {"Fn::Sub": "integrations/${Does}"}, "RouteResponseSelectionExpression": "$default"},
    ),
    "ApiGatewayV2::RouteResponse": (
        {"Api": API, "Route": ROUTE},
        {"ApiId": ref("Api"), "RouteId": ref("Route"), "RouteResponseKey": "$default"},
        {"ApiId": ref("Api"), "RouteId": ref("Route"), "RouteResponseKey": "$default",
         "ModelSelectionExpression": "${request.body.kind}"},
    ),
    "ApiGatewayV2::Deployment": (
        {"Api": API, "Route": ROUTE}, {"ApiId": {"Fn::Select": [0, [ref("Api"), ref("Route")]]}, "Description": "a"},
        {"ApiId": {"Fn::Select": [0, [ref("Api"), ref("Route")]]}},
    ),
    "ApiGatewayV2::Stage": (
        LOGS | {"Api": API},
        {"ApiId": ref("Api"), "StageName": "s", "Tags": {"Team": "a"}, "StageVariables": {"a": "1"},
         "DefaultRouteSettings": {"ThrottlingBurstLimit": 5, "ThrottlingRateLimit": 2.5, "DataTraceEnabled": False}},
        {"ApiId": ref("Api"), "StageName": "s", "Tags": {"Team": "b"}, "AccessLogSettings": LOGGED,
         "DefaultRouteSettings": {"ThrottlingBurstLimit": 9, "ThrottlingRateLimit": 4, "LoggingLevel": "ERROR"}},
    ),
    "ApiGatewayV2::DomainName": (
        {}, {**DOMAIN["Properties"], "Tags": {"Team": "a"}},
        {"DomainName": "ws.example.com", "Tags": {"Team": "b"}, "DomainNameConfigurations": [
            {"CertificateArn": "arn:aws:acm:us-east-1:1:certificate/d", "EndpointType": "REGIONAL",
             "SecurityPolicy": "TLS_1_2"}]},
    ),
    "ApiGatewayV2::ApiMapping": (
        {"Api": API, "Domain": DOMAIN} | STAGES,
        {"ApiId": ref("Api"), "DomainName": ref("Domain"), "Stage": ref("One"), "ApiMappingKey": "k"},
        {"ApiId": ref("Api"), "DomainName": ref("Domain"), "Stage": ref("Two")},
    ),
    "CertificateManager::Certificate": (
        {},
        {"DomainName": "ws.example.com", "SubjectAlternativeNames": ["b.example.com"], "ValidationMethod": "DNS",
         "DomainValidationOptions": [{"DomainName": "ws.example.com", "HostedZoneId": "Z1"}], "Tags": tags("a")},
        {"DomainName": "ws.example.com", "SubjectAlternativeNames": ["b.example.com"], "ValidationMethod": "DNS",
         "DomainValidationOptions": [{"DomainName": "ws.example.com", "HostedZoneId": "Z1"}],
         "Tags": [{"Key": "Stage", "Value": "b"}]},
    ),
    "Route53::HostedZone": (
        {}, {"Name": "example.com", "HostedZoneConfig": {"Comment": "c"}, "HostedZoneTags": tags("a")},
        {"Name": "example.com", "HostedZoneTags": [{"Key": "Stage", "Value": "b"}]},
    ),
    "Route53::RecordSet": (
        {"Zone": ZONE}, {"HostedZoneId": ref("Zone"), "Name": "*.example.com", "Type": "A", "AliasTarget": TARGET},
        {"HostedZoneId": ref("Zone"), "Name": "*.example.com", "Type": "CNAME", "TTL": "60",
         "ResourceRecords": ["elsewhere.example.com"]},
    ),
    "WAFv2::LoggingConfiguration": (
        {"Acl": ACL, "Group": one("Logs::LogGroup", LogGroupName="aws-waf-logs-tried")},
        {"ResourceArn": ref("Acl", "Arn"), "LogDestinationConfigs": [WAF_LOGS],
         "RedactedFields": [{"SingleHeader": {"Name": "authorization"}}]},
        {"ResourceArn": ref("Acl", "Arn"), "LogDestinationConfigs": [WAF_LOGS], "RedactedFields": [{"Method": {}}]},
    ),
    "CloudFront::Distribution": (
        {}, {"DistributionConfig": DISTRIBUTION, "Tags": tags("a")},
        {"DistributionConfig": {
            **DISTRIBUTION, "Comment": "c", "Aliases": ["b.example.com"], "CacheBehaviors": [BEHAVIOR],
            "WebACLId": "arn:aws:wafv2:us-east-1:1:global/w", "Logging": {"Bucket": "logs.s3.amazonaws.com"},
            "Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", "Locations": ["DE", "FR"]}}},
         "Tags": [{"Key": "Stage", "Value": "b"}]},
    ),
    "PricingPlanManager::Subscription": (
        {"Acl": ACL},
        {"PlanFamily": "CloudFront", "PlanTier": "FREE", "ResourceArns": [SHOWN, ref("Acl", "Arn")]},
        {"PlanFamily": "CloudFront", "PlanTier": "FREE", "ResourceArns": [SHOWN, ref("Acl", "Arn"), STORED]},
    ),
}  # fmt: skip
