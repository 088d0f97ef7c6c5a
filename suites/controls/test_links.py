"""What is referred to is there, is ours, and is not switched off.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.awslambda import EventSourceMapping, Function
from fixtures.inventory.services.cloudwatch import CompositeAlarm
from fixtures.inventory.services.elasticache import User
from fixtures.inventory.services.kms import Key
from fixtures.inventory.services.sns import Subscription
from fixtures.inventory.services.wafv2 import LoggingConfiguration
from fixtures.judging.control import Change, control, not_applicable
from suites.controls.linked import dangling
from suites.controls.looking import told

JOINED = ("AC2", "NIST-800-53:CM-3", "SOC2:CC8.1")
_SHOWN = 5
# With these something is there and passes on less than there is.
HOLDING_BACK: Mapping[type[Resource], str] = {
    EventSourceMapping: "FilterCriteria",
    Subscription: "FilterPolicy",
    CompositeAlarm: "ActionsSuppressor",
    LoggingConfiguration: "LoggingFilter",
}


@control(
    "LNK-01",
    severity="high",
    satisfies=JOINED,
    broken_by=(
        Change("Database.MonitoringRoleArn", "arn:aws:iam::333333333333:role/nobody"),
        Change("VpcFlowLog.LogGroupName", "another"),
        Change("AlertFunction.VpcConfig.SecurityGroupIds", ["sg-00000000000000000"]),
        Change("WebAclLogging.LogDestinationConfigs", ["arn:aws:logs:us-east-1:999999999999:log-group:aws-waf-logs-x"]),
    ),
)
def test_what_is_referred_to_is_there_and_ours(inventory: Inventory) -> None:
    """A reference to what is gone fails on the day it is needed; one to what is a stranger's hands him what is ours."""
    found = list(dangling(inventory))
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    assert not found, f"{'; '.join(found[:_SHOWN])}{more}; what our stacks have is promised"


@control(
    "LNK-02",
    severity="high",
    satisfies=JOINED,
    broken_by=(
        Change("DataKey.Enabled", value=False),
        Change("PushFunction.ReservedConcurrentExecutions", 0),
        Change("PushQueueSubscription.FilterPolicy", {"State": ["NONE"]}),
        Change("IngestSource.FilterCriteria", {"Filters": [{"Pattern": '{"body": {"kind": ["none"]}}'}]}),
    ),
)
def test_what_is_there_is_switched_on(
    part: Key | Function | EventSourceMapping | Subscription | CompositeAlarm | LoggingConfiguration | User,
) -> None:
    """A key that opens nothing, a function that never runs, a source that passes nothing: and all looks well."""
    if isinstance(part, Key):
        assert part.enabled, "is disabled: nothing that it encrypts can be read; an enabled key is promised"
    elif isinstance(part, Function):
        assert part.reserved_concurrent_executions != 0, (
            "never runs: no execution is reserved; one at least is promised"
        )
    elif isinstance(part, User):
        access = str(told(part, "AccessString") or "")
        assert access.split()[:1] != ["off"], f"has the access {access!r}; a user that is on is promised"
    elif isinstance(part, Subscription) and part.protocol not in ("sqs", "lambda"):
        not_applicable("people and addresses outside are told what concerns them")
    else:
        name = HOLDING_BACK[type(part)]
        said = told(part, name)
        assert not said, f"passes on less than there is: {name} is {said}; all of it is promised"
