"""A waiver permits one failure for a while, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fixtures.engines.findings import engine_severity
from fixtures.judging.waivers import WAIVERS, Waiver, apply, load_waivers, stale
from infra.errors import InputError
from reports.models import Outcome
from tests.machinery.small import NOW, verdict

TODAY = NOW.date()
SEVERITIES = {"ENC-01": "high", "BAK-01": "medium", "SGR-01": "critical"}
FILE = """
[[waiver]]
id = "W-1"
control = "ENC-01"
environment = "dev"
resources = ["Key*"]
max_matches = 2
accepts = "is never rotated"
owner = "ada"
approver = "grace"
reason = "The key is replaced with the next release."
ticket = "OPS-1"
created = 2026-11-20
expires = 2026-12-10
"""


def waiver(**changes: Any) -> Waiver:
    """Make a waiver that is in force."""
    values: dict[str, Any] = {
        "id": "W-1", "control": "ENC-01", "environment": "dev", "resources": ("Key",), "max_matches": 1,
        "accepts": "is never rotated", "owner": "ada", "approver": "grace", "reason": "The key is replaced next week.",
        "ticket": "OPS-1", "created": TODAY - timedelta(days=1), "expires": TODAY,
    }  # fmt: skip
    return Waiver(**{**values, **changes})


def test_a_failure_is_waived_and_says_by_whom() -> None:
    (found,) = apply([waiver()], [verdict()], NOW)
    assert found.verdict is Outcome.WAIVED
    assert found.waiver is not None
    assert (found.waiver.owner, found.waiver.approver, found.waiver.expires) == ("ada", "grace", TODAY.isoformat())


@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.PASS, Outcome.NOT_APPLICABLE])
def test_only_a_failure_is_waived(outcome: Outcome) -> None:
    before = verdict(outcome)
    assert apply([waiver()], [before], NOW) == [before]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"expires": TODAY - timedelta(days=1)}, "waiver W-1 expired 1 days ago"),
        ({"created": TODAY + timedelta(days=1), "expires": TODAY + timedelta(days=2)}, "begins on"),
        ({"accepts": "rotated every year"}, "which is not what was found"),
    ],
)
def test_a_waiver_out_of_force_does_not_waive_and_says_so(changes: dict[str, Any], why: str) -> None:
    (found,) = apply([waiver(**changes)], [verdict()], NOW)
    assert found.verdict is Outcome.FAIL
    assert why in found.message


@pytest.mark.parametrize("changes", [{"environment": "prod"}, {"control": "BAK-01"}, {"resources": ("Queue",)}])
def test_a_waiver_of_something_else_changes_nothing(changes: dict[str, Any]) -> None:
    before = verdict()
    assert apply([waiver(**changes)], [before], NOW) == [before]


def test_more_failures_than_permitted_are_not_waived() -> None:
    together = [verdict(resource=name) for name in ("Key1", "Key2", "Other")]
    found = apply([waiver(resources=("Key*",))], together, NOW)[:2]
    assert {item.verdict for item in found} == {Outcome.FAIL}
    assert "covers 2 resources, at most 1 are permitted" in found[0].message


def test_a_waiver_that_waives_nothing_is_stale_once_its_control_was_judged() -> None:
    passing = [verdict(Outcome.PASS)]
    assert stale([waiver()], passing) == ["waiver W-1 (ENC-01, dev) matches no failure: remove it"]
    assert stale([waiver(environment="prod")], passing) == []
    assert stale([waiver()], apply([waiver()], [verdict()], NOW)) == []


def load(tmp_path: Path, old: str = "", new: str = "") -> tuple[Waiver, ...]:
    """Load a waiver file with one thing changed."""
    path = tmp_path / "waivers.toml"
    path.write_text(FILE.replace(old, new, 1) if old else FILE)
    return load_waivers(SEVERITIES.get, path)


def test_a_waiver_file_is_read(tmp_path: Path) -> None:
    (found,) = load(tmp_path)
    assert (found.id, found.expires) == ("W-1", date(2026, 12, 10))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("approver", "aprover", r"waiver\.0\.(approver: expected a value|aprover: unknown key)"),
        ('approver = "grace"', 'approver = "Ada"', "expected another person than the owner"),
        (
            'environment = "dev"',
            'environment = "*"',
            "environment: expected one of dev, staging, prod, got '\\*'|environment: String should have at least 2",
        ),
        ("expires = 2026-12-10", "expires = 2027-03-01", "at most 30 days after created for severity high"),
        ('control = "ENC-01"', 'control = "ENC-99"', "'ENC-99' is not in the catalogue"),
        ('reason = "The key is replaced with the next release."', 'reason = "later"', "at least 20 characters"),
        ("expires = 2026-12-10", "expires = 2026-11-01", "expected a day after created"),
        ("[[waiver]]", "[[wavier]]", "wavier: unknown key"),
        ("max_matches = 2", "max_matches = 0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_waiver_is_refused_in_one_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        load(tmp_path, old, new)
    assert "\n" not in str(caught.value)


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text(FILE * 2)
    with pytest.raises(InputError, match="found it twice"):
        load_waivers(SEVERITIES.get, tmp_path / "waivers.toml")


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        ("CKV_AWS_16", "critical"),
        ("CKV_AWS_9999", "medium"),
        ("CKV2_AWS_5", "medium"),
        ("E3012", "high"),
        ("checkov", "high"),
        ("BAK-99", None),
        ("nonsense", None),
    ],
)
def test_a_rule_of_an_engine_can_be_waived_too(rule: str, severity: str | None) -> None:
    assert engine_severity(rule) == severity


def test_the_form_in_the_file_is_one_that_is_read(tmp_path: Path) -> None:
    """What people copy must be right: the comment without its marks is a waiver."""
    lines = [line.removeprefix("# ") for line in WAIVERS.read_text().splitlines() if line.startswith("# ")][1:]
    (tmp_path / "waivers.toml").write_text("\n".join(lines))
    (found,) = load_waivers({"BAK-01": "critical"}.get, tmp_path / "waivers.toml")
    assert found.accepts == "keeps 3 days of backups"
