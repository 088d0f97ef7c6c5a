"""What the engines say of the platform itself: our own policies are content, and no exclusion is kept in vain."""

from __future__ import annotations

import pytest

from fixtures.engines.cache import begin
from fixtures.engines.findings import Findings
from fixtures.engines.profile import load_profile
from infra.environment import environment_names, load_environment
from infra.stacks import load_templates, resolve_platform
from reports.models import ENGINES, Engine, Outcome
from suites.catalogue import catalogue


@pytest.fixture(scope="module")
def findings() -> dict[str, tuple[Findings, ...]]:
    """Each engine's findings of every environment, one engine after the other; kept from an earlier run, if any."""
    templates = load_templates()
    platforms = [resolve_platform(load_environment(name), templates) for name in environment_names()]
    found: dict[str, tuple[Findings, ...]] = {}
    for engine in ENGINES:
        examination = begin(engine, platforms, lambda _: None)
        try:
            found[engine] = examination.result()
        finally:
            examination.stop()
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_every_environment_is_judged(findings: dict[str, tuple[Findings, ...]], engine: str) -> None:
    assert [one.environment for one in findings[engine]] == list(environment_names())
    assert all(one.results for one in findings[engine])


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_objects_only_to_what_its_profile_excludes(
    findings: dict[str, tuple[Findings, ...]], engine: str
) -> None:
    profile = load_profile(engine)
    objections = [
        f"{one.environment}: {found.rule} {found.resource}: {found.message}"
        for one in findings[engine]
        for found in one.results
        if found.outcome is not Outcome.PASS
        and profile.not_applicable(found.rule, one.environment, found.resource) is None
    ]
    assert objections == []


@pytest.mark.parametrize("engine", ENGINES)
def test_every_exclusion_is_still_needed_wherever_it_is_claimed(
    findings: dict[str, tuple[Findings, ...]], engine: Engine
) -> None:
    unused = [
        f"{exclusion.rule} {pattern} {name}"
        for exclusion in load_profile(engine).exclusion
        for name in exclusion.environments or environment_names()
        for pattern in exclusion.resources
        if not any(
            one.environment == name
            and found.outcome is Outcome.FAIL
            and exclusion.model_copy(update={"resources": (pattern,)}).covers(found.rule, name, found.resource)
            for one in findings[engine]
            for found in one.results
        )
    ]
    assert unused == [], "these exclusions excuse nothing: remove them"


@pytest.mark.parametrize("engine", ENGINES)
def test_every_exclusion_that_defers_to_a_control_names_one_that_exists(engine: str) -> None:
    named = {one.superseded_by for one in load_profile(engine).exclusion if one.superseded_by}
    assert named <= {control.id for control in catalogue()}


@pytest.mark.parametrize("rule", ["CKV_TS_1", "CKV_TS_2", "CKV_TS_3", "CKV_TS_4"])
def test_our_own_policies_judge_every_environment(findings: dict[str, tuple[Findings, ...]], rule: str) -> None:
    for one in findings["checkov"]:
        assert {found.outcome for found in one.results if found.rule == rule} == {Outcome.PASS}
