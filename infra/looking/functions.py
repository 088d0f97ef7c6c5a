"""A function: which versions have its calls, what it may use, what feeds it, and what became of its last calls."""

from __future__ import annotations

import re
from typing import Any, Final

from infra.errors import UntoldError
from infra.looking.asking import Asking
from infra.looking.declared import FUNCTIONS, chosen
from infra.looking.found import Fact, Facts, Parts, Rows, facts, rows
from infra.looking.metrics import Metric, counted
from infra.redaction import digest
from infra.shifting.alias import LIVE

_FUNCTION: Final = (
    Fact("state", "Configuration.State"),
    Fact("why", "Configuration.StateReason", always=False),
    Fact("last update", "Configuration.LastUpdateStatus"),
    Fact("why not", "Configuration.LastUpdateStatusReason", always=False),
    Fact("changed", "Configuration.LastModified"),
    Fact("timeout (s)", "Configuration.Timeout"),
    Fact("memory (MB)", "Configuration.MemorySize"),
    Fact("reserved concurrency", "Concurrency.ReservedConcurrentExecutions", always=False),
)
_ALIAS: Final = (
    Fact("alias", "Name"),
    Fact("version", "FunctionVersion"),
    Fact("weights of others", "RoutingConfig.AdditionalVersionWeights", always=False),
)
_READY: Final = (
    Fact("of", "FunctionArn"),
    Fact("status", "Status"),
    Fact("asked for", "RequestedProvisionedConcurrentExecutions"),
    Fact("ready", "AvailableProvisionedConcurrentExecutions"),
)
_SOURCES: Final = (
    Fact("source", "EventSourceArn"),
    Fact("state", "State"),
    Fact("last result", "LastProcessingResult", always=False),
    Fact("batch", "BatchSize"),
    Fact("at once", "ScalingConfig.MaximumConcurrency", always=False),
)
_CALLS: Final = (
    Metric("calls", "Invocations"),
    Metric("errors", "Errors"),
    Metric("throttles", "Throttles"),
    Metric("slowest (ms)", "Duration", "Maximum"),
    Metric("at once, most", "ConcurrentExecutions", "Maximum"),
)
_HIDES: Final = re.compile(r"SECRET|PASSWORD|TOKEN|KEY", re.IGNORECASE)


def parts(asking: Asking, name: str) -> Parts:
    """Return what is read of a function; raises InputError for one that is not declared."""
    function = chosen(asking, FUNCTIONS, name).name
    return {
        "function": lambda: facts(_FUNCTION, _told(asking, function), "lambda:GetFunction"),
        "alias": lambda: _alias(asking, function),
        "provisioned concurrency": lambda: _ready(asking, function),
        "event sources": lambda: _sources(asking, function),
        "last 15 minutes": lambda: counted(asking, "AWS/Lambda", _CALLS, {"FunctionName": function}),
        "variables": lambda: _variables(asking, function),
    }


def _told(asking: Asking, function: str) -> dict[str, Any]:
    return asking.answer("lambda", "get_function", "Configuration", FunctionName=function)


def _alias(asking: Asking, function: str) -> Facts:
    said = asking.answer("lambda", "get_alias", "FunctionVersion", FunctionName=function, Name=LIVE)
    return facts(_ALIAS, said, "lambda:GetAlias")


def _ready(asking: Asking, function: str) -> Rows:
    name, member = "list_provisioned_concurrency_configs", "ProvisionedConcurrencyConfigs"
    return rows(_READY, asking.all("lambda", name, member, FunctionName=function), f"lambda:{member}")


def _sources(asking: Asking, function: str) -> Rows:
    """Of the function or of any alias: asked for by a function's name, AWS tells of those without an alias only."""
    told = asking.all("lambda", "list_event_source_mappings", "EventSourceMappings")
    mine = [one for one in told if function in str(one.get("FunctionArn")).split(":")]
    return rows(_SOURCES, mine, "lambda:ListEventSourceMappings")


def _variables(asking: Asking, function: str) -> Rows:
    environment = _told(asking, function)["Configuration"].get("Environment") or {}
    if "Error" in environment:
        raise UntoldError(f"lambda:GetFunction: variables: {environment['Error'].get('Message')}")
    told = sorted((environment.get("Variables") or {}).items())
    return Rows(("name", "value"), [{"name": name, "value": _shown(name, value)} for name, value in told])


def _shown(name: str, value: str) -> str:
    """Return a value, or its digest where the name says that nobody is to see it; an ARN is none."""
    return digest(value) if _HIDES.search(name) and not value.startswith("arn:") else value
