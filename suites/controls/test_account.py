"""What an account has once: who looks for access from outside, who vouches for whom, and what lets its APIs log.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

import re

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.accessanalyzer import Analyzer
from fixtures.inventory.services.apigateway import Account
from fixtures.inventory.services.cloudfront import Distribution
from fixtures.inventory.services.guardduty import Detector
from fixtures.inventory.services.iam import OIDCProvider, Role
from fixtures.inventory.services.pricingplanmanager import Subscription
from fixtures.inventory.services.wafv2 import WebACL
from fixtures.inventory.values import as_reference
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Add, Change, Remove, control, not_applicable

WHO_COMES_IN = ("AC2", "NIST-800-53:AC-6", "SOC2:CC6.3")
GITHUB = "token.actions.githubusercontent.com"
EDGE = re.compile(r"arn:[a-z-]+:cloudfront::[0-9]{12}:distribution/(.+)")
AUDIENCE = "sts.amazonaws.com"


@control(
    "ACC-01",
    severity="medium",
    satisfies=("AC2", "FSBP:IAM.28", "NIST-800-53:AC-6", "SOC2:CC6.3"),
    broken_by=(Remove("AccessAnalyzer"),),
)
def test_access_from_outside_is_looked_for(inventory: Inventory) -> None:
    """What somebody opens by hand tomorrow is found by the analyzer, not by a template's review."""
    kinds = {one.type for one in inventory.of(Analyzer) if one.managed}  # a stranger takes his away when he likes
    assert "ACCOUNT" in kinds, (
        f"analyzes {', '.join(sorted(kinds)) or 'nothing'}; an analyzer of the account is promised"
    )


@control(
    "ACC-02",
    severity="high",
    satisfies=("AC2", "FSBP:GuardDuty.1", "NIST-800-53:SI-4", "SOC2:CC7.2"),
    broken_by=(Change("ThreatDetector.Enable", value=False), Remove("ThreatDetector")),
)
def test_threats_are_looked_for(inventory: Inventory, baseline: Baseline) -> None:
    """Stolen credentials and machines that obey somebody else show themselves in logs that nobody reads by hand."""
    if not baseline.threat_detection:
        not_applicable("no threat detection is promised")
    on = [one.enable for one in inventory.of(Detector)]
    assert on, "has no detector; GuardDuty is promised"
    assert all(on), "has a detector that is suspended; GuardDuty is promised"


@control(
    "ACC-03",
    severity="critical",
    satisfies=WHO_COMES_IN,
    broken_by=(
        Change("GitHubProvider.ClientIdList", [AUDIENCE, "https://github.com/somebody"]),
        Change("GitHubProvider.ClientIdList", ["https://github.com/somebody"]),
        Change("GitHubProvider.Url", "https://tokens.example.com"),
    ),
)
def test_workflows_alone_are_vouched_for(provider: OIDCProvider) -> None:
    """Whoever may issue tokens that the account believes can become whatever role trusts them."""
    url = (provider.url or "").removeprefix("https://")
    assert url == GITHUB, f"believes the tokens of {url or 'nobody'}; {GITHUB} alone is promised"
    audiences = sorted(provider.client_id_list)
    assert audiences == [AUDIENCE], f"takes tokens made out for {', '.join(audiences)}; {AUDIENCE} alone is promised"


@control(
    "ACC-04",
    severity="medium",
    satisfies=("AC3", "FSBP:APIGateway.1", "NIST-800-53:AU-2", "SOC2:CC7.2"),
    broken_by=(Change("ApiLogging.CloudWatchRoleArn", "arn:aws:iam::444444444444:role/somebody"),),
)
def test_apis_may_log(account: Account, inventory: Inventory) -> None:
    """Without a role of the account no stage of a WebSocket API logs, whatever the stage says."""
    role = account.cloud_watch_role_arn
    assert inventory.find(Role, role) is not None, f"logs as {role or 'nobody'}; a role of ours is promised"


@control(
    "ACC-05",
    severity="low",
    satisfies=("AC5",),
    broken_by=(
        Add("edge", "HalfPlan", "AWS::PricingPlanManager::Subscription", {
            "PlanFamily": "CloudFront", "PlanTier": "PRO",
            "ResourceArns": [
                "arn:aws:cloudfront::333333333333:distribution/E000000000000", {"Fn::GetAtt": ["WebAcl", "Arn"]},
            ],
        }),
    ),
)  # fmt: skip
def test_flat_rates_cover_what_they_are_for(plan: Subscription, inventory: Inventory) -> None:
    """A plan that does not cover the edge and its firewall together is paid for beside their use."""
    edges = [found[1] for link in plan.resource_arns if (found := EDGE.fullmatch(str(link)))]
    covered = [name for name in edges if inventory.find(Distribution, as_reference(name) or name)]
    walls = [link for link in plan.resource_arns if inventory.find(WebACL, link)]
    assert covered, "covers no distribution of ours; the edge is promised"
    assert walls, "covers no web ACL of ours; the edge's firewall is promised"
