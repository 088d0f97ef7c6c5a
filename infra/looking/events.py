"""What CloudFormation tells of one stack, the newest last."""

from __future__ import annotations

from itertools import chain, islice
from typing import Final

from infra.errors import InputError, UntoldError
from infra.looking.asking import Asking
from infra.looking.found import Fact, Parts, Rows, rows

_EVENTS: Final = (
    Fact("when", "Timestamp"),
    Fact("resource", "LogicalResourceId"),
    Fact("type", "ResourceType"),
    Fact("status", "ResourceStatus"),
    Fact("why", "ResourceStatusReason", always=False),
)


def parts(asking: Asking, stack: str, limit: int) -> Parts:
    """Return what is read of a stack's events."""
    return {"events": lambda: _events(asking, asking.environment.stack_name(stack), limit)}


def _events(asking: Asking, stack: str, limit: int) -> Rows:
    pages = asking.pages("cloudformation", "describe_stack_events", "StackEvents", StackName=stack)
    try:
        newest = list(islice(chain.from_iterable(pages), limit))
    except UntoldError as error:
        if "does not exist" not in str(error):
            raise
        raise InputError(f"{stack}: is not deployed") from None
    return rows(_EVENTS, reversed(newest), "cloudformation:DescribeStackEvents")
