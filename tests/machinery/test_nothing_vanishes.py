"""Nothing that is there or was chosen vanishes: it is judged, or the run fails and names it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.judging.baseline import check_baselines
from fixtures.run.case import Case, claims
from fixtures.run.coverage import check_coverage
from fixtures.run.options import Selection, _chosen
from infra.environment import environment_names
from infra.errors import InputError
from infra.settings import ROOT
from infra.stacks import load_templates
from reports.models import TIERS, Tier
from suites.catalogue import catalogue
from tests.machinery.test_runs import checkout, edit, record, run

__all__ = ["checkout"]  # a fixture
KNOWN = ("dev", "staging", "prod")


def folder(root: Path, *names: str) -> Path:
    """Make a folder with files in it."""
    root.mkdir()
    for name in names:
        (root / name).write_text("")
    return root


def test_environments_are_the_files_that_are_there(tmp_path: Path) -> None:
    found = environment_names(folder(tmp_path / "e", "prod.toml", "dr.toml", "dev.toml", "a-2.toml", ".gitkeep"))
    assert found == ("dev", "prod", "a-2", "dr")


STRAYS = (
    "dr.yaml", "dr.TOML", "dr.toml.bak", "dr", "dr.toml~", ".dr.toml", "DR.toml", "Prod.toml", "d r.toml", "d_r.toml",
    "-dr.toml", "2.toml", "é.toml", "d\u200br.toml", "d\nr.toml", ".toml",
)  # fmt: skip


@pytest.mark.parametrize("stray", STRAYS, ids=ascii)
def test_a_file_that_no_run_would_read_is_refused_by_name(tmp_path: Path, stray: str) -> None:
    with pytest.raises(InputError) as caught:
        environment_names(folder(tmp_path / "e", "dev.toml", stray))
    assert str(caught.value).isprintable()
    assert stray.isprintable() <= (stray in str(caught.value))


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (folder(tmp_path / "e", "dev.toml") / "dr.toml").mkdir()
    with pytest.raises(InputError, match=r"dr\.toml: nothing reads it"):
        environment_names(tmp_path / "e")


def test_no_environment_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found none"):
        environment_names(folder(tmp_path / "e"))
    with pytest.raises(InputError, match="expected a folder"):
        environment_names(tmp_path / "nowhere")


def test_a_template_that_no_stack_deploys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"extra\.yaml: no stack deploys it: expected one of account"):
        load_templates(folder(tmp_path / "t", "extra.yaml"))


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_each_environment_has_its_baseline_and_each_baseline_its_environment(tmp_path: Path, count: int) -> None:
    for number, some in enumerate(itertools.combinations(KNOWN, count)):
        place = folder(tmp_path / str(number), *(f"{name}.toml" for name in some))
        for chosen in itertools.chain.from_iterable(itertools.combinations(KNOWN, size) for size in (1, 2, 3)):
            if set(chosen) <= set(some):
                check_baselines(chosen, KNOWN, place)
                continue
            with pytest.raises(InputError, match=r"expected the baseline by which \w+ is judged"):
                check_baselines(chosen, KNOWN, place)
        for name in some:
            with pytest.raises(InputError, match=rf"{name}\.toml: expected its environment"):
                check_baselines((), [other for other in KNOWN if other != name], place)


WORDS = st.sampled_from([*KNOWN, "", " ", "Dev", "dev ", "prod\n", "all", "*", "test"])


@given(st.lists(st.lists(WORDS, min_size=1).map(",".join), min_size=1))
@settings(max_examples=500)
def test_a_choice_is_taken_whole_or_refused(given_words: list[str]) -> None:
    words = [word for item in given_words for word in item.split(",")]
    if set(words) <= set(KNOWN) and len(set(words)) == len(words):
        assert _chosen("--env", given_words, KNOWN, KNOWN) == tuple(name for name in KNOWN if name in words)
        return
    with pytest.raises(InputError) as caught:
        _chosen("--env", given_words, KNOWN, KNOWN)
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith("--env ")


def cases_of(environments: Sequence[str], tiers: Sequence[Tier]) -> list[Case]:
    """Return what a selection of everything collects."""
    return [
        Case(environment, tier, control)
        for control in catalogue()
        for environment in environments
        for tier in [tier for tier in tiers if tier in claims(control)] or tiers
    ]


@given(
    st.lists(st.sampled_from(KNOWN), min_size=1, unique=True),
    st.lists(st.sampled_from(TIERS), min_size=1, unique=True),
    st.data(),
)
@settings(max_examples=300)
def test_whatever_is_taken_from_a_selection_is_missed(
    environments: list[str], tiers: list[Tier], data: st.DataObject
) -> None:
    chosen = Selection(tuple(environments), tuple(tiers), Path("out"), tiers_are_said=True)
    whole = cases_of(environments, tiers)
    check_coverage(chosen, whole)
    gone = data.draw(st.sampled_from(whole))
    left = [case for case in whole if case is not gone]
    if not any(case.control is gone.control for case in left):
        return  # the control was not chosen at all
    with pytest.raises(InputError, match=f"{gone.subject} {gone.environment} {gone.tier}"):
        check_coverage(chosen, left)


def test_an_engine_is_no_judge_of_a_tier_that_it_does_not_claim() -> None:
    engine = [Case("dev", "mocked", engine="checkov")]
    with pytest.raises(InputError, match="dev mocked"):
        check_coverage(Selection(("dev",), ("mocked",), Path("out"), tiers_are_said=True), engine)
    both = [Case("dev", "static", engine="checkov")]
    check_coverage(Selection(("dev",), ("static", "mocked"), Path("out")), both)
    with pytest.raises(InputError, match="dev mocked"):
        check_coverage(Selection(("dev",), ("static", "mocked"), Path("out"), tiers_are_said=True), both)


def test_a_control_that_was_named_and_is_not_judged_is_missed() -> None:
    chosen = Selection(("dev",), ("static",), Path("out"), controls=("BAK-01", "ENC-01"))
    whole = cases_of(("dev",), ("static",))
    check_coverage(chosen, whole)
    with pytest.raises(InputError, match="judges it: ENC-01;"):
        check_coverage(chosen, [case for case in whole if case.subject != "ENC-01"])


# -- whole runs ----------------------------------------------------------------------------------------------------

STATIC = ("suites/controls", "--tier", "static")


def test_a_new_environment_is_judged_once_it_has_a_baseline(checkout: Path, tmp_path: Path) -> None:
    settings_of, demands = checkout / "infra/environments", checkout / "policies/baselines"
    text = (settings_of / "prod.toml").read_text().replace("333333333333", "444444444444")
    (settings_of / "dr.toml").write_text(text.replace('"prod"', '"dr"'))
    code, said = run(checkout, tmp_path / "first", *STATIC)
    assert code == 3
    assert "policies/baselines/dr.toml: expected the baseline by which dr is judged, found none" in said
    (demands / "dr.toml").write_text((demands / "prod.toml").read_text().replace("touchstone-prod-", "touchstone-dr-"))
    code, said = run(checkout, tmp_path / "usage", *STATIC)
    assert code == 3
    assert "infra/pricing/usage/dr.toml: expected what dr is assumed to use, found none" in said
    used = checkout / "infra/pricing/usage"
    (used / "dr.toml").write_text((used / "prod.toml").read_text().replace('"prod"', '"dr"', 1))
    code, said = run(checkout, tmp_path / "second", *STATIC, "--control", "BAK-01")
    assert code == 0, said
    assert {verdict["environment"] for verdict in record(tmp_path / "second")[0]} == {*KNOWN, "dr"}


def test_environments_under_other_names_are_not_nothing(checkout: Path, tmp_path: Path) -> None:
    for name in KNOWN:
        (checkout / f"infra/environments/{name}.toml").rename(checkout / f"infra/environments/{name}uction.toml")
    code, said = run(checkout, tmp_path / "out", *STATIC)
    assert code == 3
    assert "policies/baselines/devuction.toml: expected the baseline" in said


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--env", ""], "--env '': expected one of dev, staging, prod"),
        (["--env", ",dev"], "--env '': expected one of dev, staging, prod"),
        (["--env", "dev", "--env", "dev"], "--env dev: expected each name once"),
        (["--env", "DEV"], "--env DEV: expected one of dev, staging, prod"),
        (["--tier", ""], "--tier '': expected one of static, mocked, live"),
        (["--out", ""], "--out: expected a folder"),
        (["--tier", "static", "-k", "dev"], "nothing that is selected judges it: staging static, prod static"),
        (["--tier", "static", "-k", "BAK-01 or (BAK-02 and not prod)"], "judges it: BAK-02 prod static; say with"),
    ],
)
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_choice_that_loses_something_is_one_line(
    tmp_path: Path, words: list[str], complaint: str, workers: str
) -> None:
    code, said = run(ROOT, tmp_path / "out", "suites/controls", "-n", workers, *words)
    assert code == 3, said
    assert complaint in said
    assert "Traceback" not in said
    assert not list((tmp_path / "out").glob("*"))


def test_a_control_that_claims_none_of_the_chosen_tiers_says_why(tmp_path: Path) -> None:
    code, said = run(ROOT, tmp_path, "suites/controls", "--tier", "static", "--env", "dev", "-k", "SGR-06")
    (verdict,), _ = record(tmp_path)
    assert code == 2, said
    assert (verdict["verdict"], verdict["resource"]) == ("not_applicable", "environment")
    assert verdict["message"].startswith("is judged at mocked and live: AWS makes the default group")


def test_a_baseline_without_environment_is_named(checkout: Path, tmp_path: Path) -> None:
    (checkout / "infra/environments/prod.toml").unlink()
    code, said = run(checkout, tmp_path / "out", *STATIC)
    assert code == 3
    assert "policies/baselines/prod.toml: expected its environment infra/environments/prod.toml, found none" in said


def test_a_type_that_nobody_knows_is_not_absent(checkout: Path, tmp_path: Path) -> None:
    edit(checkout, "policies/baselines/dev.toml", "AWS::EC2::EIP", "AWS::EC2::EPI")
    code, said = run(checkout, tmp_path / "out", *STATIC)
    assert code == 3
    assert "policies/baselines/dev.toml: absent.1: expected a type that the inventory knows" in said


def test_only_the_controls_that_were_named_are_judged(tmp_path: Path) -> None:
    words = ("suites", "--tier", "static", "--env", "dev", "--control", "BAK-01,ENC-01", "--control", "NET-01")
    code, said = run(ROOT, tmp_path, *words)
    assert code == 0, said
    assert {verdict["control"] for verdict in record(tmp_path)[0]} == {"BAK-01", "ENC-01", "NET-01"}


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("BAK-01,BAK-99", "--control BAK-99: no control has this id"),
        ("bak-01", "--control bak-01: no control has this id"),
        ("BAK-0", "--control BAK-0: no control has this id"),
        ("", "--control '': no control has this id"),
        ("BAK-01,BAK-01", "--control BAK-01: expected each id once"),
    ],
)
def test_a_control_that_nobody_knows_is_refused(named: str, expected: str, tmp_path: Path) -> None:
    code, said = run(ROOT, tmp_path, *STATIC, "--control", named)
    assert code == 3
    assert expected in said
