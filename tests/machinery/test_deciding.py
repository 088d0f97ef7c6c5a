"""A finding names the line that decided: of the template, and of the environment's file where a parameter did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from fixtures.aws.ledger import Source
from fixtures.inventory.origin import Origin
from fixtures.inventory.services.backup import BackupPlan, BackupVault
from fixtures.judging.baseline import load_baseline
from fixtures.judging.control import Break, Change, Remove
from fixtures.judging.edits import broken
from fixtures.judging.judge import Context, judge
from fixtures.tiers.static import Memory, from_platform
from infra.environment import Environment, environment_names, load_environment
from infra.errors import TouchstoneError
from infra.settings import ROOT
from infra.stacks import Platform, load_templates, resolve_platform
from infra.template import Template
from reports.models import Cell, Verdict
from suites.catalogue import catalogue
from tests.machinery.small import NOW

DECIDING = {
    "BackupRetentionDays", "CacheNodes", "CacheSnapshotDays", "DatabaseMultiAz", "InterfaceEndpoints",
    "LogRetentionDays", "MaxReceiveCount", "MessagesPerSecond", "MessagesAtOnce", "ConnectsPerMinute",
    "CompositeAlarms", "DatabaseHours", "EvidenceDays", "LeastReadyExecutions", "MonthlyBudget",
    "BackupCopyDays", "DashboardSet", "GuardDuty", "NatGateways", "RestoreTests", "TableCapacity",
}  # fmt: skip
# Findings about a whole list, or about the environment as a whole, which are about no one resource and name no line.
UNNAMED = {
    "CompositeAlarms": {"LNK-02", "MON-01", "MON-07", "MON-08", "MON-09"}, "DatabaseHours": {"BUD-04"},
    "EvidenceDays": {"EVD-01"}, "LeastReadyExecutions": {"ASC-02"}, "MonthlyBudget": {"BUD-01"},
    "DashboardSet": {"MON-13"}, "GuardDuty": {"ACC-02"}, "NatGateways": {"WAY-10", "WAY-11"},
}  # fmt: skip
# Elsewhere it opens a group, which is found by the group's line.
IN_PROD = {"NatGateways"}
# A rule of a backup plan has its copies inside it.
BESIDE = {"BackupRetentionDays": {"BackupCopyDays", "CopyVaultArn"}}

SUMS = {"CST-01"}  # what decides a sum is all of it; it names what is dearest
# What was agreed moves with a parameter, whichever it is; of several settings that are missed the first is named.
AGREED = {"GRT-02", "GRT-03", "GRT-04", "SET-01", "SET-02", "SET-03", "SET-04", "SET-05", "SET-06"}

SENDS = "EventQueuePolicy.PolicyDocument.Statement.1"
FOR_A_STRANGER = {"StringEquals": {"aws:SourceAccount": "999999999999"}}
FORCED = Change("DatabaseParameters.Parameters", {"rds.force_ssl": "0"})


@cache
def _templates() -> dict[str, Template]:
    return load_templates()


@cache
def _sound(name: str) -> tuple[Platform, Memory]:
    """Give what a changed platform is compared with, so that only what differs is worked out anew."""
    platform, memory = resolve_platform(load_environment(name), _templates()), Memory()
    from_platform(platform, NOW, memory)
    return platform, memory


def _context(environment: Environment, templates: dict[str, Template] | None = None) -> Context:
    sound, memory = _sound(environment.name)
    inventory = from_platform(resolve_platform(environment, templates or _templates(), like=sound), NOW, memory)
    return Context(inventory, load_baseline(environment.name), environment, NOW)


def _findings(context: Context) -> dict[Cell, Verdict]:
    judged = (item for control in catalogue() if control.id not in SUMS | AGREED for item in judge(control, context))
    return {item.cell: item for item in judged if item.is_finding}


def _others(name: str, value: Any) -> Iterator[Any]:
    """Yield other values that the template permits: the first and the last of a list, else the least and the most."""
    if isinstance(value, bool):
        yield not value
        return
    declared = next(t.section("Parameters")[name] for t in _templates().values() if name in t.section("Parameters"))
    ends = (declared.get("MinValue"), declared.get("MaxValue"))
    permitted = declared.get("AllowedValues", ends)
    yield from (item for item in (permitted[0], permitted[-1]) if item not in (None, value))


def _changes(environment: Environment) -> Iterator[dict[str, Any]]:
    """Yield each change of a parameter that decides; in prod, where most is promised, of the others many at once."""
    others = {name: tuple(_others(name, value)) for name, value in environment.parameters.items()}
    asked = DECIDING - (set() if environment.name == "prod" else IN_PROD)
    yield from ({name: other} for name in sorted(asked & others.keys()) for other in others[name])
    rest = [name for name in others if name not in DECIDING and others[name]] if environment.name == "prod" else []
    # two neighbours would be given the same port
    yield from ({name: others[name][end] for name in rest[first::2]} for first in (0, 1) for end in (0, -1))


def _found(environment: Environment, changes: dict[str, Any], before: frozenset[Cell]) -> Iterator[tuple[str, Verdict]]:
    """Yield what is found where parameters are changed together; if anything is, where each is by itself."""
    edited = environment.model_copy(update={"parameters": environment.parameters | changes})
    try:
        found = _findings(_context(edited))
    except TouchstoneError:  # values that a template refuses cannot be deployed
        found = None
    if len(changes) > 1 and (found is None or found.keys() - before):
        for name, other in changes.items():
            yield from _found(environment, {name: other}, before)
    else:
        (name, *_) = changes
        yield from ((name, verdict) for cell, verdict in (found or {}).items() if cell not in before)


def _changed(environment: Environment) -> Iterator[tuple[str, Verdict]]:
    """Yield each finding of a changed parameter, and the parameter's name."""
    before = frozenset(_findings(_context(environment)))
    for changes in filter(None, _changes(environment)):
        yield from _found(environment, changes, before)


@pytest.mark.parametrize("chosen", environment_names())
def test_a_finding_names_the_line_of_the_parameter_that_decided(chosen: str) -> None:
    deciding = set()
    for name, verdict in _changed(load_environment(chosen)):
        deciding.add(name)
        if verdict.control in UNNAMED.get(name, ()):
            continue
        said = [line for line in verdict.decided_by if f"({name})" in line]
        assert said, (name, verdict)
        path, number = said[0].partition(" ")[0].split(":")
        assert path == f"infra/environments/{chosen}.toml"
        assert (ROOT / path).read_text().splitlines()[int(number) - 1].startswith(f"{name} =")
        named = {line.partition("(")[2].partition(")")[0] for line in verdict.decided_by}
        assert named - BESIDE.get(name, set()) == {name}, verdict.decided_by
    assert deciding <= DECIDING
    assert deciding == DECIDING or chosen != "prod"  # dev promises less, so that less can be missed


@pytest.mark.parametrize(
    ("name", "edit", "resource", "line", "others"),
    [
        ("BAK-01", Change("Database.BackupRetentionPeriod", 1), "Database", "BackupRetentionPeriod: ", ()),
        ("MSG-07", Change(f"{SENDS}.Condition", FOR_A_STRANGER), "EventQueuePolicy", "- Sid: EventTopicSends", ()),
        ("MSG-05", Remove("AlertQueuePolicy"), "AlertQueue", "AlertQueue:", ()),
        ("ENC-07", FORCED, "Database", "DBParameterGroupName: ", ("rds.force_ssl: ",)),
    ],
)
def test_a_finding_names_no_line_but_those_that_decided(
    name: str, edit: Change | Remove, resource: str, line: str, others: tuple[str, ...]
) -> None:
    context = _context(load_environment("prod"), broken(_templates(), [Break((edit,))]))
    (control,) = (item for item in catalogue() if item.id == name)
    (found,) = (item for item in judge(control, context) if item.resource == resource and item.is_finding)
    assert found.location is not None
    assert _text(found.location).startswith(line)
    assert len(found.decided_by) == len(others)
    assert all(_text(place).startswith(text) for place, text in zip(found.decided_by, others, strict=True))


def _text(place: str) -> str:
    path, number = place.split(":")
    return (ROOT / path).read_text().splitlines()[int(number) - 1].strip()


def _line(number: int) -> Source:
    return Source(text=f"infra/templates/backup.yaml:{number}", read_at=NOW)


def _plan(*days: int, **origin: Any) -> BackupPlan:
    rules = [
        {
            "RuleName": f"r{number}",
            "ScheduleExpression": "cron(0 5 * * ? *)",
            "TargetBackupVault": "${BackupVault}",
            "Lifecycle": {"DeleteAfterDays": number},
        }
        for number in days
    ]
    plan = {"BackupPlanName": "p", "BackupPlanRule": rules}
    return BackupPlan.build({"BackupPlan": plan}, Origin(logical_id="BackupPlan", **origin))


@pytest.mark.parametrize(
    ("deployed", "line"),
    [
        ((3, 2), 12),  # as promised, but in another order
        ((2, 1), 13),  # one was changed by hand: it is the one that no other equals
        ((1, 1), 10),  # nobody can say which is which
    ],
)
def test_a_deployed_fact_is_found_in_its_template_in_whatever_order(deployed: tuple[int, ...], line: int) -> None:
    where = "BackupPlan.BackupPlanRule"
    sources = {where: _line(10), f"{where}[0]": _line(12), f"{where}[1]": _line(13)}
    parameters = {f"{where}[0].Lifecycle.DeleteAfterDays": ("infra/environments/dev.toml:9 (Days)",)}
    promised = _plan(2, 3, sources=sources, parameters=parameters)
    there = _plan(*deployed, source=Source(text="backup:GetBackupPlan request 1", read_at=NOW))
    dev = _context(load_environment("dev"))
    vault = dev.inventory.look(BackupVault, "BackupVault")
    declared = replace(dev.inventory, resources=(promised, vault))
    context = replace(dev, inventory=replace(declared, tier="mocked", resources=(there, vault)), declared=declared)
    (control,) = (item for item in catalogue() if item.id == "BAK-04")
    (verdict,) = (item for item in judge(control, context) if item.resource == "BackupPlan")
    assert verdict.location == f"infra/templates/backup.yaml:{line}"
    assert bool(verdict.decided_by) == (line != 13)  # which of them, is not known: any may be set by it
    assert verdict.evidence[0].source == "backup:GetBackupPlan request 1"
