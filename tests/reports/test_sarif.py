"""SARIF says each finding once, where it was decided, in the standard's own words, and under a name that stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from infra.outside import sarif as said
from infra.settings import ROOT
from reports.findings import findings
from reports.formats.sarif import FINGERPRINT, sarif
from reports.models import Outcome
from reports.record import Record, load_record
from tests.reports import hostile, sample
from tests.reports.hostile import HOSTILE, TOGETHER, acts_in_a_log, hidden

Log = dict[str, Any]


@cache
def validator() -> Draft4Validator:
    schema = json.loads((ROOT / "tests/schemas/sarif-2.1.0.json").read_text(encoding="utf-8"))
    return Draft4Validator(schema, format_checker=FormatChecker())


def objections(log: Log) -> list[str]:
    return [error.message for error in validator().iter_errors(log)]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The sample has failures, errors, waived cells and names that are hostile; one line is missing here."""
    return load_record(sample.write(tmp_path_factory.mktemp("run"), sample.verdicts()[1:]))


@pytest.fixture(scope="module")
def log(record: Record) -> Log:
    return dict(json.loads(sarif(record)))


def results(log: Log) -> list[Log]:
    (run,) = log["runs"]
    return list(run["results"])


def test_it_is_valid(log: Log) -> None:
    assert objections(log) == []


def _level(log: Log) -> None:
    results(log)[0]["level"] = "critical"


def _message(log: Log) -> None:
    del results(log)[0]["message"]


def _unknown(log: Log) -> None:
    results(log)[0]["severity"] = "high"


def _line(log: Log) -> None:
    results(log)[0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0


def _version(log: Log) -> None:
    log["version"] = "2.0.0"


@pytest.mark.parametrize("broken", [_level, _message, _unknown, _line, _version])
def test_the_schema_objects_to_what_is_wrong(log: Log, broken: Callable[[Log], None]) -> None:
    wrong = deepcopy(log)
    broken(wrong)
    assert objections(wrong)


def test_every_finding_is_said_once(record: Record, log: Log) -> None:
    found = findings(record)
    assert {Outcome.FAIL, Outcome.ERROR, Outcome.WAIVED, Outcome.MANUAL} <= {finding.verdict for finding in found}
    assert [(one["ruleId"], one["properties"]["verdict"]) for one in results(log)] == [
        (finding.control_id, finding.verdict.value) for finding in found
    ]


def test_what_could_not_be_looked_at_is_no_less_than_what_fails(log: Log) -> None:
    unread = [one for one in results(log) if one["properties"]["verdict"] == "error"]
    assert unread
    assert all("kind" not in one and one["level"] != "none" for one in unread)
    assert not log["runs"][0]["invocations"][0]["executionSuccessful"]


def test_only_a_waiver_suppresses(log: Log) -> None:
    for one in results(log):
        assert ("suppressions" in one) == (one["properties"]["verdict"] == "waived")
    (waived,) = [one for one in results(log) if "suppressions" in one]
    assert "OPS-123" in waived["suppressions"][0]["justification"]


def test_a_result_stands_at_the_line_that_decided(log: Log) -> None:
    (one,) = [one for one in results(log) if "port 22" in one["message"]["text"]]
    where = one["locations"][0]["physicalLocation"]
    assert where == {"artifactLocation": {"uri": "infra/templates/data.yaml"}, "region": {"startLine": 41}}
    (set_by,) = one["relatedLocations"]
    assert set_by["physicalLocation"]["artifactLocation"]["uri"] == "infra/environments/prod.toml"
    assert set_by["physicalLocation"]["region"]["startLine"] == 14
    assert set_by["message"]["text"] == "AdminPort is set here"
    assert one["locations"][0]["logicalLocations"][0]["name"] == "WebSecurityGroup"


def test_a_way_through_the_network_is_a_flow(record: Record, log: Log) -> None:
    ways = 0
    for finding, result in zip(findings(record), results(log), strict=True):
        flows = [flow["threadFlows"][0]["locations"] for flow in result.get("codeFlows", [])]
        assert len(flows) == bool(finding.way)
        for hop, place in zip(finding.way, *flows, strict=True):
            ways += 1
            (where,) = place["location"]["logicalLocations"]
            assert (where["name"], where["kind"]) == (said(hop.name), hop.what)
            assert place["location"]["message"]["text"] == said(hop.told)
            assert (place["kinds"][1] == "answer", place["importance"] == "important") == (hop.answer, hop.passes)
    assert ways


def test_a_result_that_no_line_declares_stands_in_its_environment(log: Log) -> None:
    (one,) = [one for one in results(log) if "DescribeTable" in one["message"]["text"]]
    where = one["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "infra/environments/prod.toml"


def test_every_result_names_its_rule_and_every_rule_helps(log: Log) -> None:
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for one in results(log):
        rule = rules[one["ruleIndex"]]
        assert rule["id"] == one["ruleId"]
        assert rule["defaultConfiguration"]["level"] == one["level"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
    levels = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
    assert {one["level"] for one in results(log)} > {"error"}
    assert all(one["level"] == levels[one["properties"]["severity"]] for one in results(log))


def fingerprints(lines: list[sample.Row], folder: Path) -> list[str]:
    said = json.loads(sarif(load_record(sample.write(folder, lines))))
    return [one["partialFingerprints"][FINGERPRINT] for one in results(said)]


def test_a_name_is_of_one_finding_and_stays(tmp_path: Path) -> None:
    lines = sample.verdicts()
    before = fingerprints(lines, tmp_path / "before")
    assert len(set(before)) == len(before)
    later = [
        line | {"location": "infra/templates/data.yaml:977", "message": line["message"].replace("keeps 3", "keeps 2")}
        for line in lines
    ]
    assert fingerprints(later, tmp_path / "later") == before
    elsewhere = [line | {"resource": f"{line['resource']}"} for line in lines if line["control"] != "NET-02"]
    assert set(fingerprints(elsewhere, tmp_path / "elsewhere")) != set(before)


def test_a_run_that_is_incomplete_says_so(record: Record, log: Log) -> None:
    assert record.reconciled.missing
    (invocation,) = log["runs"][0]["invocations"]
    assert invocation["toolExecutionNotifications"]


def test_a_run_in_which_all_passes_has_no_results(tmp_path: Path) -> None:
    said = json.loads(sarif(load_record(sample.write(tmp_path, sample.healthy()))))
    assert objections(said) == []
    assert results(said) == []
    assert said["runs"][0]["invocations"][0]["executionSuccessful"]


def test_it_is_written_beside_the_page(tmp_path: Path) -> None:
    from reports.write import write_reports  # noqa: PLC0415  it compiles templates

    write_reports(sample.write(tmp_path / "run"))
    assert objections(json.loads((tmp_path / "run" / "findings.sarif").read_text(encoding="utf-8"))) == []


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize("text", [TOGETHER, *HOSTILE], ids=map(str, range(len(HOSTILE) + 1)))
def test_nothing_hostile_acts_in_it(tmp_path: Path, text: str) -> None:
    said = sarif(load_record(hostile.write(tmp_path / "hostile", text)))
    plain = sarif(load_record(hostile.write(tmp_path / "plain", "plain")))
    assert said.isascii()
    assert hidden(said) == acts_in_a_log(said) == []
    log = json.loads(said)
    assert objections(log) == []
    assert shape(log) == shape(json.loads(plain))
    assert not re.search(r"(?<!\\)\]\(", said)
    for place in _uris(log):
        assert "://" not in place
        assert not place.startswith("/")
        assert ".." not in place.split("/")


def _uris(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["uri"]] if "uri" in value else []
        return own + [found for one in value.values() for found in _uris(one)]
    return [found for one in value for found in _uris(one)] if isinstance(value, list) else []
