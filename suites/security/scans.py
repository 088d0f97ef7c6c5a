"""The scans, one row each: dependencies, code, secrets, infrastructure, licences, and what we are made of."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from infra.settings import ROOT
from reports.disk import RecordError
from reports.record import load_record
from reports.terminal import finding_lines
from suites.security.accepted import FOLDER, licences, refused, settings
from suites.security.licences import judged
from suites.security.result import Ended, Result, Run, Scan, result, silent

OUT: Final = ROOT / "reports" / "out" / "security"
BASELINE: Final = FOLDER / "secrets.baseline"
ROOMS: Final = ("infra", "fixtures", "suites", "reports", "policies", "conftest.py")
# What the tests hold against our own code is wrong on purpose: bandit reads what runs, detect-secrets reads all.
_UV: Final = ("export", "--quiet", "--locked", "--all-groups", "--no-emit-project")
_PLAIN: Final = ("--no-hashes", "--no-annotate", "--no-header", "--format", "requirements.txt")
_NO_SECRETS: Final = (
    "--exclude-files",
    r"^policies/security/secrets\.baseline$",
    "--exclude-lines",
    "sha256:[0-9a-f]{64}",
)


def tool(name: str) -> str:
    """Return the path of a command of this environment."""
    return str(Path(sys.executable).parent / name)


def _name(package: str) -> str:
    """Return a package's name as every index compares it."""
    return str(canonicalize_name(package))


def answer(ended: Ended, *codes: int) -> Any:
    """Return the JSON of a tool that ended as it does when it has looked; raises ValueError for any other end."""
    if ended.code not in codes:
        raise ValueError(f"ended with {ended.code}")
    return json.loads(ended.out)


def _locked(run: Run) -> tuple[str, ...] | str:
    """Return the packages of the lock that this machine has, or what went wrong."""
    ended = run((tool("uv"), *_UV, *_PLAIN))
    if ended.code != 0:
        return silent("uv", ended)
    try:
        needed = [Requirement(line) for line in ended.out.splitlines() if line.strip()]
    except InvalidRequirement:
        return silent("uv", ended)
    names = [_name(one.name) for one in needed if one.marker is None or one.marker.evaluate()]
    return tuple(names) or "uv names no package of the lock"


def dependencies(run: Run) -> Result:
    """Ask the advisories about each package of the lock; one that they do not answer for is unknown."""
    names = _locked(run)
    if isinstance(names, str):
        return result("uv.lock", unknown=[names])
    OUT.mkdir(parents=True, exist_ok=True)
    listed = OUT / "requirements.txt"
    exported = run((tool("uv"), *_UV, *_PLAIN, "--output-file", str(listed)))
    if exported.code != 0:
        return result("uv.lock", unknown=[silent("uv", exported)])
    options = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off")
    ended = run((tool("pip-audit"), "--requirement", str(listed), *options))
    try:
        told = {_name(one["name"]): one for one in answer(ended, 0, 1)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        return result(f"{len(names)} packages", unknown=[silent("pip-audit", ended)])
    known = [(bug["id"], name, _advisory(one, bug)) for name, one in told.items() for bug in one.get("vulns", ())]
    # pip-audit ends with 0 where an index knows a package but none of its advisories: that is no answer.
    unasked = [name for name in names if name not in told or "vulns" not in told[name]]
    first = ", ".join(unasked[:3])
    gap = [f"{len(unasked)} of {len(names)} packages were not audited: {first}, ..."] if unasked else []
    return result(f"{len(names)} packages", refused(settings().dependencies, known), gap)


def _advisory(package: dict[str, Any], bug: dict[str, Any]) -> str:
    fixed = ", ".join(bug.get("fix_versions", ())) or "no version"
    return f"{package['name']} {package['version']}: {bug['id']}, fixed in {fixed}"


def code(run: Run) -> Result:
    """Look for what is known to be unsafe in the code that runs."""
    ended = run((tool("bandit"), "--quiet", "--recursive", "--format", "json", *ROOMS))
    try:
        told = answer(ended, 0, 1)
        lines = int(told["metrics"]["_totals"]["loc"])
        found = [(one["test_id"], one["filename"].removeprefix("./"), _unsafe(one)) for one in told["results"]]
        unread = [f"{one['filename']}: {one['reason']}" for one in told["errors"]]
    except (ValueError, KeyError, TypeError):
        return result(", ".join(ROOMS), unknown=[silent("bandit", ended)])
    unknown = unread if lines else ["bandit read no line of code"]
    return result(f"{lines:,} lines", refused(settings().code, found), unknown)


def _unsafe(one: dict[str, Any]) -> str:
    return f"{one['filename'].removeprefix('./')}:{one['line_number']}: {one['test_id']} {one['issue_text']}"


def secrets(run: Run) -> Result:
    """Look for secrets in all that git keeps; what was looked at before stands in the baseline, by its digest."""
    ended = run((tool("detect-secrets"), "scan", *_NO_SECRETS))
    try:
        found, known = _secrets(answer(ended, 0)), _secrets(json.loads(BASELINE.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return result("what git keeps", unknown=[silent("detect-secrets", ended)])
    new = [f"{path}:{found[path, kind, digest]}: {kind}" for path, kind, digest in found.keys() - known.keys()]
    gone = [f"{path}: a {kind} of the baseline is not found any more" for path, kind, _ in known.keys() - found.keys()]
    unexplained = refused(
        settings().secrets, [(kind, path, f"{path}: {kind} has no reason") for path, kind, _ in known]
    )
    return result(f"{len(known)} known digests", [*sorted(new), *sorted(gone), *unexplained])


def _secrets(told: Any) -> dict[tuple[str, str, str], int]:
    """Return the line of each secret by its file, kind and digest: a secret that moves is the same."""
    return {
        (path, one["type"], one["hashed_secret"]): int(one["line_number"])
        for path, found in told["results"].items()
        for one in found
    }


def infrastructure(run: Run) -> Result:
    """Let cfn-lint and checkov judge the templates as every run does, and read its record."""
    folder = OUT / "infrastructure"
    shutil.rmtree(folder, ignore_errors=True)  # the record of an earlier run is no answer
    words = ("suites/static", "--tier", "static", "-q", "-p", "no:cacheprovider", "--out", str(folder))
    ended = run((sys.executable, "-m", "pytest", *words))
    latest = folder / "latest"
    try:
        record = load_record(latest.resolve()) if ended.code in (0, 1, 2) else None
    except RecordError as error:
        return result("templates", unknown=[str(error)])
    if record is None:
        return result("templates", unknown=[silent("pytest", ended)])
    lines = finding_lines(record)
    about = f"{len(record.verdicts):,} verdicts"
    if ended.code == 1:
        return result(about, lines or [silent("pytest", ended)])
    return result(about, unknown=lines or [silent("pytest", ended)] if ended.code else ())


def licences_used(run: Run) -> Result:
    """Read what each package of the lock says of its licence."""
    names = _locked(run)
    if isinstance(names, str):
        return result("uv.lock", unknown=[names])
    said = list(judged(names, licences()))
    return result(
        f"{len(names)} packages", [line for found, line in said if found], [line for found, line in said if not found]
    )


def materials(run: Run) -> Result:
    """Write what we are made of as CycloneDX, whole or not at all."""
    names = _locked(run)
    if isinstance(names, str):
        return result("uv.lock", unknown=[names])
    ended = run((tool("uv"), *_UV, "--format", "cyclonedx1.5"))
    try:
        told = answer(ended, 0)
        listed = {_name(one["name"]) for one in told["components"]}
    except (ValueError, KeyError, TypeError):
        return result("sbom.cdx.json", unknown=[silent("uv", ended)])
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "sbom.cdx.json").write_text(ended.out, encoding="utf-8")
    return result(f"{len(listed)} components", unknown=_left_out(names, listed))


def _left_out(names: tuple[str, ...], listed: set[str]) -> Iterator[str]:
    yield from (f"{name} is in the lock, and not in the bill" for name in names if name not in listed)


SCANS: Final = (
    Scan("dependency", "pip-audit", dependencies),
    Scan("code", "bandit", code),
    Scan("secrets", "detect-secrets", secrets),
    Scan("infrastructure", "cfn-lint, checkov", infrastructure),
    Scan("licence", "importlib.metadata", licences_used),
    Scan("materials", "uv", materials),
)
