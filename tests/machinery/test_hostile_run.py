"""A whole run over resources with hostile names: in one process and in two, at a terminal and in a CI's log."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from infra.settings import ROOT
from tests.machinery.test_runs import record, run
from tests.reports.hostile import FORGED, HOSTILE, acts_in_a_log, hidden
from tests.reports.test_hostile import SGR, in_terminal

# A plugin for the run that is tried: the first resources of each control have hostile names, messages and evidence.
NAMES = """
import json, pathlib
import fixtures.run.run as running
from reports.models import Evidence, Verdict

TEXTS = json.loads(pathlib.Path({texts!r}).read_text())
cells, judge = running.cells, running.judge

def named(control, names):
    first = sum(map(ord, control.id)) * 7 % len(TEXTS)
    return [name + TEXTS[(first + place) % len(TEXTS)] for place, name in enumerate(names)]

def hostile(control, verdict, name):
    text = name.removeprefix(verdict.resource)
    evidence = Evidence(resource=name, field=text, value={{text: text}}, source=text)
    more = {{"resource": name, "verdict": "fail", "message": text, "location": text}}
    return Verdict.model_validate(verdict.model_dump() | more | {{"evidence": [evidence.model_dump()]}})

def judge_hostile(control, context):
    found = judge(control, context)
    names = named(control, [verdict.resource for verdict in found])
    return [hostile(control, verdict, name) for verdict, name in zip(found, names, strict=True)]

running.cells = lambda control, context: named(control, cells(control, context))
running.judge = judge_hostile
"""
# prod is the environment with everything in it; the names hang on the control alone.
WORDS = ("suites/controls", "--tier", "static", "--env", "prod", "-rA", "-vv")


def plugin(folder: Path) -> tuple[str, ...]:
    texts = folder / "texts.json"
    texts.write_text(json.dumps(HOSTILE))
    (folder / "names.py").write_text(NAMES.format(texts=str(texts)))
    return ("-p", "names", "-o", f"pythonpath=. {folder}")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_hostile_names_are_text_in_a_log_and_in_every_file(tmp_path: Path, workers: str) -> None:
    out, junit = tmp_path / "out", tmp_path / "pytest.xml"
    code, said = run(ROOT, out, *WORDS, "-n", workers, "--junitxml", str(junit), *plugin(tmp_path))
    verdicts, summary = record(out)
    assert code == 1, said
    assert summary["complete"]
    assert {verdict["verdict"] for verdict in verdicts} == {"fail", "not_applicable"}
    assert {verdict["control"] for verdict in verdicts if verdict["verdict"] == "not_applicable"} == {
        "STK-01",
        "STK-02",
        "SGR-06",
        "BAK-15",
    }
    assert len(verdicts) > len(HOSTILE)
    assert said.count(FORGED) > len(verdicts)
    assert hidden(said) == acts_in_a_log(said) == []
    files = {path.name: path.read_text() for path in (out / "latest").iterdir() if path.is_file()}
    assert set(files) == {"plan.json", "verdicts.jsonl", "summary.md", "index.html", "junit.xml", "findings.sarif"}
    assert [name for name, text in files.items() if hidden(text)] == []
    assert acts_in_a_log(files["summary.md"]) == acts_in_a_log(files["junit.xml"]) == []
    found = ET.parse(out / "latest" / "junit.xml").getroot()  # noqa: S314  our own
    assert len(list(found.iter("testcase"))) == len(verdicts)
    assert len(list(ET.parse(junit).getroot().iter("testcase"))) > 0  # noqa: S314  pytest's own


def test_hostile_names_are_text_at_a_terminal(tmp_path: Path) -> None:
    words = (*WORDS, "-p", "no:cacheprovider", "--out", str(tmp_path / "out"), *plugin(tmp_path))
    said = SGR.sub("", in_terminal([sys.executable, "-m", "pytest", *words], ROOT))
    assert "Does not conform" in said
    assert acts_in_a_log(said) == []
    shown = said.replace("\x1b[?25l", "").replace("\x1b[?25h", "").replace("\x1b[2K", "").replace("\x1b[1A", "")
    assert hidden(shown.replace("\r", "")) == [], "but for what draws the progress"
