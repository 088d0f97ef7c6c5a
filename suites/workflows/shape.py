"""What is demanded of every workflow: pinned, least rights, no secret, nothing from outside in a command."""

from __future__ import annotations

import importlib.resources
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from suites.workflows.claims import Swap, claim
from suites.workflows.reading import FILES, Workflow, load

TEST, STAGING, PRODUCTION = "test.yml", "deploy-staging.yml", "deploy-production.yml"
SCAN, NIGHTLY = "security-scan.yml", "nightly.yml"
CHECKOUT: Final = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
CREDENTIALS: Final = "aws-actions/configure-aws-credentials"
PIN: Final = re.compile(r"uses: (?P<action>[\w.-]+/[\w./-]+)@(?P<sha>[0-9a-f]{40}) # (?P<version>v\d+\.\d+\.\d+)$")
USES: Final = re.compile(r"^\s*(?:- )?(uses: .*)$", re.MULTILINE)
_OURS: Final = re.compile(r"uses: \$/\.github/actions/\w+$")
_LONGEST: Final = 110


@cache
def _schema() -> Any:
    from jsonschema import Draft7Validator  # noqa: PLC0415  a run that judges nothing here does not pay for it

    vendored = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "github-workflows.json"
    return Draft7Validator(json.loads(vendored.read_text(encoding="utf-8")))


@claim(
    Swap(TEST, "    timeout-minutes: 15\n", "    timeout-minute: 15\n"),
    Swap(NIGHTLY, "    runs-on: ubuntu-24.04\n", ""),
)
def the_schema_of_workflows_is_met(workflow: Workflow) -> Iterator[str]:
    """The schema is SchemaStore's, as check-jsonschema ships it."""
    yield from (error.message for error in _schema().iter_errors(dict(workflow.data)))


@claim(
    Swap(TEST, "  pull_request:\n", "  pull_request_target:\n"),
    Swap(STAGING, CHECKOUT, "actions/checkout@v7"),
    Swap(NIGHTLY, 'run: tox -e nightly -- --env "$ENVIRONMENT"', "run: tox -e nightly -- ${{ github.event.action }}"),
    Swap(SCAN, "          persist-credentials: false\n", "          fetch-depth: 1\n"),
)
def zizmor_finds_nothing(workflow: Workflow) -> Iterator[str]:
    """The linter looks at the file as GitHub would run it, without asking anybody."""
    yield from linted(f".github/workflows/{workflow.name}", workflow.text)


def linted(name: str, text: str) -> Iterator[str]:
    """Give what zizmor finds in a file of that name; that it could not look is an objection too."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        tool = Path(sys.executable).parent / "zizmor"
        command = [str(tool), "--offline", "--no-progress", "--format", "json", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    try:
        found = json.loads(done.stdout)
    except json.JSONDecodeError:
        yield f"zizmor ended with {done.returncode}: {done.stderr.strip()}"
        return
    yield from (f"{one['ident']}: {one['desc']}" for one in found)


@claim(
    Swap(TEST, CHECKOUT, "actions/checkout@v7"),
    Swap(TEST, " # v7.0.1\n", "\n"),
    Swap(NIGHTLY, "e6de054238d6b7531b4efff3b6587d9aade6a06c", "e6de054"),
    Swap(SCAN, "uses: $/.github/actions/prepare", "uses: somebody/else@main"),
    Swap(STAGING, "3d3c42e5aac5ba805825da76410c181273ba90b1", "0" * 40),
)
def every_action_is_pinned_by_its_commit(workflow: Workflow) -> Iterator[str]:
    """A tag can be moved; the same action is the same commit in all workflows."""
    others = [load(name).text for name in FILES if name != workflow.name]
    pinned = {match["action"]: match["sha"] for text in others for match in map(PIN.match, USES.findall(text)) if match}
    for line in USES.findall(workflow.text):
        match = PIN.match(line)
        if match is None:
            if not _OURS.match(line):
                yield f"{line}: expected a full commit and its version in a comment"
        elif pinned.setdefault(match["action"], match["sha"]) != match["sha"]:
            yield f"{line}: elsewhere it is {pinned[match['action']]}"


_MAY_WRITE: Final = {"id-token": CREDENTIALS, "security-events": "github/codeql-action/upload-sarif"}


@claim(
    Swap(TEST, "permissions: {}", "permissions: read-all"),
    Swap(TEST, "      contents: read\n", "      contents: write\n"),
    Swap(SCAN, "      contents: read\n", "      contents: read\n      id-token: write\n"),
    Swap(NIGHTLY, "      id-token: write", "      security-events: write"),
    Swap(SCAN, "    permissions:\n      contents: read\n", ""),
    Swap(STAGING, "      id-token: write # the role is taken with this token: there is no secret\n", ""),
)
def every_job_has_the_rights_that_it_uses(workflow: Workflow) -> Iterator[str]:
    """Nothing is granted to all jobs, and a right to write only where a step needs it."""
    if workflow.data.get("permissions") != {}:
        yield "expected no permission for all jobs"
    for name, job in workflow.jobs.items():
        granted = job.get("permissions")
        if not isinstance(granted, dict) or granted.get("contents") != "read":
            yield f"{name}: expected its own permissions, and contents: read"
            continue
        used = {step.uses for step in workflow.steps_of(name)}
        needed = {right: "write" for right, action in _MAY_WRITE.items() if action in used}
        if granted != {"contents": "read", **needed}:
            yield f"{name}: is granted {granted}; it uses {needed}"


@claim(
    Swap(NIGHTLY, "${{ vars.NIGHTLY_ROLE }}", "${{ secrets.NIGHTLY_ROLE }}"),
    Swap(STAGING, "          role-to-assume: ${{ vars.DEPLOY_ROLE }}\n", "          aws-access-key-id: x\n"),
    Swap(PRODUCTION, "${{ vars.DEPLOY_ROLE }}", "arn:aws:iam::1:role/x"),
    Swap(TEST, "run: tox -e gate", "run: tox -e gate # ${{ github.token }}"),
)
def no_secret_is_used(workflow: Workflow) -> Iterator[str]:
    """Whoever needs AWS takes a role that a variable names, with a token that ends with the job."""
    for word in ("secrets.", "secrets:", "github.token", "GITHUB_TOKEN", "access-key", "AWS_SECRET"):
        if word in workflow.text:
            yield f"{word} is used"
    for step in workflow.steps:
        role = step.given.get("role-to-assume", "")
        if step.uses == CREDENTIALS and role not in ("${{ vars.DEPLOY_ROLE }}", "${{ vars.NIGHTLY_ROLE }}"):
            yield f"{step.job}: expected a role that a variable names, found {role!r}"


@claim(
    Swap(NIGHTLY, '--env "$ENVIRONMENT"', "--env ${{ matrix.environment }}"),
    Swap(TEST, "run: tox -e gate", "run: tox -e gate -- ${{ github.event.pull_request.title }}"),
)
def no_command_is_written_by_its_values(workflow: Workflow) -> Iterator[str]:
    """A value is put into a command before the shell reads it; through the environment it stays a value."""
    yield from (f"{step.job}: {step.run}" for step in workflow.steps if "${{" in step.run)


@claim(
    Swap(STAGING, "concurrency:\n  group: deploy-staging\n  cancel-in-progress: false\n", ""),
    Swap(PRODUCTION, "cancel-in-progress: false", "cancel-in-progress: true"),
    Swap(NIGHTLY, "  group: nightly\n", "  group: deploy-staging\n"),
)
def runs_do_not_meet(workflow: Workflow) -> Iterator[str]:
    """Each workflow has a group of its own, and only a test may be cut off by a newer one."""
    said = workflow.data.get("concurrency", {})
    group = workflow.name.removesuffix(".yml")
    if not str(said.get("group", "")).startswith(group):
        yield f"expected a group of its own, {group}; found {said.get('group')}"
    if said.get("cancel-in-progress") is not (workflow.name == TEST):
        yield f"cancel-in-progress is {said.get('cancel-in-progress')}"


@claim(
    Swap(TEST, "    timeout-minutes: 15\n", ""),
    Swap(STAGING, "timeout-minutes: 110", "timeout-minutes: 120"),
    Swap(NIGHTLY, "role-duration-seconds: 3600", "role-duration-seconds: 1800"),
)
def every_job_ends_before_its_role_does(workflow: Workflow) -> Iterator[str]:
    """A deployment whose credentials end in the middle cannot even be taken back."""
    for name, job in workflow.jobs.items():
        minutes = job.get("timeout-minutes", 0)
        if not 0 < minutes <= _LONGEST:
            yield f"{name}: expected at most {_LONGEST} minutes, found {minutes or 'none'}"
        for step in workflow.steps_of(name):
            seconds = step.given.get("role-duration-seconds", 0)
            if step.uses == CREDENTIALS and minutes * 60 >= seconds:
                yield f"{name}: may run {minutes} minutes with a role of {seconds} seconds"


@claim(
    Swap(TEST, "          persist-credentials: false\n", "          fetch-depth: 1\n"),
    Swap(SCAN, "ubuntu-24.04", "ubuntu-latest"),
    Swap(TEST, "      - uses: $/.github/actions/prepare\n", ""),
)
def every_job_begins_in_the_same_way(workflow: Workflow) -> Iterator[str]:
    """A known machine, our files without the token that fetched them, then Python and tox."""
    for name, job in workflow.jobs.items():
        if job.get("runs-on") != "ubuntu-24.04":
            yield f"{name}: runs on {job.get('runs-on')}"
        first = workflow.steps_of(name)[:2]
        if [step.uses for step in first] != ["actions/checkout", "$/.github/actions/prepare"]:
            yield f"{name}: expected our files first, then Python and tox"
        elif first[0].given != {"persist-credentials": False}:
            yield f"{name}: leaves the token that fetched our files in the folder"
