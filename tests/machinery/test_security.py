"""The scans end as they should: what is found is said once, and what could not be looked at is never clean."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from suites.security import scans, show
from suites.security.__main__ import main, run_tool
from suites.security.accepted import Accepted, Licences, licences, refused, settings
from suites.security.licences import Metadata, allows, judged, name_of
from suites.security.result import Ended, Result, Scan, State, exit_code, result

REASON = "looked at by a person, and no danger"
LOCK = "boto3==1.44.5\nmoto==5.2.5\n"
BOTH = [{"name": "boto3", "version": "1.44.5", "vulns": []}, {"name": "moto", "version": "5.2.5", "vulns": []}]
BUG = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.6"], "description": "..."}
CLEAN, FOUND, UNKNOWN = State.CLEAN, State.FOUND, State.UNKNOWN


def stand_in(**tools: Ended) -> Callable[[Sequence[str]], Ended]:
    """Answer for each tool by its name; the lock is there unless a tool named uv says otherwise."""

    def run(command: Sequence[str]) -> Ended:
        name = Path(command[0]).name.replace("-", "_")
        name = "pytest" if name.startswith("python") else name
        return tools.get(name, Ended(0, LOCK, "") if name == "uv" else Ended(None, "", "no such tool"))

    return run


def told(data: Any, code: int = 0) -> Ended:
    return Ended(code, json.dumps(data), "")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "OUT", tmp_path / "security")


# -- exit codes ---------------------------------------------------------------------------------------------------


def _looks(found: Result) -> Scan:
    return Scan(f"kind{found.state}".replace(" ", ""), "tool", lambda _: found)


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([CLEAN], 0),
        ([CLEAN, CLEAN], 0),
        ([CLEAN, UNKNOWN], 2),
        ([FOUND, CLEAN], 1),
        ([FOUND, UNKNOWN], 1),
        ([UNKNOWN, FOUND, CLEAN], 1),
        ([], 2),
    ],
)
def test_the_worst_of_the_scans_decides(
    states: list[State], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {
        CLEAN: result("all"),
        FOUND: result("all", found=["a line"]),
        UNKNOWN: result("nothing", unknown=["a gap"]),
    }
    found = [made[state] for state in states]
    assert exit_code(found) == code
    assert main([], run_tool, [_looks(one) for one in found], tmp_path) == code
    said = capsys.readouterr().out
    assert said.count("a line") == states.count(FOUND)
    assert said.count("a gap") == states.count(UNKNOWN)


def test_a_finding_is_said_once_and_beats_a_gap() -> None:
    found = result("x", found=["same", "same"], unknown=["gap", "gap"])
    assert (found.found, found.unknown, found.state) == (("same",), ("gap",), FOUND)


def test_a_kind_that_is_not_there_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["licences"], run_tool, scans.SCANS, tmp_path) == 3
    assert "expected one of dependency, code, secrets, infrastructure, licence, materials" in capsys.readouterr().err


def test_a_job_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = tmp_path / "job.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(job))
    scan = Scan("code", "bandit", lambda _: result("1 line", found=["x <script>::error:: [a](b)"]))
    assert main([], run_tool, [scan], tmp_path) == 1
    assert job.read_text() == (tmp_path / "summary.md").read_text()
    assert "| code | bandit | found | 1 line |" in job.read_text()
    assert "<script>" not in job.read_text()
    assert "](b)" not in job.read_text().replace("\\](", "")


def test_hostile_findings_are_text() -> None:
    rows = [(Scan("code", "bandit", lambda _: result("")), result("x", found=["\x1b[2J\n::error::forged"]))]
    assert "\x1b" not in show.as_text(rows)
    assert not [line for line in show.as_text(rows).splitlines() if line.startswith("::")]


# -- a tool that does not answer ----------------------------------------------------------------------------------

SILENT = {
    "is not there": Ended(None, "", "no such file"),
    "crashes": Ended(-11, "", "Segmentation fault"),
    "crashes with findings half written": Ended(1, '{"results": [{"test_id": "B1', "Traceback"),
    "says nothing": Ended(0, "", ""),
    "says something else": Ended(0, "[]", ""),
    "ends oddly though it speaks": Ended(7, "{}", "out of memory"),
}
TOOLS = {"dependency": "pip_audit", "code": "bandit", "secrets": "detect_secrets", "infrastructure": "pytest"}


@pytest.mark.parametrize("how", SILENT)
@pytest.mark.parametrize("kind", TOOLS)
def test_a_tool_that_does_not_answer_is_never_clean(kind: str, how: str) -> None:
    (scan,) = [one for one in scans.SCANS if one.kind == kind]
    found = scan.look(stand_in(**{TOOLS[kind]: SILENT[how]}))
    assert found.state is UNKNOWN
    assert len(found.unknown) == 1


@pytest.mark.parametrize("how", SILENT)
@pytest.mark.parametrize("kind", ["dependency", "licence", "materials"])
def test_a_lock_that_cannot_be_read_is_never_clean(kind: str, how: str) -> None:
    (scan,) = [one for one in scans.SCANS if one.kind == kind]
    assert scan.look(stand_in(uv=SILENT[how])).state is UNKNOWN


def test_a_tool_is_run_and_one_that_is_not_there_is_told() -> None:
    assert run_tool([sys.executable, "-c", "print(1); raise SystemExit(4)"]) == Ended(4, "1\n", "")
    assert run_tool(["/no/such/tool"]).code is None


# -- what each tool says ------------------------------------------------------------------------------------------


def test_an_unreachable_service_is_no_pass() -> None:
    error = "ERROR:pip_audit._cli:HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded"
    found = scans.dependencies(stand_in(pip_audit=Ended(1, "", error)))
    assert found.state is UNKNOWN
    assert "Max retries" in found.unknown[0]


def test_a_package_that_nobody_answers_for_is_no_pass() -> None:
    skipped = {"name": "moto", "skip_reason": "Dependency not found on PyPI and could not be audited: moto (5.2.5)"}
    for answers in ([BOTH[0], skipped], BOTH[:1], []):
        found = scans.dependencies(stand_in(pip_audit=told({"dependencies": answers})))
        assert found.state is UNKNOWN
        assert "of 2 packages were not audited" in found.unknown[0]
    assert scans.dependencies(stand_in(pip_audit=told({"dependencies": BOTH}))).state is CLEAN


def test_a_vulnerability_is_found_once() -> None:
    answers = [BOTH[0], BOTH[1] | {"vulns": [BUG, BUG]}]
    found = scans.dependencies(stand_in(pip_audit=told({"dependencies": answers}, code=1)))
    assert found.found == ("moto 5.2.5: PYSEC-2026-1, fixed in 5.2.6",)


def unsafe(rule: str = "B602", path: str = "infra/layer.py") -> dict[str, Any]:
    return {"test_id": rule, "filename": f"./{path}", "line_number": 7, "issue_text": "a shell"}


def test_code_that_is_unsafe_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "settings", lambda: settings().model_copy(update={"code": ()}))
    answer = {"metrics": {"_totals": {"loc": 9}}, "results": [unsafe()], "errors": []}
    assert scans.code(stand_in(bandit=told(answer, 1))).found == ("infra/layer.py:7: B602 a shell",)
    unread = answer | {"results": [], "errors": [{"filename": "x.py", "reason": "syntax error"}]}
    assert scans.code(stand_in(bandit=told(unread))).unknown == ("x.py: syntax error",)
    nothing = answer | {"results": [], "metrics": {"_totals": {"loc": 0}}}
    assert scans.code(stand_in(bandit=told(nothing))).state is UNKNOWN


def test_a_secret_is_found_wherever_it_moves_and_a_known_one_is_not() -> None:
    known = json.loads(scans.BASELINE.read_text(encoding="utf-8"))
    assert scans.secrets(stand_in(detect_secrets=told(known))).state is CLEAN
    moved = {path: [one | {"line_number": 999} for one in rows] for path, rows in known["results"].items()}
    assert scans.secrets(stand_in(detect_secrets=told(known | {"results": moved}))).state is CLEAN
    new = {"type": "Private Key", "hashed_secret": "0" * 40, "line_number": 3}
    more = known["results"] | {"infra/key.pem": [new]}
    assert scans.secrets(stand_in(detect_secrets=told(known | {"results": more}))).found == (
        "infra/key.pem:3: Private Key",
    )


def test_a_scan_of_nothing_is_not_clean() -> None:
    """Outside a checkout git names no file, and nothing is read."""
    found = scans.secrets(stand_in(detect_secrets=told({"results": {}})))
    assert found.state is FOUND
    assert "is not found any more" in found.found[0]


def test_every_known_secret_has_a_reason() -> None:
    known = json.loads(scans.BASELINE.read_text(encoding="utf-8"))["results"]
    rows = [(one["type"], path, path) for path, found in known.items() for one in found]
    assert list(refused(settings().secrets, rows)) == []


def test_a_run_that_judged_nothing_is_no_pass() -> None:
    for code in (0, 1, 2, 3, 5):
        assert scans.infrastructure(stand_in(pytest=Ended(code, "", ""))).state is UNKNOWN


def test_the_bill_names_every_package() -> None:
    def run(command: Sequence[str]) -> Ended:
        return told({"components": bill}) if "cyclonedx1.5" in command else Ended(0, LOCK, "")

    bill = [{"name": "boto3"}, {"name": "moto"}]
    assert scans.materials(run).state is CLEAN
    assert json.loads((scans.OUT / "sbom.cdx.json").read_text())["components"] == bill
    bill = [{"name": "boto3"}]
    assert scans.materials(run).unknown == ("moto is in the lock, and not in the bill",)


# -- what is accepted, and licences -------------------------------------------------------------------------------


def test_what_is_accepted_is_not_said_and_what_is_gone_is() -> None:
    accepted = [Accepted(rule="B404", paths=("infra/*", "old.py"), reason=REASON)]
    found = [("B404", "infra/a/b.py", "first"), ("B404", "suites/a.py", "second"), ("B603", "infra/a.py", "third")]
    said = list(refused(accepted, found))
    assert said[:2] == ["second", "third"]
    assert "B404 in old.py is accepted, and not found any more" in said[2]
    assert len(said) == 3


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("Apache-2.0 AND GPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("(GPL-2.0-or-later OR LGPL-3.0) AND MIT", False),
        ("LGPL-2.1-or-later", False),
        ("AGPL-3.0-only", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("MIT GPL-3.0-only", False),
        ("(MIT", False),
        ("", False),
        ("AND MIT", False),
        ("Proprietary", False),
    ],
)
def test_a_licence_is_allowed_or_refused_as_a_whole(expression: str, *, may: bool) -> None:
    assert allows(licences(), expression) == may


def test_a_package_that_says_no_licence_is_unknown_and_a_forbidden_one_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: dict[str, Metadata] = {
        "good": {"License-Expression": ["MIT"], "License": [], "Classifier": []},
        "viral": {"License-Expression": [], "License": [], "Classifier": ["License :: OSI Approved :: GPLv3"]},
        "quiet": {"License-Expression": [], "License": ["x" * 900], "Classifier": []},
        "asked": {"License-Expression": [], "License": [], "Classifier": []},
    }
    monkeypatch.setattr("suites.security.licences.metadata_of", said.get)
    policy = Licences.model_validate(
        {
            "allowed": ("MIT",),
            "words": {},
            "packages": {name: {"licence": "MIT", "reason": REASON} for name in ("asked", "left")},
        }
    )
    assert list(judged([*said, "absent"], policy)) == [
        (True, "viral: (GPLv3) is not among the licences that may be used"),
        (False, "quiet: says no licence"),
        (False, "absent: is not installed"),
        (True, "policies/security/licences.toml: left is named, and not in the lock"),
    ]
    assert name_of("good", said["good"], policy) == "MIT"
