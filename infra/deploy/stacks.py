"""What is asked of CloudFormation about one stack: its state, its changes, and to wait until it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.deploy.events import Event, EventReader, first_failure
from infra.deploy.review import ResourceChange, Review
from infra.errors import DeployError

_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
_LONGEST_SECONDS = 3 * 60 * 60
_GONE = "DELETE_COMPLETE"
_STACK = "AWS::CloudFormation::Stack"
_CONTINUE = (
    "Set right what that names, then let CloudFormation continue the update rollback (console: Stack actions; API: "
    "ContinueUpdateRollback, which can skip a resource that cannot be brought back), then deploy anew"
)


@dataclass(frozen=True, slots=True)
class Stacks:
    """The stacks of one environment; ``name_of`` gives CloudFormation's name for one of ours."""

    cloudformation: Any
    name_of: Callable[[str], str]
    on_event: Callable[[str, Event], None]
    express: bool = False

    def describe(self, name: str) -> dict[str, Any] | None:
        """Return what AWS says of a stack; None where there is none."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        try:
            stacks: list[dict[str, Any]] = self.cloudformation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in error.response["Error"].get("Message", ""):
                return None
            raise
        return None if stacks[0]["StackStatus"] == _GONE else stacks[0]

    def check_state(self, name: str, status: str | None) -> None:
        """Refuse a stack that cannot be deployed to."""
        if status is None or status == "REVIEW_IN_PROGRESS":
            return
        if status.endswith("_IN_PROGRESS"):
            raise DeployError(f"{name}: another operation is under way: {status}")
        if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED"):
            raise DeployError(f"{name}: {status}: its first deployment failed; deploy clears it away and begins anew")
        if status == "UPDATE_ROLLBACK_FAILED":
            raise DeployError(f"{name}: {status}: {self._stuck(name)}. {_CONTINUE}")
        if status == "DELETE_FAILED":
            raise DeployError(f"{name}: {status}: cannot be updated; python -m infra destroy goes on with it")

    def _stuck(self, name: str) -> str:
        """Say which resources could not be brought back by the last rollback, and why."""
        events = EventReader(self.cloudformation, name, begins=True).new()
        begun = [at for at, event in enumerate(events) if event.status == "UPDATE_ROLLBACK_IN_PROGRESS"]
        failed = [one for one in events[begun[-1] if begun else 0 :] if one.failed and one.type != _STACK]
        told = [f"{one.logical_id} ({one.type}): {one.reason.strip() or 'no reason is told'}" for one in failed]
        return "; ".join(told) or "no resource says why"

    def changes(self, name: str, change_set: str) -> tuple[ResourceChange, ...]:
        """Wait until a change set can be read; none where it changes nothing."""
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

    def review(self, stack: str, name: str, *, creates: bool, **asked: Any) -> Review:
        """Create a change set and wait until it can be read."""
        made = self.cloudformation.create_change_set(
            StackName=name,
            ChangeSetName=f"touchstone-{int(time.time() * 1000)}",
            ChangeSetType="CREATE" if creates else "UPDATE",
            Capabilities=["CAPABILITY_NAMED_IAM"],
            **({"DeploymentConfig": {"Mode": "EXPRESS"}} if self.express else {}),
            **asked,
        )
        return Review(stack, name, creates, made["Id"], self.changes(name, made["Id"]))

    def execute(self, review: Review) -> str:
        """Execute a change set and wait until the stack is done; return the stack's id."""
        found = self.describe(review.stack_name)
        stack_id = str(found["StackId"]) if found else review.stack_name
        reader = EventReader(self.cloudformation, stack_id)
        try:
            self.cloudformation.execute_change_set(StackName=stack_id, ChangeSetName=review.change_set)
        except self.cloudformation.exceptions.ChangeSetNotFoundException:  # gone with the execution of another one
            raise DeployError(f"{review.stack_name}: somebody else has changed it since it was reviewed") from None
        self.wait(stack_id, review.stack, reader, "CREATE_COMPLETE" if review.creates else "UPDATE_COMPLETE")
        return stack_id

    def protect(self, found: Mapping[str, Any], *, protected: bool = True) -> None:
        """Protect a stack against deletion, or lift that."""
        self.cloudformation.update_termination_protection(
            StackName=found["StackId"], EnableTerminationProtection=protected
        )

    def discard(self, review: Review) -> None:
        """Remove a change set that will not be executed, and the empty stack that AWS made for it."""
        self.cloudformation.delete_change_set(StackName=review.stack_name, ChangeSetName=review.change_set)
        existing = self.describe(review.stack_name)
        if existing is not None and existing["StackStatus"] == "REVIEW_IN_PROGRESS":
            self.cloudformation.delete_stack(StackName=review.stack_name)

    def delete(self, stack: str, found: Mapping[str, Any]) -> None:
        """Delete a stack and wait until it is gone."""
        reader = EventReader(self.cloudformation, found["StackId"])
        self.cloudformation.delete_stack(StackName=found["StackId"])
        self.wait(found["StackId"], stack, reader, wanted=_GONE)

    def wait(self, stack_id: str, stack: str, reader: EventReader, wanted: str) -> None:
        """Follow a stack until it is as wanted. Raises DeployError with the resource that began its failure."""
        seen: list[Event] = []
        for pause in _pauses():
            found = self.describe(stack_id)
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
                raise DeployError(f"{self.name_of(stack)}: {status}: {because}")
            time.sleep(pause)
        raise DeployError(f"{self.name_of(stack)}: not done after {_LONGEST_SECONDS // 3600} hours")


def _pauses() -> list[float]:
    """Return the seconds to wait between looks: short at first, then every five seconds, up to three hours."""
    short = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0]
    return short + [5.0] * (_LONGEST_SECONDS // 5)
