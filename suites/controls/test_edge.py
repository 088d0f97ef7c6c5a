"""Clients come through the edge: over TLS 1.3, past the firewall, and nobody goes round it.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.cloudfront import Distribution
from fixtures.inventory.services.wafv2 import LoggingConfiguration, WebACL
from fixtures.inventory.touching import note_inside
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Change, Remove, control
from suites.controls.looking import leading_to

AT_THE_EDGE = ("AC2", "NIST-800-53:SC-7", "PCI-4.0:6.4.2", "SOC2:CC6.6")
IN_TRANSIT = ("AC2", "NIST-800-53:SC-8(1)", "PCI-4.0:4.2.1", "SOC2:CC6.7")
DEFAULT_WINDOW_SECONDS = 300
HEADER = "x-origin-verify"
# Where a browser sends its token, and where others may.
TOKENS = ("QueryString", "sec-websocket-protocol", "authorization")
RULES = "WebAcl.Rules"
NARROWED = {
    "ManagedRuleGroupStatement": {
        "VendorName": "AWS", "Name": "AWSManagedRulesSQLiRuleSet",
        "RuleActionOverrides": [{"Name": "SQLi_BODY", "ActionToUse": {"Count": {}}}],
    },
}  # fmt: skip


@control(
    "EDG-01",
    severity="critical",
    satisfies=(*AT_THE_EDGE, "FSBP:CloudFront.6", "CIS-7.0:4.10"),
    broken_by=(Remove("Edge.DistributionConfig.WebACLId"),),
)
def test_the_edge_is_behind_a_web_acl(edge: Distribution, inventory: Inventory) -> None:
    """A web ACL cannot be attached to a WebSocket API: what is not stopped at the edge is not stopped at all."""
    acl = edge.distribution_config.web_acl_id
    assert acl is not None, "has no web ACL; one of ours is promised"
    found = inventory.find(WebACL, acl)
    assert found is not None, f"is behind {acl}, which is none of this account's web ACLs; one of ours is promised"


@control(
    "EDG-02",
    severity="high",
    satisfies=(*AT_THE_EDGE, "NIST-800-53:SC-5", "FSBP:WAF.10"),
    broken_by=(
        Change(f"{RULES}.0.Statement.RateBasedStatement.Limit", 20_000),
        # without it AWS counts over five minutes: 400 a minute, not 2000
        Remove(f"{RULES}.0.Statement.RateBasedStatement.EvaluationWindowSec"),
        Change(f"{RULES}.0.Action", {"Count": {}}),
        Change(f"{RULES}.0.Statement.RateBasedStatement.AggregateKeyType", "CONSTANT"),
        Change(
            f"{RULES}.0.Statement.RateBasedStatement.ScopeDownStatement",
            {"GeoMatchStatement": {"CountryCodes": ["US"]}},
        ),
    ),
)
def test_one_address_connects_so_often_and_no_more(acl: WebACL, baseline: Baseline) -> None:
    """Who asks for a socket two thousand times a minute is no client."""
    found = [rule for rule in acl.rules if "RateBasedStatement" in rule.statement]
    assert found, f"limits nobody; {baseline.connects_per_minute} requests a minute from one address are promised"
    for rule in found:
        limit = rule.statement["RateBasedStatement"]
        window = limit.get("EvaluationWindowSec", DEFAULT_WINDOW_SECONDS)
        note_inside(rule.statement, "RateBasedStatement", "Limit", decides=True)
        a_minute = int(limit["Limit"]) * 60 / int(window)
        assert a_minute == baseline.connects_per_minute, (
            f"{rule.name} limits to {a_minute:g} requests a minute; {baseline.connects_per_minute} are promised"
        )
        assert rule.action == {"Block": {}}, f"{rule.name} answers {_word(rule.action)}; Block is promised"
        kind, narrowed = limit.get("AggregateKeyType"), "ScopeDownStatement" in limit
        assert kind == "IP", f"{rule.name} counts by {kind}; by the client's address is promised"
        assert not narrowed, f"{rule.name} counts some requests only; all are promised"


@control(
    "EDG-03",
    severity="high",
    satisfies=(*AT_THE_EDGE, "FSBP:WAF.10"),
    broken_by=(
        Change(f"{RULES}.1.OverrideAction", {"Count": {}}),
        Remove(f"{RULES}.2"),
        Change(f"{RULES}.3.Statement", NARROWED),
        Change(f"{RULES}.1.Statement.ManagedRuleGroupStatement.VendorName", "Somebody"),
    ),
)
def test_known_attacks_are_blocked(acl: WebACL, baseline: Baseline) -> None:
    """The groups of AWS know what is tried everywhere; one that only counts watches it come in."""
    whole = {name for rule in acl.rules for name in _blocking(rule.statement, rule.override_action)}
    missing = [name for name in baseline.rule_groups if name not in whole]
    assert not missing, f"does not block all of {', '.join(missing)}; the whole group is promised, in block mode"


def _blocking(statement: Mapping[str, Any], override: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield the managed group of AWS that a rule applies whole, and in block mode."""
    group = statement.get("ManagedRuleGroupStatement", {})
    narrowed = any(group.get(word) for word in ("RuleActionOverrides", "ExcludedRules", "ScopeDownStatement"))
    if group.get("VendorName") == "AWS" and override == {"None": {}} and not narrowed:
        yield str(group.get("Name"))


def _word(action: Mapping[str, Any] | None) -> str:
    return ", ".join(action or {}) or "nothing"


@control(
    "EDG-04",
    severity="medium",
    satisfies=(*AT_THE_EDGE, "FSBP:WAF.11", "NIST-800-53:AU-2", "PCI-4.0:10.2.1"),
    broken_by=(
        Remove("WebAclLogging"),
        Change("WebAclLogging.RedactedFields", [{"QueryString": {}}]),
    ),
)
def test_the_firewall_logs_requests_and_no_tokens(acl: WebACL, inventory: Inventory) -> None:
    """Without the log nobody knows what was stopped; with a token in it the log is a set of keys."""
    found = list(leading_to(inventory, acl, LoggingConfiguration, lambda one: (one.resource_arn,)))
    assert found, "keeps no log; one is promised"
    for logging in found:
        left = [name for name in TOKENS if name not in set(_redacted(logging))]
        assert not left, f"logs {', '.join(left)}, which may hold a token; redaction is promised"


def _redacted(logging: LoggingConfiguration) -> Iterator[str]:
    for field in logging.redacted_fields:
        header = field.get("SingleHeader")
        yield str(header["Name"]).lower() if header else next(iter(field), "")


@control(
    "EDG-05",
    severity="critical",
    satisfies=(*IN_TRANSIT, "FSBP:CloudFront.3", "FSBP:CloudFront.7", "FSBP:CloudFront.8"),
    broken_by=(
        Change("Edge.DistributionConfig.ViewerCertificate.MinimumProtocolVersion", "TLSv1.2_2021"),
        Change("Edge.DistributionConfig.ViewerCertificate", {"CloudFrontDefaultCertificate": True}),
        Change("Edge.DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy", "allow-all"),
    ),
)
def test_clients_connect_over_tls_1_3(edge: Distribution, baseline: Baseline) -> None:
    """API Gateway itself still takes TLS 1.2: what clients are held to is decided at the edge."""
    config = edge.distribution_config
    certificate = config.viewer_certificate
    version = None if certificate is None else certificate.minimum_protocol_version
    assert version in baseline.tls_policies, (
        f"lets clients come with {version or 'TLSv1'}; {' or '.join(baseline.tls_policies)} is promised"
    )
    policy = config.default_cache_behavior.viewer_protocol_policy
    assert policy == "https-only", f"answers plain HTTP ({policy}); https-only is promised"


@control(
    "EDG-06",
    severity="high",
    satisfies=(*IN_TRANSIT, "FSBP:CloudFront.9", "FSBP:CloudFront.10"),
    broken_by=(
        Change("Edge.DistributionConfig.Origins.0.CustomOriginConfig.OriginProtocolPolicy", "match-viewer"),
        Change("Edge.DistributionConfig.Origins.0.CustomOriginConfig.OriginSSLProtocols", ["TLSv1", "TLSv1.2"]),
    ),
)
def test_the_edge_speaks_tls_with_the_api(edge: Distribution) -> None:
    """TLS 1.2 is the least, and the most that CloudFront can be held to; the API takes nothing older."""
    for origin in edge.distribution_config.origins:
        config = origin.custom_origin_config
        assert config is not None, f"{origin.domain_name} is no custom origin; the API is promised"
        assert config.origin_protocol_policy == "https-only", (
            f"speaks {config.origin_protocol_policy} with {origin.domain_name}; https-only is promised"
        )
        old = [version for version in config.origin_ssl_protocols if version != "TLSv1.2"]
        assert not old, f"would speak {', '.join(old)} with {origin.domain_name}; TLSv1.2 is promised"


@control(
    "EDG-07",
    severity="high",
    satisfies=AT_THE_EDGE,
    broken_by=(
        Remove("Edge.DistributionConfig.Origins.0.OriginCustomHeaders"),
        Change("Edge.DistributionConfig.Origins.0.OriginCustomHeaders.0.HeaderName", "X-Something"),
    ),
)
def test_the_edge_shows_the_api_who_it_is(edge: Distribution) -> None:
    """The API's own name is no secret: only the header tells the edge from somebody who goes round it."""
    for origin in edge.distribution_config.origins:
        shown = [header.header_name.lower() for header in origin.origin_custom_headers]
        assert HEADER in shown, f"shows {origin.domain_name} no secret; the header X-Origin-Verify is promised"


@control(
    "EDG-08",
    severity="medium",
    satisfies=("AC3", "FSBP:CloudFront.5", "NIST-800-53:AU-2", "PCI-4.0:10.2.1"),
    broken_by=(Remove("Edge.DistributionConfig.Logging"),),
)
def test_the_edge_logs_its_requests(edge: Distribution) -> None:
    """Who came, when and from where is asked after the fact, or cannot be answered."""
    logging = edge.distribution_config.logging
    assert logging is not None, "keeps no log of its requests; one is promised"
    assert logging.bucket, "keeps no log of its requests; one is promised"
