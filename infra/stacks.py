"""The stacks of an environment in deployment order, and how the outputs of one become the parameters of the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.artefacts import source_parameters
from infra.environment import ENVIRONMENTS, Environment
from infra.errors import InputError, TemplateError
from infra.settings import ROOT, shown, stems
from infra.stamps import check_stamps
from infra.template import Pseudo, Resolved, ResolvedResource, Template

TEMPLATES = ROOT / "infra" / "templates"
STACKS = (
    "account", "identity", "network", "security", "data", "messaging", "compute", "autoscaling", "api", "edge",
    "backup", "evidence", "budgets", "monitoring", "dashboards", "tracing",
)  # fmt: skip

# They make the roles that the others are deployed with: a person deploys them, with rights of his own.
BY_HAND = ("account", "identity")

# Ids that AWS chooses and no template can derive: the deployer looks them up by name.
PREFIX_LISTS: Mapping[str, str] = {
    "S3PrefixListId": "com.amazonaws.{region}.s3",
    "DynamoDbPrefixListId": "com.amazonaws.{region}.dynamodb",
}
HOSTED_ZONE = "HostedZoneId"
# A version of a function is a copy of the variables that name stores: it is made anew where this changes.
RESTORED = "RestoredStores"
LOOKED_UP = (*PREFIX_LISTS, HOSTED_ZONE)


@dataclass(frozen=True, slots=True)
class Platform:
    """All stacks of one environment, resolved without deploying: references cross stacks as residuals."""

    environment: Environment
    stacks: Mapping[str, Resolved]

    def resources(self) -> Mapping[str, ResolvedResource]:
        """Return every resource of every stack by logical id; ids are unique over the platform."""
        return {name: resource for stack in self.stacks.values() for name, resource in stack.resources.items()}

    def stack_of(self, logical_id: str) -> str:
        """Return the name of the stack that declares ``logical_id``."""
        return next(name for name, stack in self.stacks.items() if logical_id in stack.resources)


def load_templates(folder: Path = TEMPLATES) -> dict[str, Template]:
    """Read the templates of all stacks, in deployment order; errors name them as the repository does.

    Raises:
        InputError: a template that no stack deploys, or that cannot be read.
    """
    for name in stems(folder, ".yaml", "<stack>.yaml"):
        if name not in STACKS:
            where = f"{shown(folder)}/{name}.yaml"
            raise InputError(f"{where}: no stack deploys it: expected one of {', '.join(STACKS)}")
    return {name: _load(folder / f"{name}.yaml") for name in STACKS}


def chosen(only: str | None) -> tuple[str, ...]:
    """Return the stacks to act on: all, or the one that was named."""
    if only is None:
        return STACKS
    if only not in STACKS:
        raise InputError(f"--stack {only or repr(only)}: expected one of {', '.join(STACKS)}")
    return (only,)


def _load(path: Path) -> Template:
    try:
        template = Template.parse(path.read_text(encoding="utf-8"), shown(path))
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{shown(path)}:1: expected a readable UTF-8 file: {error}") from error
    check_stamps(template)
    return template


def resolve_platform(
    environment: Environment, templates: Mapping[str, Template] | None = None, like: Platform | None = None
) -> Platform:
    """Resolve every stack of an environment, outputs feeding parameters by name.

    ``like``: a platform of the same environment, from which the stacks are taken that are the same in both.

    Raises:
        TemplateError: a template cannot be resolved.
        InputError: an environment parameter that no template has, or a logical id used twice.
    """
    templates = load_templates() if templates is None else templates
    check_parameters(environment, templates)
    _check_restored(environment, templates)
    outputs: dict[str, Any] = {name: {"Ref": name} for name in LOOKED_UP} | source_parameters()
    stacks: dict[str, Resolved] = {}
    known = like.stacks if like is not None else {}
    for name, template in templates.items():
        pseudo = Pseudo(environment.account, environment.region, environment.stack_name(name))
        stacks[name] = template.resolve(parameters_for(template, environment, outputs), pseudo, like=known.get(name))
        outputs |= {key: output.value for key, output in stacks[name].outputs.items()}
    _check_unique(stacks)
    return Platform(environment, stacks)


def parameters_for(template: Template, environment: Environment, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a template's parameters take; what has a Default and no value here is left out.

    Outputs come before what the environment says, and what a cutover restored before outputs.
    """
    restored = environment.restored and {**environment.restored, RESTORED: restored_mark(environment)}
    said = ({"Environment": environment.name}, environment.parameters, outputs, restored)
    sources: tuple[Mapping[str, Any], ...] = said
    declared = template.section("Parameters")
    found = ((name, source[name]) for name in declared for source in sources if name in source)
    return dict(found)


def restored_mark(environment: Environment) -> str:
    """Return what tells the restored stores of an environment from any others."""
    said = json.dumps(environment.restored, sort_keys=True)
    return f"/restored-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def check_parameters(environment: Environment, templates: Mapping[str, Template]) -> None:
    """Refuse an environment parameter that no template declares, most often misspelt, or one of another kind."""
    declared = {name: item for template in templates.values() for name, item in template.section("Parameters").items()}
    path = shown(ENVIRONMENTS / f"{environment.name}.toml")
    for name, value in environment.parameters.items():
        if name not in declared:
            raise InputError(f"{path}: parameters.{name}: unknown key: no template has this parameter")
        kind, word = _kind(declared[name])
        if type(value) is not kind:
            raise InputError(f"{path}: parameters.{name}: expected {word}, got {value!r}")


def _check_restored(environment: Environment, templates: Mapping[str, Template]) -> None:
    """Refuse what names no store: a parameter of one template that is another's output."""
    outputs = {name for template in templates.values() for name in template.section("Outputs")}
    taken = {name for template in templates.values() for name in template.section("Parameters")}
    for name in environment.restored:
        if name not in outputs & taken:
            path = shown(ENVIRONMENTS / f"{environment.name}.toml")
            raise InputError(f"{path}: restored.{name}: unknown key: expected an output that is a parameter too")


def _kind(declaration: Any) -> tuple[type, str]:
    """Return which of TOML's types says a parameter, and its name: nothing is converted."""
    declared: Mapping[str, Any] = declaration if isinstance(declaration, dict) else {}
    if declared.get("Type") == "Number":
        return int, "a whole number"
    allowed = declared.get("AllowedValues")
    if isinstance(allowed, list) and {str(item).lower() for item in allowed} == {"true", "false"}:
        return bool, "true or false"
    return str, "a text"


def _check_unique(stacks: Mapping[str, Resolved]) -> None:
    seen: dict[str, str] = {}
    for stack in stacks.values():
        for logical_id, resource in stack.resources.items():
            if logical_id in seen:
                where = f"{stack.name}:{resource.line()}"
                raise InputError(
                    f"{where}: {logical_id}: expected a logical id of its own, {seen[logical_id]} has it too"
                )
            seen[logical_id] = stack.name
