"""Backups that somebody asks for: one job of AWS Backup for each store, in the vault of the environment."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from infra.deploy.connect import one_line
from infra.deploy.deployer import Deployer
from infra.errors import EndpointError, InputError
from infra.recovery.stores import Store, resources_of
from infra.shifting.shift import Clock

_STACK: Final = "backup"
_VAULT: Final = "BackupVaultName"
_ROLE: Final = "BackupRole"
UNTOLD: Final = "NOT TOLD"
_UNDER_WAY: Final = ("CREATED", "PENDING", "RUNNING", "ABORTING")
_DONE: Final = ("COMPLETED", "FAILED", "ABORTED", "EXPIRED", "PARTIAL", UNTOLD)
_REFUSALS: Final = 3
"""Refusals in a row, each with the client's own retries, after which nobody can tell how a job goes."""
_LONGEST: Final = timedelta(hours=12)
_PAUSES: Final = (0.0, 1.0, 5.0, 30.0)


@dataclass(frozen=True, slots=True)
class Job:
    """One job: its state in AWS's words, or that it could not be told; the recovery point that it made."""

    store: Store
    id: str
    state: str
    point: str
    message: str


@dataclass(frozen=True, slots=True)
class Backups:
    """Asks for backups; ``request`` is the same for one request that is made again, and then no second one is made."""

    backup: Any
    vault: str
    role: str
    days: int
    tags: Mapping[str, str]
    clock: Clock
    told: Callable[[str], None]

    @classmethod
    def of(cls, deployer: Deployer, days: int | None, clock: Clock, told: Callable[[str], None]) -> Backups:
        """Return the backups of an environment, to be kept for some days: those of its daily ones unless it is said.

        Raises:
            InputError: the vault is not deployed, or its lock does not let anybody keep them so long.
        """
        environment, client = deployer.environment, deployer.client_of("backup")
        vault = deployer.outputs_of(_STACK).get(_VAULT)
        name = environment.stack_name(_STACK)
        roles = [one for key, _, one in resources_of(deployer.cloudformation, name) if key == _ROLE]
        if vault is None or not roles:
            raise InputError(f"{name}: has no vault, or no role that makes backups: deploy it first")
        kept = int(environment.parameters["BackupRetentionDays"]) if days is None else days
        _check_lock(client.describe_backup_vault(BackupVaultName=vault), kept)
        tags = {"Project": "touchstone", "Environment": environment.name, "DataClassification": "confidential"}
        role = f"arn:aws:iam::{environment.account}:role/{roles[0]}"
        return cls(client, vault, role, kept, {**tags, "Reason": "on-demand"}, clock, told)

    def run(self, stores: Iterable[Store], request: str) -> tuple[Job, ...]:
        """Back up stores, and wait until it is done, well or not; of what is not after half a day nobody can tell."""
        begun = {store: self._start(store, request) for store in stores}
        done: dict[Store, Job] = {}
        refused: Counter[Store] = Counter()
        ends, pauses = self.clock.now() + _LONGEST, list(_PAUSES)
        while len(done) < len(begun):
            for store in begun.keys() - done.keys():
                job = self._job(store, begun[store], refused)
                if self.clock.now() > ends and job.state not in _DONE:
                    told = f"{job.state.lower()} after {_LONGEST.seconds // 3600} hours"
                    job = replace(job, state=UNTOLD, message=told)
                if job.state in _DONE:
                    done[store] = job
                    self.told(f"{store.short}: {job.state.lower()}{f': {job.message}' if job.message else ''}")
            if len(done) < len(begun):
                self.clock.sleep(pauses.pop(0) if len(pauses) > 1 else pauses[0])
        return tuple(done[store] for store in begun)

    def _start(self, store: Store, request: str) -> str:
        token = hashlib.sha256(f"{request} {store.arn}".encode()).hexdigest()
        made = self.backup.start_backup_job(
            BackupVaultName=self.vault,
            ResourceArn=store.arn,
            IamRoleArn=self.role,
            IdempotencyToken=token,
            RecoveryPointTags=dict(self.tags),
            Lifecycle={"DeleteAfterDays": self.days},
        )
        self.told(f"{store.short}: is backed up into {self.vault}, for {self.days} days")
        return str(made["BackupJobId"])

    def _job(self, store: Store, job: str, refused: Counter[Store]) -> Job:
        try:
            with one_line(store.short):
                told = self.backup.describe_backup_job(BackupJobId=job)
        except EndpointError as error:
            refused[store] += 1
            return Job(store, job, UNTOLD if refused[store] >= _REFUSALS else _UNDER_WAY[0], "", str(error))
        refused[store] = 0
        state, point, message = told["State"], told.get("RecoveryPointArn", ""), told.get("StatusMessage", "")
        if state not in (*_UNDER_WAY, *_DONE):
            return Job(store, job, UNTOLD, point, f"{state} is no state that AWS documents")
        return Job(store, job, state, point, message)


def _check_lock(vault: Mapping[str, Any], days: int) -> None:
    """Refuse what the vault would refuse once everything has been copied."""
    least, most = vault.get("MinRetentionDays"), vault.get("MaxRetentionDays")
    if (least is not None and days < least) or (most is not None and days > most):
        raise InputError(
            f"--days {days}: expected {least or 1} to {most or 36_500}, which the vault's lock lets be kept"
        )
