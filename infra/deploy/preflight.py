"""Looks before it leaps: what would make a deployment fail, each with what to do about it.

A check that could not look is told apart from one that found nothing: it never counts as "fine".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from infra.artefacts import layer_file, layer_key
from infra.deploy.checked import Checked, Verdict
from infra.deploy.connect import ClientOf
from infra.deploy.leftovers import is_taken
from infra.deploy.lookups import looked_up
from infra.deploy.scaling import monitors_of_costs, ready_executions, weighted_aliases
from infra.deploy.stacks import Stacks
from infra.environment import Environment
from infra.errors import EndpointError, TouchstoneError
from infra.stacks import BY_HAND, Platform
from infra.template import ResolvedResource

_VPCS: Final = ("L-F678F1CE", "VPCs")
_ADDRESSES: Final = ("L-0263D0A3", "public addresses")
_KEPT_FREE: Final = 100  # executions at once that AWS lets nobody reserve


@dataclass(frozen=True, slots=True)
class Preflight:
    """One environment, before anything is deployed into it."""

    platform: Platform
    client_of: ClientOf
    stacks: Stacks

    def run(self) -> list[Checked]:
        """Make every check; what one meets does not keep the others from looking."""
        checks: dict[str, Callable[[], Iterable[Checked]]] = {
            "names that are looked up": self._lookups,
            "states of the stacks": self._states,
            "roles": self._roles,
            "availability zones": self._zones,
            "database": self._database,
            "cache": self._cache,
            "names of earlier deployments": self._leftovers,
            "quotas": self._quotas,
            "reserved concurrency": self._concurrency,
            "weights of aliases": lambda: weighted_aliases(self.platform, self.client_of),
            "monitors of costs": lambda: monitors_of_costs(self.platform, self.client_of),
            "libraries of the functions": self._layer,
        }
        return [found for about, check in checks.items() for found in _made(about, check)]

    @property
    def _environment(self) -> Environment:
        return self.platform.environment

    def _of(self, cfn_type: str) -> Iterator[ResolvedResource]:
        return (one for one in self.platform.resources().values() if one.type == cfn_type)

    def _status(self, stack: str) -> str | None:
        found = self.stacks.describe(self._environment.stack_name(stack))
        return None if found is None else str(found["StackStatus"])

    def _missing_stacks(self) -> list[str]:
        return [stack for stack in self.platform.stacks if self._status(stack) in (None, "REVIEW_IN_PROGRESS")]

    def _lookups(self) -> Iterator[Checked]:
        try:
            looked_up(self._environment, self.client_of)
        except EndpointError as error:
            fix = "make a public hosted zone of that name"
            yield Checked("names that are looked up", Verdict.WRONG, str(error), fix)

    def _states(self) -> Iterator[Checked]:
        for stack in self.platform.stacks:
            status = self._status(stack)
            if status and (status.endswith(("_IN_PROGRESS", "_FAILED")) and status != "REVIEW_IN_PROGRESS"):
                fix = "wait until it is done" if status.endswith("PROGRESS") else "recover or destroy it first"
                yield Checked(f"stack {stack}", Verdict.WRONG, status, fix)

    def _roles(self) -> Iterator[Checked]:
        missing_stacks = [stack for stack in self._missing_stacks() if stack in BY_HAND]
        fix = "a person deploys account and identity first, with rights of his own"
        if missing_stacks:
            yield Checked("stacks that make the roles", Verdict.WRONG, f"{', '.join(missing_stacks)} not deployed", fix)
        for arn in (self._environment.deploy_role, self._environment.execution_role, self._environment.role):
            name = arn.rpartition("/")[2]
            if not is_taken(self.client_of, "AWS::IAM::Role", {"RoleName": name}):
                yield Checked(f"role {name}", Verdict.WRONG, "is not there", fix)

    def _zones(self) -> Iterator[Checked]:
        wanted = [str(self._environment.parameters[name]) for name in ("ZoneA", "ZoneB")]
        told = self.client_of("ec2").describe_availability_zones(ZoneNames=wanted)["AvailabilityZones"]
        there = {one["ZoneName"] for one in told if one["State"] == "available"}
        for zone in wanted:
            if zone not in there:
                yield Checked(f"zone {zone}", Verdict.WRONG, "is not available", "name another zone in the environment")

    def _database(self) -> Iterator[Checked]:
        for resource in self._of("AWS::RDS::DBInstance"):
            engine, version = resource.properties["Engine"], str(resource.properties["EngineVersion"])
            asked = {"Engine": engine, "EngineVersion": version}
            rds = self.client_of("rds")
            if not rds.describe_db_engine_versions(**asked)["DBEngineVersions"]:
                yield Checked(
                    resource.logical_id, Verdict.WRONG, f"RDS has no {engine} {version}", "name another version"
                )
            kind = str(resource.properties["DBInstanceClass"])
            pages = rds.get_paginator("describe_orderable_db_instance_options")
            offered = {
                zone["Name"]
                for page in pages.paginate(Engine=engine, DBInstanceClass=kind, Vpc=True)
                for option in page["OrderableDBInstanceOptions"]
                if str(option["EngineVersion"]).partition(".")[0] == version.partition(".")[0]
                for zone in option["AvailabilityZones"]
            }
            for name in ("ZoneA", "ZoneB"):
                zone = str(self._environment.parameters[name])
                if zone not in offered:
                    found = f"{zone} does not offer {kind} for {engine} {version}"
                    yield Checked(resource.logical_id, Verdict.WRONG, found, "name another zone or class")

    def _cache(self) -> Iterator[Checked]:
        for resource in self._of("AWS::ElastiCache::ReplicationGroup"):
            engine, version = resource.properties["Engine"], str(resource.properties["EngineVersion"])
            asked = {"Engine": engine, "EngineVersion": version}
            if not self.client_of("elasticache").describe_cache_engine_versions(**asked)["CacheEngineVersions"]:
                found = f"ElastiCache has no {engine} {version}"
                yield Checked(resource.logical_id, Verdict.WRONG, found, "name another version")

    def _leftovers(self) -> Iterator[Checked]:
        fix = (
            "import it into the stack, or remove it: python -m infra destroy --everything does so for what stacks leave"
        )
        for stack in self._missing_stacks():
            for resource in self.platform.stacks[stack].resources.values():
                name = is_taken(self.client_of, resource.type, resource.properties)
                if name:
                    about = f"{stack}: {resource.logical_id} ({resource.type})"
                    yield Checked(about, Verdict.WRONG, f"{name} is there already", fix)

    def _quotas(self) -> Iterator[Checked]:
        if "network" not in self._missing_stacks():
            return
        ec2 = self.client_of("ec2")
        vpcs, addresses = len(ec2.describe_vpcs()["Vpcs"]), len(ec2.describe_addresses()["Addresses"])
        yield from self._quota("vpc", _VPCS, vpcs, len(list(self._of("AWS::EC2::VPC"))))
        yield from self._quota("ec2", _ADDRESSES, addresses, len(list(self._of("AWS::EC2::EIP"))))

    def _quota(self, service: str, quota: tuple[str, str], used: int, wanted: int) -> Iterator[Checked]:
        code, what = quota
        if not wanted:
            return
        told = self.client_of("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)
        limit = int(told["Quota"]["Value"])
        if used + wanted > limit:
            found = f"{used} of {limit} are used, {wanted} more are wanted"
            yield Checked(what, Verdict.WRONG, found, f"ask for more: quota {code} of {service}")

    def _concurrency(self) -> Iterator[Checked]:
        reserved = sum(
            int(one.properties.get("ReservedConcurrentExecutions", 0)) for one in self._of("AWS::Lambda::Function")
        )
        ready = ready_executions(self.platform)
        if not reserved and not ready:
            return
        limit = int(self.client_of("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
        if reserved + ready + _KEPT_FREE > limit:
            found = f"{reserved} are to be reserved of {limit}, of which AWS keeps {_KEPT_FREE} free"
            found = f"{found}, and {ready} to be kept ready" if ready else found
            fix = "lower ReservedConcurrency and LeastReadyExecutions, or ask for more"
            yield Checked("reserved concurrency", Verdict.WRONG, found, fix)

    def _layer(self) -> Iterator[Checked]:
        if layer_file().exists():
            return
        bucket = next((one.properties.get("BucketName") for one in self._of("AWS::S3::Bucket")), None)
        fix = "python -m infra layer builds it"
        if "account" in self._missing_stacks() or not isinstance(bucket, str):
            yield Checked("libraries of the functions", Verdict.WRONG, "are not built", fix)
        elif not self._has(bucket, layer_key()):
            yield Checked("libraries of the functions", Verdict.WRONG, f"{bucket} does not have them", fix)

    def _has(self, bucket: str, key: str) -> bool:
        listed: dict[str, Any] = self.client_of("s3").list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
        return any(one["Key"] == key for one in listed.get("Contents", ()))


def _made(about: str, check: Callable[[], Iterable[Checked]]) -> Iterator[Checked]:
    """Give what a check found; that it was fine where it found nothing, that it could not look where it broke off."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    found = []
    try:
        for one in check():
            found.append(one)
            yield one
    except (BotoCoreError, ClientError, ResponseParserError, TouchstoneError) as error:
        yield Checked(about, Verdict.UNKNOWN, " ".join(str(error).split())[:300], "look again with more rights")
        return
    if not found:
        yield Checked(about, Verdict.FINE, "nothing in the way")
