"""A run folder as the journal writes it: 40 controls, 3 environments, 2 tiers, 2 engines, hostile strings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from reports.chain import Chain, unlinked
from reports.sealing import digest, sealed
from tests.reports.sample_catalogue import CONTROLS, ENVIRONMENTS, HOSTILE, RULES
from tests.reports.sample_deployments import DEPLOYMENTS

Row = dict[str, Any]
STARTED = "2026-11-22T10:00:00+00:00"
COMMIT = "4b1f0c9d2e7a"
READ_AT = "2026-11-22T10:00:07.125000+00:00"
OUTCOMES = ("pass", "fail", "error", "waived", "not_applicable", "manual")
WAIVER = {
    "id": "W-2026-001",
    "reason": "The development database is rebuilt from a snapshot every Monday.",
    "owner": "j.doe",
    "approver": "a.smith",
    "ticket": "OPS-123",
    "expires": "2026-12-06",
}
REQUIREMENTS: tuple[Row, ...] = (
    {"reference": "FSBP:NET.2", "framework": "AWS best practices", "title": "Groups are closed", "unanswered": None,
     "link": "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2"},
    {"reference": "SOC2:CC1.1", "framework": "SOC 2", "title": "Integrity", "unanswered": "people", "link": None},
)  # fmt: skip
# (control, environment, tier or None for both, resource): verdict and message
EXCEPTIONS: dict[tuple[str, str, str | None, str], tuple[str, str]] = {
    ("NET-02", "prod", None, "WebSecurityGroup"): (
        "fail",
        "port 22 is open to 0.0.0.0/0; no administrative port may be",
    ),
    ("NET-02", "staging", None, "WebSecurityGroup"): ("fail", f"is named {HOSTILE}; expected a name a person can read"),
    ("ENC-03", "prod", "mocked", "OrdersTable"): (
        "error",
        "could not look: dynamodb:DescribeTable answered 200 without a Table (request 1f3c0a52)",
    ),
    ("BAK-01", "dev", None, "Database"): ("waived", "keeps 3 days of backups; 7 are promised"),
    ("LOG-04", "dev", None, "AccessLogs"): ("not_applicable", "the baseline says that dev keeps no access logs"),
    ("IAM-05", "prod", None, "DeployRole"): ("manual", "a person confirms each quarter who may assume the role"),
}


def plan() -> Row:
    """Return the plan of the sample run."""
    return {
        "run": {
            "id": "2026-11-22T10-00-00Z",
            "started": STARTED,
            "command": "pytest suites --env dev,staging,prod",
            "commit": COMMIT,
            "versions": {"python": "3.11.2", "boto3": "1.44.5", "moto": "5.2.5", "checkov": "3.3.30"},
            "environments": [{"name": n, "account": a, "region": r} for n, a, r in ENVIRONMENTS],
            "tiers": ["static", "mocked"],
            "endpoint": "http://127.0.0.1:5000",
            "callers": {"dev": "arn:aws:sts::111111111111:assumed-role/touchstone-reader/run"},
            "waivers": 1,
            "deployments": deepcopy(DEPLOYMENTS),
        },
        "controls": deepcopy([*CONTROLS, *RULES]),
        "planned": list(_planned()),
        "requirements": deepcopy(REQUIREMENTS),
        "population": [
            {"environment": name, "tier": "mocked", "type": "AWS::RDS::DBInstance", "resources": ["Database"],
             "listed": 1 + (name == "prod"), "in_stacks": 1, "unread": [], "gap": None}
            for name, _, _ in ENVIRONMENTS
        ],
    }  # fmt: skip


def _planned() -> Iterator[Row]:
    for control in (*CONTROLS, *RULES):
        for name, _, _ in ENVIRONMENTS:
            for tier in control["tiers"]:
                if tier != "live":
                    yield {
                        "control": control["id"], "environment": name, "tier": tier, "resources": _resources(control),
                    }  # fmt: skip


def _resources(control: Row) -> list[str]:
    if control["engine"] != "touchstone":
        return ["Database", "OrdersTable", "AccessLogs", "WebSecurityGroup"]
    if control["scope"] == "environment":
        return ["(environment)"]
    special = [resource for (name, _, _, resource) in EXCEPTIONS if name == control["id"]]
    kind = control["scope"].rsplit("::", 1)[1]
    return list(dict.fromkeys([*special, *(f"{word}{kind}" for word in ("Orders", "Billing", "Search", "Audit"))]))


def _hop(what: str, name: str, detail: str, **more: bool) -> Row:
    return {"what": what, "name": name, "detail": detail, **more}


WAY = [
    _hop("address on", "the Internet", "sends from 198.51.100.7"),
    _hop("security group", "DatabaseGroup", "in: tcp 22-9000 0.0.0.0/0"),
    _hop("interface of", "Database", "takes TCP port 5432, by 10.0.16.4 in PrivateSubnetA"),
    _hop("network ACL", HOSTILE, "the answer to port 49152: no rule speaks of it", answer=True, passes=False),
]


def verdicts() -> list[Row]:
    """Return one verdict for every planned cell."""
    controls = {control["id"]: control for control in (*CONTROLS, *RULES)}
    return [
        _verdict(controls[row["control"]], row["environment"], row["tier"], resource)
        for row in _planned()
        for resource in row["resources"]
    ]


def _verdict(control: Row, environment: str, tier: str, resource: str) -> Row:
    key = (control["id"], environment, None, resource)
    exact = (control["id"], environment, tier, resource)
    verdict, message = EXCEPTIONS.get(exact) or EXCEPTIONS.get(key) or ("pass", "as demanded")
    return {
        "control": control["id"],
        "environment": environment,
        "tier": tier,
        "resource": resource,
        "verdict": verdict,
        "severity": control["severity"],
        "message": message,
        "evidence": list(_evidence(resource, tier, environment)),
        "location": "infra/templates/data.yaml:41" if tier == "static" else None,
        "decided_by": ["infra/environments/prod.toml:14 (AdminPort)"] if "port 22" in message else [],
        "way": WAY if verdict == "fail" else [],
        "waiver": WAIVER if verdict == "waived" else None,
        "at": STARTED,
    }


def _evidence(resource: str, tier: str, environment: str) -> Iterator[Row]:
    source = "infra/templates/data.yaml:41" if tier == "static" else "rds:DescribeDBInstances request 1f3c0a52-77aa"
    facts: dict[str, Any] = {
        "BackupRetentionPeriod": 7,
        "StorageEncrypted": True,
        "KmsKeyId": "${DataKey.Arn}",
        "Tags": [{"Key": "Environment", "Value": environment}, {"Key": "Note", "Value": HOSTILE}],
    }
    for name, value in facts.items():
        yield {"resource": resource, "field": name, "value": value, "source": source, "read_at": READ_AT}
    yield {
        "resource": "AWS::KMS::Key",
        "field": "(all)",
        "value": ["DataKey", "LogKey"],
        "source": None,
        "read_at": None,
    }


def few() -> tuple[Row, list[Row]]:
    """Return the plan and the verdicts of a small run with every verdict, both engines and hostile strings."""
    kept = {name for name, _, _, _ in EXCEPTIONS} | {"ENC-08", "IAM-07", RULES[0]["id"], RULES[-1]["id"]}
    said = plan()
    said["controls"] = [control for control in said["controls"] if control["id"] in kept]
    said["planned"] = [row for row in said["planned"] if row["control"] in kept]
    return said, [line for line in verdicts() if line["control"] in kept]


def summary(lines: list[Row], planned: int) -> Row:
    """Return the summary line for these verdicts."""
    counts = Counter(line["verdict"] for line in lines)
    return {
        "summary": {
            "planned": planned,
            "recorded": len(lines),
            "complete": len(lines) == planned,
            "verdicts": {name: counts[name] for name in OUTCOMES},
            "exit_code": 1 if counts["fail"] else 2 if counts["error"] or len(lines) != planned else 0,
            "started": STARTED,
            "finished": "2026-11-22T10:03:12+00:00",
            "commit": COMMIT,
            "interrupted": None,
            "stale_waivers": [],
        }
    }


def write(folder: Path, lines: list[Row] | None = None, *, plan_is: Row | None = None, closed: bool = True) -> Path:
    """Write a run folder; without ``lines`` it is complete, ``closed=False`` leaves the summary line out."""
    folder.mkdir(parents=True, exist_ok=True)
    said = plan_is or plan()
    found = verdicts() if lines is None else lines
    planned = sum(len(row["resources"]) for row in said["planned"])
    (folder / "plan.json").write_text(json.dumps(said), encoding="utf-8")
    last = summary(found, planned)
    last["summary"]["commit"] = said["run"]["commit"]
    return chained(folder, [*found, seal(folder, last)] if closed else found)


def facts(folder: Path, tier: str = "static") -> Path:
    """Write an inventory of each environment into a run folder, as far as a report reads it."""
    (folder / "inventory").mkdir(parents=True, exist_ok=True)
    for name, account, region in ENVIRONMENTS:
        said = {"environment": name, "tier": tier, "account": account, "region": region, "resources": []}
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in said.items())
        (folder / "inventory" / f"{name}-{tier}.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    return folder


def seal(folder: Path, last: Row) -> Row:
    """Return a summary line with the seal of a run folder as it is."""
    last["summary"]["seal"] = sealed(folder).model_dump()
    return last


def chained(folder: Path, lines: list[Row]) -> Path:
    """Write the lines of a journal, each with its link."""
    return linked(folder, [json.dumps(line) for line in lines])


def linked(folder: Path, lines: list[str]) -> Path:
    """Write the lines of a journal as they are, each with its link."""
    chain = Chain(digest((folder / "plan.json").read_bytes()))
    (folder / "verdicts.jsonl").write_text("".join(f"{chain.add(line)}\n" for line in lines), encoding="utf-8")
    return folder


def texts(folder: Path) -> list[str]:
    """Return the lines of a journal without their links."""
    return [unlinked(line).decode().rstrip("\n") for line in (folder / "verdicts.jsonl").open("rb")]


def edited(folder: Path, old: str, new: str) -> None:
    """Change a text in the journal of a record, and make its links anew."""
    lines = texts(folder)
    assert any(old in line for line in lines), old
    linked(folder, [line.replace(old, new) for line in lines])


def healthy() -> list[Row]:
    """Return the verdicts of a run in which everything passes."""
    return [row | {"verdict": "pass", "message": "as demanded", "waiver": None} for row in verdicts()]


def ten() -> list[Row]:
    """Return the verdicts of a run in which ten resources fail a demand each, in all environments and tiers."""
    failing = {(line["control"], line["resource"]): None for line in verdicts() if line["control"].endswith("-01")}
    chosen = [*failing][:10]
    failed = {"verdict": "fail", "message": "keeps 3 days of backups; 7 are promised"}
    return [row | (failed if (row["control"], row["resource"]) in chosen else {}) for row in healthy()]
