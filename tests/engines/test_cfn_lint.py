"""cfn-lint looks at all that a template allows and at each environment, and nothing silences it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.engines import cfn_lint_engine
from fixtures.engines.errors import EngineError
from fixtures.engines.findings import Findings
from fixtures.engines.profile import load_profile
from reports.models import Outcome
from tests.engines.small import BAD, EMPTY, RESIDUAL, SOUND, SUPPRESSED, objections, platform, said

ONE_ENVIRONMENT = """
Parameters: {Days: {Type: Number, Default: 2000000}}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      QueueName: x
      MessageRetentionPeriod: !Ref Days
"""
TEMPLATES = {
    "bad": BAD,
    "sound": SOUND,
    "suppressed": SUPPRESSED,
    "residual": RESIDUAL,
    "empty": EMPTY,
    "one": ONE_ENVIRONMENT,
}


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Findings]:
    folder = tmp_path_factory.mktemp("templates")
    platforms = [platform(folder / f"{name}.yaml", text) for name, text in TEMPLATES.items()]
    return dict(zip(TEMPLATES, cfn_lint_engine.examine(platforms), strict=True))


def state(findings: Findings, which: str) -> Outcome:
    """Return what is said of a whole template: "dev templates" as resolved, or the file as written."""
    (found,) = [one for (rule, name), one in said(findings).items() if rule == "cfn-lint" and name.endswith(which)]
    return found.outcome


@pytest.mark.parametrize("rule", ["E3002", "E3025", "E9102"])
def test_what_is_known_to_be_bad_is_flagged(examined: dict[str, Findings], rule: str) -> None:
    assert said(examined["bad"])[rule, "Database"].outcome is Outcome.FAIL
    assert state(examined["bad"], "bad.yaml") is state(examined["bad"], "dev templates") is Outcome.PASS


def test_what_is_sound_passes(examined: dict[str, Findings]) -> None:
    assert {finding.outcome for finding in examined["sound"].results} == {Outcome.PASS}
    assert len(examined["sound"].results) == 2


def test_the_resolved_document_is_judged_too(examined: dict[str, Findings]) -> None:
    assert said(examined["one"])["E3034", "Queue"].outcome is Outcome.FAIL


def rules(findings: Findings) -> set[tuple[str, str]]:
    """Return what is objected to; the template's own name stands for what belongs to no resource."""
    return {(rule, Path(resource).suffix or resource) for rule, resource, _ in objections(findings)}


def test_no_word_in_a_template_suppresses_anything(examined: dict[str, Findings]) -> None:
    assert rules(examined["suppressed"]) == rules(examined["bad"])
    assert ("W2001", ".yaml") in rules(examined["bad"])


def test_no_configuration_found_on_the_way_suppresses_anything(
    examined: dict[str, Findings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "ignore_checks: [E, W]\nmerge_configs: true\nregions: [eu-north-1]\n"
    for name in (".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml"):
        (tmp_path / name).write_text(words)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (findings,) = cfn_lint_engine.examine([platform(tmp_path / "bad.yaml", BAD)])
    assert rules(findings) == rules(examined["bad"])


def test_the_suppressions_tried_here_do_work_without_our_configuration() -> None:
    """Otherwise the tests above would show nothing."""
    from cfnlint.api import lint  # noqa: PLC0415  heavy

    assert {"E3002", "E3025"} <= {match.rule.id for match in lint(BAD)}
    assert not {"E3002", "E3025", "W2001"} & {match.rule.id for match in lint(SUPPRESSED)}


def test_a_finding_points_at_the_line_of_what_is_wrong(examined: dict[str, Findings]) -> None:
    for rule, text in (("E3002", "      Wrong: 1"), ("E9102", "      DBInstanceClass: db.t4g.mcro")):
        line = BAD.splitlines().index(text) + 1
        assert str(said(examined["bad"])[rule, "Database"].location).endswith(f"bad.yaml:{line}")


def test_an_unresolved_value_is_an_error(examined: dict[str, Findings]) -> None:
    assert said(examined["residual"])["cfn-lint", "Queue"].outcome is Outcome.ERROR


def test_nothing_to_look_at_is_an_error(examined: dict[str, Findings]) -> None:
    assert state(examined["empty"], "dev templates") is Outcome.ERROR


@pytest.mark.parametrize("text", ["Resources: [", "", "- a\n- b\n", "Resources: {A: &a {Type: x}, B: *a, A: 1}"])
def test_a_template_that_cannot_be_read_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    found = list(cfn_lint_engine._written(str(path), "us-east-1", cfn_lint_engine.POLICIES))
    assert Outcome.ERROR in {finding.outcome for finding in found}
    assert Outcome.PASS not in {finding.outcome for finding in found}


RULE = """
from cfnlint.rules.jsonschema.CfnLintKeyword import CfnLintKeyword


class Broken(CfnLintKeyword):
    id = "E9199"
    shortdesc = description = "x"

    def __init__(self):
        super().__init__(["Resources/AWS::EC2::SecurityGroup/Properties"])

    def validate(self, validator, _, instance, schema):
        raise KeyError("x")
"""


def test_a_rule_that_breaks_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(RULE)
    (findings,) = cfn_lint_engine.examine([platform(tmp_path / "sound.yaml", SOUND)], tmp_path)
    assert state(findings, "dev templates") is state(findings, "sound.yaml") is Outcome.ERROR


def test_no_rules_of_our_own_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="expected our own rules for cfn-lint, there are none"):
        cfn_lint_engine.linted(SOUND, "us-east-1", tmp_path)


def test_every_severity_is_of_a_rule_that_exists() -> None:
    known = {rule.id for rule in cfn_lint_engine._rules(cfn_lint_engine.POLICIES).values()} | {"cfn-lint"}
    assert set(load_profile("cfn-lint").severity) <= known
    assert {name for name in known if name.startswith("E9")} <= set(load_profile("cfn-lint").severity)
