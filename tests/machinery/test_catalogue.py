"""The catalogue tries itself: what it says is known, complete, and true of the templates and the baselines."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from pathlib import Path

import pytest

from fixtures.judging.baseline import BASELINES, Baseline, load_baseline
from fixtures.judging.control import Break, ByHand, Change, Control, Remove
from fixtures.judging.edits import broken
from fixtures.judging.frameworks import references
from infra.environment import environment_names
from infra.errors import InputError
from infra.settings import ROOT
from suites import controls
from suites.catalogue import catalogue
from suites.generate import PAGE, page
from suites.proofs.sound_and_broken import templates

# By name, not by id: that ids are unique is one of the demands.
CONTROLS = [pytest.param(item, id=item.function.__name__) for item in catalogue()]
FILES = sorted(Path(controls.__path__[0]).glob("*.py"))


def test_every_id_is_used_once() -> None:
    assert [name for name, times in Counter(item.id for item in catalogue()).items() if times > 1] == []


@pytest.mark.parametrize("control", CONTROLS)
def test_a_title_spells_names_and_versions_as_they_are_spelt(control: Control) -> None:
    words = control.title.split()
    known = {
        name.lower(): name
        for name in ("ACL", "API", "APIs", "AWS", "CloudWatch", "GitHub", "JSON", "NAT", "TLS", "URLs")
    }
    assert [word for word in words if known.get(word.lower(), word) != word] == []
    assert re.search(r"\d \d", control.title) is None


def test_there_are_at_least_as_many_controls_as_were_promised() -> None:
    assert len(catalogue()) >= 25


@pytest.mark.parametrize("control", CONTROLS)
def test_every_reference_is_known(control: Control) -> None:
    assert control.satisfies
    assert set(control.satisfies) <= set(references())


def test_every_acceptance_criterion_is_claimed() -> None:
    claimed = {name for item in catalogue() for name in item.satisfies}
    assert {"AC1", "AC2", "AC3", "AC4", "AC5"} <= claimed


def test_no_framework_requirement_is_listed_in_vain() -> None:
    assert set(references()) == {name for item in catalogue() for name in item.satisfies}


@pytest.mark.parametrize("control", CONTROLS)
def test_every_edit_finds_its_place_in_the_templates(control: Control) -> None:
    outputs = {name for template in templates().values() for name in template.section("Outputs")} | {"Now", "NowId"}
    for item in control.breaks():
        by_hand = [edit for edit in item.edits if isinstance(edit, ByHand)]
        assert by_hand or broken(templates(), [item]) != dict(templates())
        assert set(re.findall(r"\$\{(\w+)\}", str([edit.parameters for edit in by_hand]))) <= outputs


@pytest.mark.parametrize(
    "edit", [Change("Nobody.X", 1), Change("Database.Tags.9.Value", 1), Remove("Database.Nothing")]
)
def test_an_edit_of_what_is_not_there_is_refused(edit: Change | Remove) -> None:
    with pytest.raises(InputError, match=r"no template has a resource or output|is not there in the template"):
        broken(templates(), [Break((edit,))])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_assert_of_a_control_has_a_message(path: Path) -> None:
    silent = [
        node.lineno for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Assert) and not node.msg
    ]
    assert not silent, f"{path.name}: asserts without a finding on lines {silent}"


@pytest.mark.parametrize("path", [path for path in FILES if path.match("test_*.py")], ids=lambda path: path.stem)
def test_pytest_writes_nothing_beside_the_finding_of_a_control(path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert "PYTEST_DONT_REWRITE" in said, f"{path.name}: expected PYTEST_DONT_REWRITE in the module's docstring"


def test_every_threshold_is_demanded_by_a_control() -> None:
    text = "".join(path.read_text() for path in FILES)
    unused = [name for name in Baseline.model_fields if name != "absent" and f"baseline.{name}" not in text]
    assert not unused, f"no control asks for {', '.join(unused)}"


def test_every_environment_has_a_baseline_and_no_baseline_is_orphaned() -> None:
    assert {path.stem for path in BASELINES.glob("*.toml")} == set(environment_names())


def test_production_is_never_held_to_less() -> None:
    dev, staging, prod = (load_baseline(name) for name in environment_names())
    for name in ("backup_days", "recovery_days", "cache_snapshot_days", "log_days", "multi_az", "dead_letter_days"):
        assert getattr(dev, name) <= getattr(staging, name) <= getattr(prod, name)


def test_a_misspelt_threshold_is_refused_in_one_line(tmp_path: Path) -> None:
    text = (BASELINES / "dev.toml").read_text().replace("backup_days", "bakcup_days")
    (tmp_path / "dev.toml").write_text(text)
    with pytest.raises(InputError, match=r"dev\.toml: (backup_days: expected a value|bakcup_days: unknown key)"):
        load_baseline("dev", tmp_path)


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_left_out_of_a_tier_says_why(control: Control) -> None:
    assert len(control.tiers) == 3 or control.tiers_reason


def test_the_printed_catalogue_is_the_catalogue() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m suites.generate"


def test_policies_import_no_other_room() -> None:
    rooms = re.compile(r"^(?:from|import) (?:infra|fixtures|suites|reports|tests)\b", re.MULTILINE)
    files = list((ROOT / "policies").rglob("*.py"))
    assert files
    assert [path.name for path in files if rooms.search(path.read_text())] == []


def test_no_template_carries_a_suppression() -> None:
    words = ("checkov:skip", "cfn-lint:", "ignore_checks", "cfn_nag", "nosec")
    found = [
        f"{path.name}: {word}"
        for path in (ROOT / "infra").rglob("*.y*ml")
        for word in words
        if word in path.read_text()
    ]
    assert not found


def test_no_control_is_longer_than_a_reader_can_hold() -> None:
    long = {item.id: len(inspect.getsource(item.function).splitlines()) for item in catalogue()}
    assert max(long.values()) <= 40
