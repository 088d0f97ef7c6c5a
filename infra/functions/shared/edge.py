"""The edge's secret header: a custom header of the CloudFront distribution that has our alias."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from infra.functions.shared.clients import client
from infra.functions.shared.logger import logger

HEADER: Final = "X-Origin-Verify"


class EdgeError(Exception):
    """The distribution is not as it has to be."""


def send(alias: str, value: str) -> None:
    """Let the edge send ``value`` to the origin. Raises EdgeError; PreconditionFailed when somebody else changed it."""
    distribution = _find(alias)
    if distribution is None:
        return
    found = client("cloudfront").get_distribution_config(Id=distribution)
    headers = list(_headers(found["DistributionConfig"], distribution))
    if all(header["HeaderValue"] == value for header in headers):
        logger.info("the edge sends this value already", distribution=distribution)
        return
    for header in headers:
        header["HeaderValue"] = value
    client("cloudfront").update_distribution(
        Id=distribution, IfMatch=found["ETag"], DistributionConfig=found["DistributionConfig"]
    )
    logger.info("the edge was told to send another value", distribution=distribution)


def check(alias: str, value: str) -> None:
    """Raise EdgeError when the edge was not told to send ``value``."""
    distribution = _find(alias)
    if distribution is None:
        return
    config = client("cloudfront").get_distribution_config(Id=distribution)["DistributionConfig"]
    if any(header["HeaderValue"] != value for header in _headers(config, distribution)):
        raise EdgeError(f"{distribution}: {HEADER} is not the pending value")


def _find(alias: str) -> str | None:
    """Return the id of the distribution of an alias; the secret may be older than the edge, so there may be none."""
    for page in client("cloudfront").get_paginator("list_distributions").paginate():
        for item in page["DistributionList"].get("Items", ()):
            if alias in item.get("Aliases", {}).get("Items", ()):
                return str(item["Id"])
    logger.warning("no distribution has this alias yet: there is nobody to tell", alias=alias)
    return None


def _headers(config: dict[str, Any], distribution: str) -> Iterator[dict[str, Any]]:
    """Yield the header where an origin has it already: no other origin must be told the value."""
    found = [
        header
        for origin in config["Origins"]["Items"]
        for header in origin.get("CustomHeaders", {}).get("Items", ())
        if header["HeaderName"].lower() == HEADER.lower()
    ]
    if not found:
        raise EdgeError(f"{distribution}: no origin has the header {HEADER}")
    yield from found
