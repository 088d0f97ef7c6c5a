"""A plan that was reviewed: only what it says is executed, and only on the stacks that it was made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from infra.deploy.review import ResourceChange, Review
from infra.errors import DeployError, InputError
from infra.settings import shown

_MOST_BYTES: Final = 10_000_000


class PlannedStack(BaseModel):
    """What is to become of one stack; ``version`` tells which one it was, empty where there was none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    changes: tuple[ResourceChange, ...]


class Approved(BaseModel):
    """A plan as `plan --save` writes it; ``made_of`` is what the deployment is made of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: str
    at: AwareDatetime
    by: str
    made_of: Mapping[str, Any]
    stacks: Mapping[str, PlannedStack]

    @property
    def _made(self) -> str:
        return f"of {self.at:%Y-%m-%d %H:%M}"

    def check(self, environment: str, made_of: Mapping[str, Any], versions: Mapping[str, str]) -> None:
        """Refuse to begin where something is not as it was when the plan was made.

        Raises:
            InputError: another environment, other templates, parameters or code, or a stack that changed since.
        """
        if self.environment != environment:
            raise InputError(f"--approved: the plan is of {self.environment}, not of {environment}")
        for name, value in made_of.items():
            if json.dumps(self.made_of.get(name), sort_keys=True) != json.dumps(value, sort_keys=True):
                raise InputError(f"--approved: not made of the same {name} as the plan {self._made}: plan anew")
        for stack, version in versions.items():
            if stack in self.stacks and self.stacks[stack].version != version:
                raise InputError(f"--approved: stack {stack} was changed after the plan {self._made}: plan anew")

    def approve(self, review: Review) -> bool:
        """Approve of a review that says what the plan says.

        Raises:
            DeployError: it says something else, or the plan ends before this stack.
        """
        planned = self.stacks.get(review.stack)
        if planned is None or planned.changes != review.changes:
            surplus = [one.logical_id for one in review.changes if planned is None or one not in planned.changes]
            told = ", ".join(surplus[:5]) or "fewer changes"
            raise DeployError(f"{review.stack_name}: not what was approved: {told}; not executed: plan anew")
        return True


def saved(path: Path) -> tuple[Approved, str]:
    """Read a plan; return it with its id, the SHA-256 of its file.

    Raises:
        InputError: there is none, or it is none.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES)
        plan = Approved.model_validate_json(text)
    except OSError as error:
        raise InputError(f"--approved {shown(path)}: expected what plan --save wrote: {error.strerror}") from error
    except ValidationError as error:
        first: Any = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the document"
        raise InputError(f"--approved {shown(path)}: {key}: {first['msg']}") from error
    return plan, hashlib.sha256(text).hexdigest()


def planned(reviews: Iterable[Review], versions: Mapping[str, str]) -> dict[str, PlannedStack]:
    """Keep what reviews say, by stack."""
    return {
        review.stack: PlannedStack(version=versions.get(review.stack, ""), changes=review.changes) for review in reviews
    }


def versions_of(described: Mapping[str, Mapping[str, Any] | None]) -> dict[str, str]:
    """Tell which stacks there are and when each was changed last; a stack that is only planned is none."""
    return {
        stack: "" if told is None or told["StackStatus"] == "REVIEW_IN_PROGRESS"
        else f"{told['StackId']} {told.get('LastUpdatedTime', told['CreationTime'])}"
        for stack, told in described.items()
    }  # fmt: skip
