"""The conclusion says no more than the verdicts show, and never calls a mock cloud AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reports.conclusion import conclude
from reports.html import render
from reports.place import cloud, cloud_text, is_loopback, tier_name
from reports.record import load_record
from reports.summary import markdown
from tests.reports import sample


def _state(folder: Path, **changed: Any) -> str:
    lines = sample.healthy()
    lines[0] |= changed | ({"waiver": sample.WAIVER} if changed.get("verdict") == "waived" else {})
    return conclude(load_record(sample.write(folder, lines))).state


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        ("pass", "conforms"),
        ("not_applicable", "conforms"),
        ("waived", "exceptions"),
        ("manual", "exceptions"),
        ("error", "cannot"),
        ("fail", "fails"),
    ],
)
def test_one_verdict_among_passes_decides_the_conclusion(tmp_path: Path, verdict: str, state: str) -> None:
    assert _state(tmp_path, verdict=verdict) == state


def test_nothing_but_not_applicable_concludes_nothing(tmp_path: Path) -> None:
    lines = [line | {"verdict": "not_applicable"} for line in sample.healthy()]
    assert conclude(load_record(sample.write(tmp_path, lines))).state == "cannot"


def test_an_empty_plan_concludes_nothing(tmp_path: Path) -> None:
    record = load_record(sample.write(tmp_path, [], plan_is=sample.plan() | {"planned": []}))
    assert conclude(record).state == "cannot"
    assert "Nothing was planned" in render(record)


def test_a_stale_waiver_does_not_conform(tmp_path: Path) -> None:
    stale = '"stale_waivers": ["waiver W-9 matches nothing"]'
    sample.edited(sample.write(tmp_path, sample.healthy()), '"stale_waivers": []', stale)
    record = load_record(tmp_path)
    assert conclude(record).state == "fails"
    assert "waiver W-9 matches nothing" in render(record)
    assert "waiver W-9 matches nothing" in markdown(record)


def test_an_exit_code_that_no_verdict_explains_does_not_conform(tmp_path: Path) -> None:
    sample.edited(sample.write(tmp_path, sample.healthy()), '"exit_code": 0', '"exit_code": 1')
    assert conclude(load_record(tmp_path)).state == "cannot"


@pytest.mark.parametrize(
    ("tiers", "endpoint", "kind"),
    [
        (["static"], None, "none"),
        (["static", "mocked"], None, "mock"),
        (["static", "mocked"], "http://10.0.0.7:5000", "mock"),
        (["live"], "http://127.0.0.1:5000", "mock"),
        (["live"], "http://[::1]:5000", "mock"),
        (["live"], "localhost:5000", "mock"),
        (["live"], "http://aws.localhost:5000", "mock"),
        (["live"], "https://proxy.example", "unknown"),
        (["live"], "https://evil-amazonaws.com", "unknown"),
        (["live"], "https://sts.eu-west-1.amazonaws.com", "aws"),
        (["live"], None, "aws"),
    ],
)
def test_a_mock_cloud_is_never_called_aws(tmp_path: Path, tiers: list[str], endpoint: str | None, kind: str) -> None:
    plan = sample.plan()
    plan["run"] |= {"tiers": tiers, "endpoint": endpoint}
    plan["planned"] = []
    run = load_record(sample.write(tmp_path, [], plan_is=plan)).run
    assert cloud(run) == kind
    assert ("Not AWS" in cloud_text(run)) == (kind == "mock")
    if kind == "mock":
        assert "mock cloud" in tier_name(run, run.tiers[-1])


def test_an_endpoint_that_is_no_address_is_not_loopback() -> None:
    assert not is_loopback("not an address")
