"""The API has one way in, which asks who comes, and takes so much and no more.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.apigatewayv2 import Api, Authorizer, DomainName, Route, Stage
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Change, Remove, control, not_applicable

AT_THE_API = ("AC2", "NIST-800-53:SC-7", "PCI-4.0:1.4.2", "SOC2:CC6.6")
# What may hold a token: a log with it is a set of keys.
TOKENS = ("querystring", "$context.requestoverride", 'protocol":', "header")
IDENTITY = "route.request.header.X-Origin-Verify"


@control(
    "API-01",
    severity="high",
    satisfies=AT_THE_API,
    broken_by=(
        Change("WebSocketApi.DisableExecuteApiEndpoint", value=False),
        Remove("WebSocketApi.DisableExecuteApiEndpoint"),
    ),
)
def test_the_api_has_no_second_way_in(api: Api) -> None:
    """The address that AWS gives every API leads round the edge, its firewall and its TLS."""
    assert api.disable_execute_api_endpoint, "answers under its execute-api address; its own domain only is promised"


@control(
    "API-02",
    severity="critical",
    satisfies=(*AT_THE_API, "FSBP:APIGateway.8", "NIST-800-53:AC-3(3)"),
    broken_by=(
        Change("ConnectRoute.AuthorizationType", "NONE"),
        Change("ConnectRoute.AuthorizationType", "AWS_IAM"),
        Change("ConnectRoute.AuthorizerId", "somebody"),
    ),
)
def test_who_opens_a_socket_is_asked_who_he_is(route: Route, inventory: Inventory) -> None:
    """API Gateway asks once, at `$connect`: what comes over the socket later is believed.

    A route that names an authorizer which is not there is answered by nobody, or by whom nobody knows.
    """
    if route.route_key != "$connect":
        not_applicable("who sends this is asked when the socket is opened")
    assert route.authorization_type == "CUSTOM", f"asks nobody ({route.authorization_type}); the authorizer is promised"
    found = inventory.find(Authorizer, route.authorizer_id)
    assert found is not None, f"asks {route.authorizer_id}, which is none of ours; an authorizer of ours is promised"


@control(
    "API-03",
    severity="high",
    satisfies=AT_THE_API,
    broken_by=(
        Change("WebSocketAuthorizer.IdentitySource", ["route.request.header.Origin"]),
        Change("WebSocketAuthorizer.IdentitySource", []),
    ),
)
def test_nobody_is_heard_who_does_not_come_through_the_edge(authorizer: Authorizer) -> None:
    """Without the edge's header API Gateway refuses by itself: no function runs for who goes round the edge."""
    assert IDENTITY in authorizer.identity_source, "asks for no header of the edge; X-Origin-Verify is promised"


@control(
    "API-04",
    severity="medium",
    satisfies=("AC3", "FSBP:APIGateway.1", "FSBP:APIGateway.9", "NIST-800-53:AU-2", "PCI-4.0:10.2.1", "SOC2:CC7.2"),
    broken_by=(
        Remove("WebSocketStage.AccessLogSettings"),
        Change("WebSocketStage.DefaultRouteSettings.DataTraceEnabled", value=True),
        Change("WebSocketStage.AccessLogSettings.Format", '{"token":"$context.requestOverride.querystring.token"}'),
    ),
)
def test_stages_log_requests_and_no_messages(stage: Stage) -> None:
    """Who opened which socket is asked after the fact; what he sent, or his token, belongs in no log."""
    settings = stage.access_log_settings
    assert settings is not None, "keeps no access log; one is promised"
    assert settings.destination_arn is not None, "keeps no access log; one is promised"
    written = (settings.format or "").lower()
    found = [word for word in TOKENS if word in written]
    assert not found, f"its access log has {', '.join(found)}, which may be a token; none is promised"
    route = stage.default_route_settings
    assert route is None or not route.data_trace_enabled, "traces whole messages into its log; none is promised"


@control(
    "API-05",
    severity="high",
    satisfies=(*AT_THE_API, "NIST-800-53:SC-5"),
    broken_by=(
        Remove("WebSocketStage.DefaultRouteSettings.ThrottlingRateLimit"),
        Change("WebSocketStage.DefaultRouteSettings.ThrottlingBurstLimit", 5000),
        Remove("WebSocketStage.DefaultRouteSettings"),
    ),
)
def test_stages_take_so_many_messages_and_no_more(stage: Stage, baseline: Baseline) -> None:
    """The firewall sees a socket opened and nothing of what comes over it: messages are limited here or nowhere."""
    settings, most = stage.default_route_settings, baseline.messages_per_second
    assert settings is not None, f"takes as many messages as come; {most} a second at most are promised"
    rate = settings.throttling_rate_limit
    assert rate is not None, f"takes as many messages as come; {most} a second at most are promised"
    assert rate <= most, f"takes {rate:g} messages a second; {most} at most are promised"
    burst = settings.throttling_burst_limit
    assert burst is not None, f"takes any number of messages at once; {2 * most} at most are promised"
    assert burst <= 2 * most, f"takes {burst} messages at once; {2 * most} at most are promised"


@control(
    "API-06",
    severity="high",
    satisfies=("AC2", "NIST-800-53:SC-8(1)", "PCI-4.0:4.2.1", "SOC2:CC6.7"),
    broken_by=(Change("ApiDomain.DomainNameConfigurations.0.SecurityPolicy", "TLS_1_0"),),
)
def test_domains_take_nothing_older_than_tls_1_2(domain: DomainName) -> None:
    """The most that a domain of a WebSocket API can demand; the edge in front of it demands TLS 1.3."""
    for configuration in domain.domain_name_configurations:
        policy = configuration.security_policy
        assert policy == "TLS_1_2", f"takes {policy or 'TLS_1_0'}; TLS_1_2 is promised"
