"""What is on record of the deployments of the sample run: one environment's history, one unread, one empty."""

from __future__ import annotations

from typing import Any, Final

from tests.reports.sample_catalogue import HOSTILE

PLAN: Final = "9f" * 32


def entry(minute: int, action: str, told: str, *, done: bool = True, **more: str) -> dict[str, Any]:
    """Return an entry of an environment's history."""
    who = "arn:aws:sts::111111111111:assumed-role/touchstone-deployer/touchstone"
    known = {"commit": "4b1f0c9d2e7a" + "0" * 28, "templates": "", "code": "", "plan": ""}
    at = f"2026-11-22T09:{minute:02}:00+00:00"
    return {"id": f"20261122T09{minute:02}00000000Z-{action}", "at": at, "by": who, "action": action, "done": done,
            "told": told} | known | more  # fmt: skip


DEPLOYMENTS: Final[list[dict[str, Any]]] = [
    {
        "environment": "dev", "tier": "mocked", "place": "s3://touchstone-dev-evidence-111111111111/deployments/",
        "unread": None, "older": 3,
        "bad": ["s3://touchstone-dev-evidence-111111111111/deployments/x.json: environment: expected dev, found prod"],
        "entries": [
            entry(50, "validate", "9 pass, 1 fail", done=False),
            entry(40, "smoke", "10 pass"),
            entry(30, "smoke", "9 pass, 1 fail", done=False),
            entry(20, "deploy", "all stacks", templates="ab" * 32, code="cd" * 32, plan=PLAN),
            entry(15, "smoke", "8 pass, 2 fail", done=False),
            entry(10, "shift", HOSTILE),
            entry(5, "deploy", "data: rolled back", done=False, templates="ef" * 32, code="cd" * 32),
        ],
    },
    {
        "environment": "staging", "tier": "mocked", "unread": f"s3:ListObjectsV2 denied: {HOSTILE}", "older": 0,
        "place": "s3://touchstone-staging-evidence-222222222222/deployments/", "bad": [], "entries": [],
    },
    {
        "environment": "prod", "tier": "mocked", "unread": None, "older": 0, "bad": [], "entries": [],
        "place": "s3://touchstone-prod-evidence-333333333333/deployments/",
    },
]  # fmt: skip
