"""Deploys the stacks of one environment in order: change set, review, execute, wait; outputs feed what comes later."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from infra.deploy.connect import one_line
from infra.deploy.default_group import empty_default_group
from infra.deploy.events import Event, EventReader, first_failure
from infra.deploy.needs import explained
from infra.deploy.review import ResourceChange, Review
from infra.environment import Environment
from infra.errors import DeployError, EndpointError, InputError
from infra.stacks import LOOKED_UP, STACKS, parameters_for
from infra.template import Template

Approve = Callable[[Review], bool]
OnEvent = Callable[[str, Event], None]

P = ParamSpec("P")
R = TypeVar("R")
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
_LONGEST_SECONDS = 3 * 60 * 60
_GONE = "DELETE_COMPLETE"


def _refusals_in_one_line(act: Callable[Concatenate[Deployer, P], R]) -> Callable[Concatenate[Deployer, P], R]:
    """Let what a service says against a call be one line, whatever step of the decorated act it was said to."""

    @wraps(act)
    def guarded(self: Deployer, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with one_line(self.environment.name):
            return act(self, *args, **kwargs)

    return guarded


@dataclass
class Deployer:
    """Acts on one environment through two clients.

    ``approve`` sees every review before it is executed; ``outputs`` are the stacks' outputs by name, as far as known.
    """

    environment: Environment
    templates: Mapping[str, Template]
    cloudformation: Any
    ec2: Any
    approve: Approve
    on_event: OnEvent
    on_review: Callable[[Review], None] = lambda _: None
    outputs: dict[str, str] = field(default_factory=dict)

    @_refusals_in_one_line
    def plan(self, only: str | None = None) -> list[Review]:
        """Return the review of each stack without executing any.

        A stack whose parameters come from a stack that does not exist yet cannot be reviewed: the list ends there, and
        one that was named is refused.
        """
        reviews = []
        self._begin()
        for stack in chosen(only):
            self._gather_outputs(stack)
            if only is None and self._missing(stack):
                break
            self._demand_outputs(stack)
            review = self._review(stack)
            self.on_review(review)
            self._discard(review)
            reviews.append(review)
        return reviews

    @_refusals_in_one_line
    def deploy(self, only: str | None = None) -> list[Review]:
        """Deploy the stacks in order and return what was done to each.

        Raises:
            DeployError: a stack failed, was not approved, or is in a state that cannot be deployed to.
        """
        done = []
        self._begin()
        for stack in chosen(only):
            self._gather_outputs(stack)
            self._demand_outputs(stack)
            review = self._review(stack)
            self.on_review(review)
            if review.changes:
                self._execute(review)
            else:
                self._discard(review)
            self._remember_outputs(stack)
            self._settle(stack)
            done.append(review)
        return done

    def with_templates(self, templates: Mapping[str, Template]) -> Deployer:
        """Return a deployer of other templates that acts through the same clients."""
        return replace(self, templates=templates, outputs={})

    def outputs_of(self, stack: str) -> dict[str, str]:
        """Return the outputs that a stack has now; none where it is not deployed."""
        found = self._describe(self.environment.stack_name(stack)) or {}
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}

    @_refusals_in_one_line
    def destroy(self, only: str | None = None) -> list[str]:
        """Delete the stacks in reverse order and return the names of those that were there.

        Raises:
            DeployError: a stack is protected or could not be deleted.
        """
        deleted = []
        for stack in reversed(chosen(only)):
            name = self.environment.stack_name(stack)
            found = self._describe(name)
            if found is None:
                continue
            if found.get("EnableTerminationProtection"):
                raise DeployError(f"{name}: termination protection is on: lift it before destroying the stack")
            reader = EventReader(self.cloudformation, found["StackId"])
            self.cloudformation.delete_stack(StackName=found["StackId"])
            self._wait(found["StackId"], stack, reader, wanted=_GONE)
            deleted.append(name)
        return deleted

    # -- one stack -------------------------------------------------------------------------------------------------

    def _review(self, stack: str) -> Review:
        """Create a change set and wait until it can be read."""
        name = self.environment.stack_name(stack)
        existing = self._describe(name)
        creates = existing is None or existing["StackStatus"] == "REVIEW_IN_PROGRESS"
        self._check_state(name, None if existing is None else existing["StackStatus"])
        tags = {"Project": "touchstone", "Environment": self.environment.name}
        with one_line(f"{self.templates[stack].source.name}: {name}"):
            made = self.cloudformation.create_change_set(
                StackName=name,
                ChangeSetName=f"touchstone-{int(time.time() * 1000)}",
                ChangeSetType="CREATE" if creates else "UPDATE",
                TemplateBody=self.templates[stack].text,
                Parameters=self._parameters(stack),
                Capabilities=["CAPABILITY_IAM"],
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
        changes = self._changes(name, made["Id"])
        return Review(stack, name, creates, made["Id"], changes)

    def _check_state(self, name: str, status: str | None) -> None:
        if status is None or status == "REVIEW_IN_PROGRESS":
            return
        if status.endswith("_IN_PROGRESS"):
            raise DeployError(f"{name}: another operation is under way: {status}")
        if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"):
            raise DeployError(f"{name}: {status}: cannot be updated; destroy it, or recover it, first")

    def _changes(self, name: str, change_set: str) -> tuple[ResourceChange, ...]:
        for pause in _pauses():
            found = self.cloudformation.describe_change_set(StackName=name, ChangeSetName=change_set)
            status, reason = found["Status"], found.get("StatusReason", "")
            if status == "CREATE_COMPLETE":
                return self._all_changes(found, name, change_set)
            if status == "FAILED":
                if any(words in reason for words in _NO_CHANGES):
                    return ()
                raise DeployError(f"{name}: the change set failed: {reason}")
            time.sleep(pause)
        raise DeployError(f"{name}: the change set was not ready in time")

    def _all_changes(self, first: Mapping[str, Any], name: str, change_set: str) -> tuple[ResourceChange, ...]:
        found, page = list(first["Changes"]), first
        while page.get("NextToken"):
            page = self.cloudformation.describe_change_set(
                StackName=name, ChangeSetName=change_set, NextToken=page["NextToken"]
            )
            found += page["Changes"]
        return tuple(ResourceChange.read(change) for change in found)

    def _execute(self, review: Review) -> None:
        if not self.approve(review):
            self._discard(review)
            raise DeployError(f"{review.stack_name}: not approved; nothing was changed")
        stack = self._describe(review.stack_name)
        stack_id = stack["StackId"] if stack else review.stack_name
        reader = EventReader(self.cloudformation, stack_id)
        self.cloudformation.execute_change_set(StackName=stack_id, ChangeSetName=review.change_set)
        self._wait(stack_id, review.stack, reader, "CREATE_COMPLETE" if review.creates else "UPDATE_COMPLETE")
        if review.creates and self.environment.termination_protection:
            self.cloudformation.update_termination_protection(StackName=stack_id, EnableTerminationProtection=True)

    def _discard(self, review: Review) -> None:
        """Remove a change set that will not be executed, and the empty stack that AWS made for it."""
        self.cloudformation.delete_change_set(StackName=review.stack_name, ChangeSetName=review.change_set)
        existing = self._describe(review.stack_name)
        if existing is not None and existing["StackStatus"] == "REVIEW_IN_PROGRESS":
            self.cloudformation.delete_stack(StackName=review.stack_name)

    def _wait(self, stack_id: str, stack: str, reader: EventReader, wanted: str) -> None:
        seen: list[Event] = []
        for pause in _pauses():
            found = self._describe(stack_id)
            for event in reader.new():
                seen.append(event)
                self.on_event(stack, event)
            status = _GONE if found is None else found["StackStatus"]
            if status == wanted:
                return
            if not status.endswith("_IN_PROGRESS"):
                culprit = first_failure(seen)
                because = (
                    f"{culprit.logical_id} ({culprit.type}): {culprit.reason}" if culprit else "no resource says why"
                )
                raise DeployError(f"{self.environment.stack_name(stack)}: {status}: {because}")
            time.sleep(pause)
        raise DeployError(f"{self.environment.stack_name(stack)}: not done after {_LONGEST_SECONDS // 3600} hours")

    # -- parameters and outputs ------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Look up what AWS chooses per account and region."""
        self.outputs = {}
        for parameter, name in LOOKED_UP.items():
            wanted = name.format(region=self.environment.region)
            found = self.ec2.describe_managed_prefix_lists(
                Filters=[{"Name": "prefix-list-name", "Values": [wanted]}]
            ).get("PrefixLists", [])
            if len(found) != 1:
                raise EndpointError(f"{self.environment.name}: expected one prefix list {wanted}, found {len(found)}")
            self.outputs[parameter] = found[0]["PrefixListId"]

    def _gather_outputs(self, stack: str) -> None:
        """Learn the outputs of every stack before this one that is deployed but was not deployed in this run."""
        for earlier in STACKS[: STACKS.index(stack)]:
            self._remember_outputs(earlier)

    def _remember_outputs(self, stack: str) -> None:
        self.outputs |= self.outputs_of(stack)

    def _missing(self, stack: str) -> list[str]:
        """Return the parameters of a stack that have no value yet."""
        declared = self.templates[stack].section("Parameters")
        given = parameters_for(self.templates[stack], self.environment, self.outputs)
        return [name for name, item in declared.items() if name not in given and "Default" not in item]

    def _demand_outputs(self, stack: str) -> None:
        missing = self._missing(stack)
        if missing:
            told = explained(missing, self.templates, self._missing)
            raise InputError(f"{self.environment.stack_name(stack)}: {told}")

    def _parameters(self, stack: str) -> list[dict[str, str]]:
        given = parameters_for(self.templates[stack], self.environment, self.outputs)
        return [{"ParameterKey": name, "ParameterValue": _text(value)} for name, value in given.items()]

    def _settle(self, stack: str) -> None:
        """Do what CloudFormation cannot: AWS opens the default security group of every VPC it makes."""
        group = self.outputs.get("DefaultSecurityGroupId")
        if stack == "network" and group:
            empty_default_group(self.ec2, group)

    def _describe(self, name: str) -> dict[str, Any] | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415

        try:
            stacks: list[dict[str, Any]] = self.cloudformation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in error.response["Error"].get("Message", ""):
                return None
            raise
        return None if stacks[0]["StackStatus"] == _GONE else stacks[0]


def chosen(only: str | None) -> tuple[str, ...]:
    """Return the stacks to act on: all, or the one that was named."""
    if only is None:
        return STACKS
    if only not in STACKS:
        raise InputError(f"--stack {only or repr(only)}: expected one of {', '.join(STACKS)}")
    return (only,)


def _pauses() -> list[float]:
    """Return the seconds to wait between looks: short at first, then every five seconds, up to three hours."""
    short = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0]
    return short + [5.0] * (_LONGEST_SECONDS // 5)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
