"""checkov works beside the newest boto3, looks at everything that it can, and nothing silences it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.engines import checkov_engine
from fixtures.engines.errors import EngineError
from fixtures.engines.findings import Findings
from fixtures.engines.profile import load_profile
from reports.models import Outcome
from tests.engines.small import BAD, EMPTY, RESIDUAL, SOUND, SUPPRESSED, objections, platform, said

TEMPLATES = {"bad": BAD, "sound": SOUND, "suppressed": SUPPRESSED, "residual": RESIDUAL, "empty": EMPTY}


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Findings]:
    folder = tmp_path_factory.mktemp("templates")
    platforms = [platform(folder / f"{name}.yaml", text) for name, text in TEMPLATES.items()]
    return dict(zip(TEMPLATES, checkov_engine.examine(platforms), strict=True))


def test_it_works_beside_the_newest_boto3() -> None:
    """Checkov asks for boto3 1.35.49; uv.lock overrides that."""
    assert tuple(int(part) for part in version("boto3").split(".")[:2]) >= (1, 44)


@pytest.mark.parametrize(
    ("rule", "resource"),
    [("CKV_AWS_24", "Group"), ("CKV_TS_1", "Group"), ("CKV_AWS_16", "Database"), ("CKV_AWS_157", "Database")],
)
def test_what_is_known_to_be_bad_is_flagged(examined: dict[str, Findings], rule: str, resource: str) -> None:
    assert said(examined["bad"])[rule, resource].outcome is Outcome.FAIL


def test_what_is_sound_passes(examined: dict[str, Findings]) -> None:
    found = said(examined["sound"])
    assert found["CKV_AWS_24", "Group"].outcome is found["CKV_TS_1", "Group"].outcome is Outcome.PASS


def test_no_word_in_a_template_suppresses_anything(examined: dict[str, Findings]) -> None:
    assert objections(examined["suppressed"]) == objections(examined["bad"])
    assert len(objections(examined["bad"])) > 5


@pytest.fixture
def silenced_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every switch that checkov has outside of templates."""
    words = "skip-check: [CKV_AWS_24, CKV_TS_1, CKV_AWS_16]\nsoft-fail: true\n"
    (tmp_path / ".checkov.yaml").write_text(words)
    (tmp_path / ".checkov.yml").write_text(words)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CKV_SKIP_CHECK", "CHECKOV_SKIP_CHECK", "SKIP_CHECK"):
        monkeypatch.setenv(name, "CKV_AWS_24,CKV_TS_1,CKV_AWS_16")


@pytest.mark.usefixtures("silenced_from_outside")
def test_no_switch_outside_of_templates_suppresses_anything(examined: dict[str, Findings], tmp_path: Path) -> None:
    (findings,) = checkov_engine.examine([platform(tmp_path / "bad.yaml", BAD)])
    assert objections(findings) == objections(examined["bad"])


def test_a_finding_points_at_the_line_of_its_resource(examined: dict[str, Findings]) -> None:
    line = BAD.splitlines().index("  Database: ") + 1
    assert str(said(examined["bad"])["CKV_AWS_16", "Database"].location).endswith(f"bad.yaml:{line}")


def test_an_unresolved_value_is_an_error(examined: dict[str, Findings]) -> None:
    finding = said(examined["residual"])["checkov", "Queue"]
    assert finding.outcome is Outcome.ERROR
    assert "Fn::Select is not resolved" in finding.message


def test_nothing_to_look_at_is_an_error(examined: dict[str, Findings]) -> None:
    (finding,) = examined["empty"].results
    assert finding.outcome is Outcome.ERROR
    assert "looked at no resource" in finding.message


@pytest.mark.parametrize(
    ("report", "complaint"),
    [
        ({"parsing_errors": ["platform.json"]}, "could not parse"),
        ({"skipped_checks": ["CKV_AWS_24"]}, "skipped 1 checks that nobody waived"),
        ({"passed_checks": []}, "looked at no resource"),
    ],
)
def test_a_report_with_gaps_is_an_error(tmp_path: Path, report: dict[str, list[str]], complaint: str) -> None:
    full: dict[str, list[Any]] = {"parsing_errors": [], "skipped_checks": [], "failed_checks": []}
    passed = [SimpleNamespace(resource="AWS::EC2::SecurityGroup.Group")]
    given = SimpleNamespace(**{"passed_checks": passed, **full, **report})
    (finding,) = checkov_engine._state(platform(tmp_path / "sound.yaml", SOUND), given)
    assert finding.outcome is Outcome.ERROR
    assert complaint in finding.message


def test_a_policy_that_cannot_be_imported_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "half_written.py").write_text("from checkov import nothing_of_this_name\n")
    with pytest.raises(EngineError, match="expected checkov to load half_written: it did not"):
        checkov_engine.load(tmp_path)


def test_no_policies_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="expected checkov to load our own policies"):
        checkov_engine.load(tmp_path)


def test_every_severity_is_of_a_rule_that_exists() -> None:
    from checkov.cloudformation.checks.resource.registry import cfn_registry  # noqa: PLC0415  heavy

    checkov_engine.load(checkov_engine.POLICIES)
    known = {check.id for checks in cfn_registry.checks.values() for check in checks} | {"checkov"}
    assert set(load_profile("checkov").severity) <= known
    assert {rule for rule in known if rule.startswith("CKV_TS_")} <= set(load_profile("checkov").severity)


def test_the_suppressions_tried_here_do_work_on_a_text_as_written(tmp_path: Path) -> None:
    """Otherwise the tests above would show nothing."""
    from checkov.cloudformation.runner import Runner  # noqa: PLC0415  heavy
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415

    (tmp_path / "template.yaml").write_text(SUPPRESSED)
    report = Runner().run(root_folder=str(tmp_path), runner_filter=RunnerFilter(framework=["cloudformation"]))
    assert {"CKV_AWS_24", "CKV_AWS_16"} <= {record.check_id for record in report.skipped_checks}
