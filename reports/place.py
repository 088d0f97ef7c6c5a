"""What was looked at, in plain words: a mock cloud is never called AWS."""

from __future__ import annotations

import ipaddress
from typing import Final, Literal
from urllib.parse import urlsplit

from reports.models import Run, Tier

Cloud = Literal["none", "mock", "aws", "unknown"]

_TIERS: Final[dict[Tier, str]] = {
    "static": "the CloudFormation templates, resolved for the environment; nothing is deployed",
    "mocked": "the same templates deployed to the mock cloud and read back through its service APIs; not AWS",
    "live": "the running account, read through the service APIs",
}


def is_loopback(endpoint: str) -> bool:
    """Say whether an endpoint is on this very machine (``http://127.0.0.1:5000``, ``localhost:5000``)."""
    host = _host(endpoint)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _host(endpoint: str) -> str:
    try:
        return urlsplit(endpoint if "//" in endpoint else f"//{endpoint}").hostname or ""
    except ValueError:  # no address at all
        return ""


def cloud(run: Run) -> Cloud:
    """Say what stands behind the run: a loopback endpoint is a mock cloud, whatever the tier is called."""
    if run.endpoint is not None and is_loopback(run.endpoint):
        return "mock"
    if "live" not in run.tiers:
        return "mock" if "mocked" in run.tiers else "none"
    if run.endpoint is None:
        return "aws"
    host = _host(run.endpoint)
    return "aws" if host.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "unknown"


def cloud_text(run: Run) -> str:
    """Return one sentence saying what was looked at."""
    at = f" at {run.endpoint}" if run.endpoint else ""
    kind = cloud(run)
    if kind == "aws" and "mocked" in run.tiers:
        return "AWS for the live tier; a mock cloud, which is not AWS, for the mocked tier."
    return {
        "none": "Templates only. No cloud was looked at, neither AWS nor a mock of it.",
        "mock": f"Mock cloud{at}: a moto server on one machine. Not AWS.",
        "aws": f"AWS{at}.",
        "unknown": f"An endpoint given by hand{at}. Whether AWS stands behind it is not known.",
    }[kind]


def tier_text(run: Run, tier: Tier) -> str:
    """Return what is looked at from a tier."""
    if tier == "live" and cloud(run) == "mock":
        return "the mock cloud behind a loopback endpoint, read through its service APIs; not AWS"
    return _TIERS[tier]


def tier_name(run: Run, tier: Tier) -> str:
    """Return the tier's name with what it means in a word or two."""
    where = {"static": "templates", "mocked": "mock cloud", "live": "mock cloud" if cloud(run) == "mock" else "account"}
    return f"{tier} ({where[tier]})"
