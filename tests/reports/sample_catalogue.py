"""The catalogue of the sample run: what a year of platform work might demand."""

from __future__ import annotations

from typing import Any, Final

HOSTILE: Final = "<script>alert(1)</script>\u202egnp.exe\u202c \x1b[2J\x1b[31m `|*_[x](javascript:alert(1))\u200b"
ENVIRONMENTS: Final = (
    ("dev", "111111111111", "eu-west-1"),
    ("staging", "222222222222", "eu-west-1"),
    ("prod", "333333333333", "eu-central-1"),
)
_AREAS: Final = {
    "ENC": (
        "AWS::DynamoDB::Table",
        "NIST-800-53:SC-28",
        "Whoever copies a disk or a backup reads nothing without the key.",
    ),
    "NET": (
        "AWS::EC2::SecurityGroup",
        "CIS-AWS:5.2",
        "What need not be reached from outside cannot be reached from outside.",
    ),
    "BAK": ("AWS::RDS::DBInstance", "NIST-800-53:CP-9", "What is lost can be had again, as far back as was promised."),
    "LOG": (
        "AWS::Logs::LogGroup",
        "SOC2:CC7.2",
        "What happened can be told afterwards, by somebody who was not there.",
    ),
    "IAM": ("AWS::IAM::Role", "NIST-800-53:AC-6", "Nobody may do more than the work at hand needs."),
}
_TITLES: Final = {
    "ENC": "Storage is encrypted with keys of our own|Keys rotate every year|Tables name their key"
    "|Queues encrypt messages|Secrets are never plain text|Snapshots are encrypted"
    "|Topics encrypt messages|Transport is TLS 1.2 or newer",
    "NET": "Databases are in private subnets|No group is open to the world|Default groups allow nothing"
    "|Flow logs are kept|Subnets assign no public address|Endpoints keep traffic inside"
    "|The firewall stands before the balancer|Network lists deny by default",
    "BAK": "Databases keep their backups|Tables can be restored to any point|A vault locks its backups"
    "|Plans cover every store|Backups are copied to another region|Databases outlive a zone"
    "|Databases refuse deletion|A restore is tried",
    "LOG": "Log groups are kept a year|Trails cover every region|Alarms tell a person"
    "|Access logs are written|Log groups are encrypted|Errors raise an alarm"
    "|Queues have a dead letter alarm|Functions are traced",
    "IAM": "Policies name their actions|Policies name their resources|Roles say who may assume them"
    "|No user has a key|Deploying is a role of its own|Reading is a role of its own"
    "|Boundaries bound every role|Passwords are long",
}


def _control(area: str, number: int, title: str) -> dict[str, Any]:
    scope, reference, rationale = _AREAS[area]
    severity = ("critical", "high", "high", "medium", "low")[number % 5]
    static_only = area == "IAM" and number == 7
    whole = number == 8
    return {
        "id": f"{area}-{number:02}",
        "title": title,
        "rationale": rationale,
        "severity": severity,
        "satisfies": [f"AC{number % 5 + 1}", reference, f"FSBP:{area}.{number}"],
        "engine": "touchstone",
        "scope": "environment" if whole else scope,
        "tiers": ["static"] if static_only else ["static", "mocked", "live"],
        "tiers_reason": "the mock cloud keeps no permissions boundary" if static_only else None,
        "broken_by": [f"Resource{number}.Property := None", f"Resource{number}.Other removed"],
        "location": f"suites/controls/test_{area.lower()}.py:{number * 11}",
    }


def _rule(engine: str, rule: str, title: str, severity: str) -> dict[str, Any]:
    return {
        "id": rule,
        "title": title,
        "rationale": f"A rule of {engine}, applied to the templates as resolved for each environment.",
        "severity": severity,
        "satisfies": [],
        "engine": engine,
        "scope": "templates",
        "tiers": ["static"],
        "tiers_reason": f"{engine} reads templates only",
        "broken_by": [],
        "location": f"policies/{engine.replace('-', '_')}/profile.toml",
    }


CONTROLS: Final = tuple(
    _control(area, number, title)
    for area, titles in _TITLES.items()
    for number, title in enumerate(titles.split("|"), 1)
)
RULES: Final = (
    *(_rule("checkov", f"CKV_AWS_{n}", f"Ensure that sample property {n} is set", "medium") for n in range(16, 46)),
    *(_rule("cfn-lint", f"E30{n}", f"Sample schema rule {n}", "low") for n in range(10, 18)),
)
