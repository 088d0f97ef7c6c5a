"""What AWS chooses and no template can derive: looked up by name before anything is deployed."""

from __future__ import annotations

from infra.deploy.connect import ClientOf
from infra.environment import Environment
from infra.errors import EndpointError
from infra.stacks import HOSTED_ZONE, PREFIX_LISTS


def looked_up(environment: Environment, client_of: ClientOf) -> dict[str, str]:
    """Return the parameters that are looked up, by name.

    Raises:
        EndpointError: what is looked for is not there, or there more than once.
    """
    found = {parameter: _prefix_list(environment, client_of, name) for parameter, name in PREFIX_LISTS.items()}
    return {**found, HOSTED_ZONE: _hosted_zone(environment, client_of)}


def _prefix_list(environment: Environment, client_of: ClientOf, name: str) -> str:
    wanted = name.format(region=environment.region)
    asked = [{"Name": "prefix-list-name", "Values": [wanted]}]
    found = client_of("ec2").describe_managed_prefix_lists(Filters=asked).get("PrefixLists", [])
    if len(found) != 1:
        raise EndpointError(f"{environment.name}: expected one prefix list {wanted}, found {len(found)}")
    return str(found[0]["PrefixListId"])


def _hosted_zone(environment: Environment, client_of: ClientOf) -> str:
    """Return the id of the public zone that is called as the environment's domain."""
    domain = f"{environment.parameters['DomainName']}."
    listed = client_of("route53").list_hosted_zones_by_name(DNSName=domain)["HostedZones"]
    found = [one for one in listed if one["Name"] == domain and not one.get("Config", {}).get("PrivateZone")]
    if len(found) != 1:
        raise EndpointError(f"{environment.name}: expected one public hosted zone {domain}, found {len(found)}")
    return str(found[0]["Id"]).removeprefix("/hostedzone/")
