"""What each workflow promises: when it runs, in which environment, with whose approval, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from infra.environment import environment_names
from infra.settings import ROOT
from suites.workflows.calls import platform_words
from suites.workflows.claims import Swap, claim
from suites.workflows.reading import FILES, FOLDER, Workflow
from suites.workflows.shape import CREDENTIALS, NIGHTLY, PRODUCTION, SCAN, STAGING, TEST

MAIN_ONLY: Final = "github.ref == 'refs/heads/main'"
TRIGGERS: Final[dict[str, Any]] = {
    TEST: {"pull_request": None},
    STAGING: {"push": {"branches": ["main"]}},
    PRODUCTION: {"workflow_dispatch": None},
    SCAN: {"schedule": [{"cron": "17 4 * * *"}], "workflow_dispatch": None},
    NIGHTLY: {"schedule": [{"cron": "41 2 * * *"}], "workflow_dispatch": None},
}
# What each job calls, in this order, of the doors or, after "infra", of the platform's commands.
ORDER: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    TEST: {"gate": ("gate",), "tests": ("tests",)},
    STAGING: {
        "gate": ("gate",),
        "deploy": (
            "infra layer",
            "infra preflight",
            "infra deploy",
            "infra smoke",
            "infra alarms",
            "infra rollback",
            "infra drift",
        ),
        "validate": ("infra validate",),
        "rollback": ("infra rollback",),
    },
    PRODUCTION: {
        "gate": ("gate",),
        "plan": ("infra layer", "infra preflight", "infra plan", "infra cost"),
        "deploy": (
            "infra layer",
            "infra deploy",
            "infra smoke",
            "infra shift",
            "infra alarms",
            "infra rollback",
            "infra drift",
        ),
        "validate": ("infra validate",),
        "rollback": ("infra rollback",),
    },
    SCAN: {"scan": ("security",)},
    NIGHTLY: {"judge": ("nightly", "sign", "aws")},
}
_AFTER: Final[dict[str, Any]] = {"validate": "deploy", "rollback": ["deploy", "validate"]}
_NEEDS: Final[dict[str, dict[str, Any]]] = {
    STAGING: {"deploy": "gate", **_AFTER},
    PRODUCTION: {"plan": "gate", "deploy": "plan", **_AFTER},
}
# The environment of GitHub's that each job needs: its protection asks for approval, and the role's trust names it.
_WHERE: Final = {
    STAGING: {"deploy": "staging", "validate": "staging-nightly", "rollback": "staging"},
    PRODUCTION: {"plan": "prod", "deploy": "prod", "validate": "prod-nightly", "rollback": "prod"},
    NIGHTLY: {"judge": "${{ matrix.environment }}-nightly"},
}


@claim(
    Swap(TEST, "  pull_request:\n", "  pull_request_target:\n"),
    Swap(STAGING, "branches: [main]", "branches: ['**']"),
    Swap(PRODUCTION, "  workflow_dispatch:\n", "  push:\n"),
    Swap(SCAN, "17 4 * * *", "17 4 * * 1"),
    Swap(NIGHTLY, "41 2 * * *", "41 2 1 * *"),
)
def it_runs_when_it_should(workflow: Workflow) -> Iterator[str]:
    """Before a merge; after one; when a person says so; every day; every night."""
    if workflow.data.get("on") != TRIGGERS[workflow.name]:
        yield f"runs on {workflow.data.get('on')}"


@claim(
    Swap(TEST, "run: tox -e tests", "run: tox -e gate"),
    Swap(STAGING, "        run: tox -qe infra -- preflight --env staging\n", "        run: tox -qe infra -- layer\n"),
    Swap(PRODUCTION, "-- plan --env prod", "-- cost --env prod"),
    Swap(SCAN, "run: tox -e security", "run: tox -e gate"),
    Swap(NIGHTLY, "run: tox -e nightly", "run: tox -e static"),
    Swap(STAGING, "    needs: gate\n", ""),
    Swap(PRODUCTION, "    needs: plan\n", "    needs: gate\n"),
)
def it_does_what_it_says_in_that_order(workflow: Workflow) -> Iterator[str]:
    """A job is a list of doors, and waits for the one that has to be over."""
    for name, expected in ORDER[workflow.name].items():
        found = tuple(_door(step.run) for step in workflow.steps_of(name) if step.run)
        if found != expected:
            yield f"{name}: calls {found}; expected {expected}"
        needs = _NEEDS.get(workflow.name, {}).get(name)
        if workflow.jobs.get(name, {}).get("needs") != needs:
            yield f"{name}: expected it to need {needs}"
    if set(workflow.jobs) != set(ORDER[workflow.name]):
        yield f"has the jobs {sorted(workflow.jobs)}"


def _door(command: str) -> str:
    if platform_words(command):
        return f"infra {platform_words(command)[0]}"
    words = command.split()
    return words[2] if words[0] == "tox" else words[0]


@claim(
    Swap(PRODUCTION, "    environment: prod # its reviewers approve", "    # its reviewers approve"),
    Swap(PRODUCTION, "    environment: prod # who", "    environment: staging # who"),
    Swap(PRODUCTION, "    environment: prod # who", "    environment: production # who"),
    Swap(STAGING, "    environment: staging", "    environment: dev"),
    Swap(NIGHTLY, "${{ matrix.environment }}-nightly", "prod"),
    Swap(PRODUCTION, f"    if: {MAIN_ONLY}\n", ""),
)
def it_acts_where_it_was_approved(workflow: Workflow) -> Iterator[str]:
    """The roles trust no other environment, so a job that left its own would be given nothing."""
    trusted = {where for name in environment_names() for where in (name, f"{name}-nightly")}
    for name, job in workflow.jobs.items():
        where = job.get("environment")
        if where != _WHERE.get(workflow.name, {}).get(name):
            yield f"{name}: acts in {where}"
        takes_role = any(step.uses == CREDENTIALS for step in workflow.steps_of(name))
        rows = job.get("strategy", {}).get("matrix", {}).get("environment", [""])
        named = {str(where).replace("${{ matrix.environment }}", row) for row in rows}
        if takes_role and not named <= trusted:
            yield f"{name}: no role trusts {sorted(named - trusted)}"
    if workflow.name == PRODUCTION and workflow.jobs["gate"].get("if") != MAIN_ONLY:
        yield "deploys from other branches than main"


@claim(
    Swap(STAGING, "role-to-assume: ${{ vars.DEPLOY_ROLE }}", "role-to-assume: ${{ vars.NIGHTLY_ROLE }}"),
    Swap(NIGHTLY, "role-to-assume: ${{ vars.NIGHTLY_ROLE }}", "role-to-assume: ${{ vars.DEPLOY_ROLE }}"),
)
def it_takes_the_role_of_its_work(workflow: Workflow) -> Iterator[str]:
    """Who judges cannot write, and who deploys is in the environment that is deployed to."""
    text = (ROOT / "infra" / "templates" / "identity.yaml").read_text(encoding="utf-8")
    for line in ("}:environment:${Environment}\n", "}:environment:${Environment}-nightly\n"):
        if line not in text:
            yield f"infra/templates/identity.yaml trusts no {line.strip()}"
    for step in workflow.steps:
        if step.uses == CREDENTIALS:
            where = str(workflow.jobs[step.job].get("environment"))
            expected = "NIGHTLY" if where.endswith("-nightly") else "DEPLOY"
            if f"vars.{expected}_ROLE" not in step.given.get("role-to-assume", ""):
                yield f"{step.job}: takes {step.given.get('role-to-assume')} in {where}"


@claim(
    Swap(TEST, "          sarif_file: reports/out/latest/findings.sarif", "          sarif_file: findings.sarif"),
    Swap(TEST, "${{ !cancelled() && hashFiles", "${{ success() && hashFiles"),
    Swap(TEST, "        uses: github/codeql-action/upload-sarif", "        uses: github/codeql-action/autobuild"),
    about=(TEST,),
)
def the_findings_are_shown(workflow: Workflow) -> Iterator[str]:
    """Most of all when the gate has failed."""
    shown = [step for step in workflow.steps_of("gate") if step.uses == "github/codeql-action/upload-sarif"]
    if [step.given.get("sarif_file") for step in shown] != ["reports/out/latest/findings.sarif"]:
        yield "the gate does not show its findings"
    yield from ("a gate that fails shows nothing" for step in shown if "!cancelled()" not in step.data.get("if", ""))


KEPT: Final = "bucket of evidence\n        if: ${{ !cancelled() }}"
SIGNED: Final = "evidence stack\n        if: ${{ !cancelled() }}"


@claim(
    Swap(NIGHTLY, "[dev, staging, prod]", "[dev, prod]"),
    Swap(NIGHTLY, "fail-fast: false", "fail-fast: true"),
    Swap(NIGHTLY, KEPT, KEPT.replace("!cancelled()", "success()")),
    Swap(NIGHTLY, SIGNED, SIGNED.replace("!cancelled()", "success()")),
    Swap(NIGHTLY, "-- reports/out/latest --env", "-- reports/out/first --env"),
    Swap(NIGHTLY, 'reports/out "s3://$EVIDENCE_BUCKET/nightly"', 'reports "s3://$EVIDENCE_BUCKET/nightly"'),
    about=(NIGHTLY,),
)
def every_account_is_judged_and_the_record_kept(workflow: Workflow) -> Iterator[str]:
    """One that fails stops no other, and what fails is evidence too; it is signed before it is kept."""
    strategy = workflow.jobs["judge"].get("strategy", {})
    if set(strategy.get("matrix", {}).get("environment", ())) != set(environment_names()):
        yield f"judges {strategy.get('matrix')}"
    if strategy.get("fail-fast") is not False:
        yield "stops at the first account that fails"
    kept = [step for step in workflow.steps_of("judge") if step.run.startswith("aws s3 cp")]
    if [step.run.split(" --no-progress ")[-1] for step in kept] != ['reports/out "s3://$EVIDENCE_BUCKET/nightly"']:
        yield "keeps no record"
    signed = [step for step in workflow.steps_of("judge") if step.run.startswith("tox -qe sign ")]
    if [step.run for step in signed] != ['tox -qe sign -- reports/out/latest --env "$ENVIRONMENT"']:
        yield "signs no record"
    yield from ("keeps only what passes" for step in (*kept, *signed) if step.data.get("if") != "${{ !cancelled() }}")


@claim(
    Swap(PRODUCTION, "          path: plan.json", "          path: other.json"),
    Swap(SCAN, "          path: reports/out/security", "          path: reports/out"),
    about=(PRODUCTION, SCAN),
)
def what_others_read_is_kept(workflow: Workflow) -> Iterator[str]:
    """The plan for whoever approves; the bill of materials for whoever asks what we are made of."""
    expected = {PRODUCTION: {"plan": "plan.json"}, SCAN: {"security": "reports/out/security"}}[workflow.name]
    given = [step.given for step in workflow.steps if step.uses == "actions/upload-artifact"]
    if {one.get("name"): one.get("path") for one in given} != expected:
        yield f"keeps {given}"
    yield from (f"{one.get('name')} may be missing" for one in given if one.get("if-no-files-found") != "error")


def undescribed() -> set[str]:
    """Return the files that nobody describes, and those described that are not there."""
    return {path.name for path in FOLDER.iterdir()} ^ set(FILES)


def called() -> tuple[str, ...]:
    """Return the platform's commands that workflows call."""
    doors = {door for jobs in ORDER.values() for order in jobs.values() for door in order}
    return tuple(sorted(door.removeprefix("infra ") for door in doors if door.startswith("infra ")))
