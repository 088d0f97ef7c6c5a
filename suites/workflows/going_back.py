"""How what was deployed gets its calls, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.deploy.live import STACK, hardly_called, live_functions
from infra.environment import load_environment
from infra.stacks import resolve_platform
from suites.workflows.calls import platform_words
from suites.workflows.claims import Swap, claim
from suites.workflows.reading import Step, Workflow
from suites.workflows.shape import PRODUCTION, STAGING

_IN_JOB: Final = "${{ (failure() || cancelled()) && steps.deploy.outcome == 'success' }}"
_AFTER: Final = "${{ failure() && needs.deploy.result == 'success' }}"
_ENVIRONMENTS: Final = {STAGING: "staging", PRODUCTION: "prod"}


def _shifted() -> list[str]:
    """Return the functions whose calls can be shifted, as a command takes them."""
    prod = load_environment("prod")
    compute = resolve_platform(prod).stacks[STACK].resources
    apart, begins = hardly_called(compute), prod.stack_name("")
    return [name.removeprefix(begins) for name in live_functions(compute) if name not in apart]


def called(workflow: Workflow, job: str, command: str) -> list[Step]:
    """Return the steps of a job that call a command of the platform."""
    return [step for step in workflow.steps_of(job) if platform_words(step.run)[:1] == [command]]


@claim(
    Swap(STAGING, f"        if: {_IN_JOB}\n", "        if: ${{ success() }}\n"),
    Swap(PRODUCTION, f"        if: {_IN_JOB}\n", ""),
    Swap(PRODUCTION, _IN_JOB, "${{ failure() && steps.deploy.outcome == 'failure' }}"),
    Swap(STAGING, "        id: deploy\n", "        id: deployed\n"),
    Swap(STAGING, f"    if: {_AFTER}\n", ""),
    Swap(PRODUCTION, _AFTER, "${{ always() }}"),
    Swap(STAGING, "rollback --env staging --to previous", "rollback --env prod --to previous"),
    Swap(PRODUCTION, "rollback --env prod --to previous", "rollback --env prod --to 2026-01-01"),
    about=(STAGING, PRODUCTION),
)
def what_does_not_work_is_taken_back(workflow: Workflow) -> Iterator[str]:
    """In the job that deployed, and after it when what is deployed is not valid; never what was not deployed."""
    where = _ENVIRONMENTS[workflow.name]
    (deploy,) = called(workflow, "deploy", "deploy") or [Step("deploy", {})]
    if deploy.data.get("id") != "deploy":
        yield "nobody can tell whether it was deployed"
    back = called(workflow, "deploy", "rollback")
    if [step.data.get("if") for step in back] != [_IN_JOB]:
        yield f"is taken back {[step.data.get('if') for step in back]}"
    if workflow.jobs["rollback"].get("if") != _AFTER:
        yield f"is taken back after all {workflow.jobs['rollback'].get('if')}"
    for step in (*back, *called(workflow, "rollback", "rollback")):
        if platform_words(step.run)[1:] != ["--env", where, "--to", "previous", "--yes"]:
            yield f"{step.run}: expected the deployment before, of {where}"


@claim(
    Swap(PRODUCTION, "--steps 10,50,100", "--steps 50,100"),
    Swap(PRODUCTION, "--steps 10,50,100", "--steps 10,50"),
    Swap(PRODUCTION, "--bake 2m", "--bake 2s"),
    Swap(PRODUCTION, "--function query ", ""),
    Swap(PRODUCTION, "--yes --hold", "--yes"),
    Swap(PRODUCTION, "plan --env prod --hold", "plan --env prod"),
    about=(PRODUCTION,),
)
def calls_move_by_ten_fifty_and_a_hundred(workflow: Workflow) -> Iterator[str]:
    """What is new stands beside what has the calls, and gets them by steps, each looked at for two minutes.

    One function goes after the other, all of them within the two hours of the role's session.
    """
    for step in (*called(workflow, "plan", "plan"), *called(workflow, "deploy", "deploy")):
        if "--hold" not in platform_words(step.run):
            yield f"{step.run}: what is new gets all calls at once"
    given = [platform_words(step.run)[1:] for step in called(workflow, "deploy", "shift")]
    named = [word for name in _shifted() for word in ("--function", name)]
    expected = ["--env", "prod", *named, "--to", "newest", "--steps", "10,50,100", "--bake", "2m", "--yes"]
    if given != [expected]:
        yield f"moves the calls by {given}"


@claim(
    Swap(PRODUCTION, " --save plan.json", ""),
    Swap(PRODUCTION, " --approved plan.json", ""),
    Swap(PRODUCTION, "uses: actions/download-artifact@", "uses: actions/upload-artifact@"),
    about=(PRODUCTION,),
)
def what_was_approved_is_what_is_deployed(workflow: Workflow) -> Iterator[str]:
    """The plan goes from the job that wrote it to the one that was approved with it."""
    fetched = [step.given for step in workflow.steps_of("deploy") if step.uses == "actions/download-artifact"]
    if fetched != [{"name": "plan"}]:
        yield f"fetches {fetched}"
    for job, command, option in (("plan", "plan", "--save"), ("deploy", "deploy", "--approved")):
        for step in called(workflow, job, command):
            if f"{option} plan.json" not in step.run:
                yield f"{step.run}: expected {option} plan.json"


@claim(
    Swap(STAGING, "alarms --env staging --watch 10m", "alarms --env staging --watch 1s"),
    Swap(PRODUCTION, "alarms --env prod --watch 10m", "alarms --env staging --watch 10m"),
    Swap(PRODUCTION, "smoke --env prod", "smoke --env staging"),
    Swap(STAGING, "validate --env staging", "validate --env dev"),
    about=(STAGING, PRODUCTION),
)
def what_is_deployed_is_tried(workflow: Workflow) -> Iterator[str]:
    """It is used, its alarms are watched for ten minutes, and the critical checks are asked."""
    where = _ENVIRONMENTS[workflow.name]
    expected = {
        ("deploy", "smoke"): ["--env", where],
        ("deploy", "alarms"): ["--env", where, "--watch", "10m"],
        ("validate", "validate"): ["--env", where],
    }
    for (job, command), options in expected.items():
        given = [platform_words(step.run)[1:] for step in called(workflow, job, command)]
        if given != [options]:
            yield f"{command}: called with {given}"
