"""What differs between the stacks' templates and what is there, as CloudFormation's drift detection finds it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.errors import DeployError
from infra.scaling import Move, settled

_PAUSES: Final = (0.05, 0.1, 0.2, 0.5, 1.0, *(2.0,) * 300)
_KINDS: Final = {"ADD": "is there and not in the template", "REMOVE": "is in the template and not there"}


@dataclass(frozen=True, slots=True)
class Drift:
    """One resource that is not as its template says; ``differences`` has a line for each property."""

    stack: str
    logical_id: str
    type: str
    status: str
    differences: tuple[str, ...]

    @property
    def unknown(self) -> bool:
        """Whether CloudFormation could not tell."""
        return self.status == "UNKNOWN"

    def lines(self) -> Iterator[str]:
        """Give what a person reads: a line for the resource, or one for each property."""
        where = f"{self.stack}: {self.logical_id} ({self.type})"
        if not self.differences:
            yield f"{where}: {'could not be looked at' if self.unknown else 'is gone'}"
        yield from (f"{where}: {line}" for line in self.differences)


def drifts_of(cloudformation: Any, name: str, moved: Mapping[str, tuple[Move, ...]]) -> tuple[Drift, ...]:
    """Detect the drift of one stack and return what is not in sync, but for what target tracking moved.

    Raises:
        DeployError: the detection failed, or was not done in time.
    """
    detection = cloudformation.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    _wait(cloudformation, name, detection)
    found, token = list[Drift](), None
    while True:
        asked = {"StackName": name, "MaxResults": 100, **({"NextToken": token} if token else {})}
        page = cloudformation.describe_stack_resource_drifts(**asked)
        told = (_unmoved(one, moved.get(one["LogicalResourceId"], ())) for one in page["StackResourceDrifts"])
        found += [_read(name, one) for one in told if _differs(one)]
        token = page.get("NextToken")
        if not token:
            return tuple(found)


def _differs(told: Mapping[str, Any]) -> bool:
    return told["StackResourceDriftStatus"] not in ("IN_SYNC", "NOT_CHECKED")


def _unmoved(told: Mapping[str, Any], moves: tuple[Move, ...]) -> Mapping[str, Any]:
    """Return what is told of a resource without the properties of which only capacities moved within their limits."""
    if not moves or told["StackResourceDriftStatus"] != "MODIFIED":
        return told
    expected, actual = json.loads(told["ExpectedProperties"]), json.loads(told["ActualProperties"])
    same = {
        move.property
        for move in moves
        if _covers(
            expected.get(move.property),
            settled(
                expected.get(move.property),
                actual.get(move.property),
                (one for one in moves if one.property == move.property),
            ),
        )
    }
    left = [one for one in told["PropertyDifferences"] if str(one["PropertyPath"]).split("/")[1] not in same]
    return {**told, "PropertyDifferences": left, **({} if left else {"StackResourceDriftStatus": "IN_SYNC"})}


def _covers(expected: Any, actual: Any) -> bool:
    """Say whether what is there is what is expected, be there more or not; the order of lists does not matter."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(_covers(value, actual.get(name)) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(any(_covers(one, other) for other in actual) for one in expected)
    return bool(expected == actual)


def _wait(cloudformation: Any, name: str, detection: str) -> None:
    for pause in _PAUSES:
        told = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if told["DetectionStatus"] == "DETECTION_COMPLETE":
            return
        if told["DetectionStatus"] == "DETECTION_FAILED":
            reason = told.get("DetectionStatusReason", "no reason was given")
            raise DeployError(f"{name}: drift could not be detected: {reason}")
        time.sleep(pause)
    raise DeployError(f"{name}: drift was not detected in time")


def _read(name: str, told: Mapping[str, Any]) -> Drift:
    lines = tuple(map(_line, told.get("PropertyDifferences", ())))
    return Drift(name, told["LogicalResourceId"], told["ResourceType"], told["StackResourceDriftStatus"], lines)


def _line(told: Mapping[str, Any]) -> str:
    path = str(told["PropertyPath"]).removeprefix("/").replace("/", ".")
    kind = _KINDS.get(told["DifferenceType"])
    if kind:
        return f"{path}: {told['ActualValue' if told['DifferenceType'] == 'ADD' else 'ExpectedValue']} {kind}"
    return f"{path}: expected {told['ExpectedValue']}, found {told['ActualValue']}"
