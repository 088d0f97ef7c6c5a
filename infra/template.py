"""A CloudFormation template resolved for one environment: the only resolver.

The static tier, the cost model and the mock cloud share it, so what is judged is what is deployed.
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from infra.errors import TemplateError
from infra.intrinsics import Evaluator, IntrinsicError, Lookup, Scope, references_in
from infra.parameters import bind
from infra.shape import check_shape
from infra.source import Path, Source, parse


@dataclass(frozen=True, slots=True)
class Pseudo:
    """What CloudFormation's pseudo parameters (``AWS::Region`` …) answer in one deployment."""

    account: str
    region: str
    stack_name: str
    stack_id: str = ""
    partition: str = "aws"

    def values(self) -> dict[str, Any]:
        """Return the pseudo parameters by name."""
        return {
            "AWS::AccountId": self.account,
            "AWS::Region": self.region,
            "AWS::StackName": self.stack_name,
            "AWS::StackId": self.stack_id,
            "AWS::Partition": self.partition,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NotificationARNs": [],
        }


@dataclass(frozen=True, slots=True)
class Output:
    """A stack's output; ``export`` is the name under which other stacks import it."""

    value: Any
    export: Any = None


@dataclass(frozen=True, slots=True)
class ResolvedResource:
    """One resource as it will be deployed: plain data, residuals only where another resource must exist first."""

    logical_id: str
    type: str
    properties: dict[str, Any]
    depends_on: tuple[str, ...] = ()
    deletion_policy: str = "Delete"
    update_replace_policy: str = "Delete"
    source: Source | None = field(default=None, repr=False, compare=False)

    def line(self, path: Path = ()) -> int:
        """Return the source line of a path inside the resource, such as ``("Properties", "KmsKeyId")``."""
        return self.source.line(("Resources", self.logical_id, *path)) if self.source else 1


@dataclass(frozen=True, slots=True)
class Resolved:
    """A template for one environment; ``resources`` stand in creation order, dependencies first."""

    name: str
    description: str
    parameters: dict[str, Any]
    conditions: dict[str, bool]
    resources: dict[str, ResolvedResource]
    outputs: dict[str, Output]
    source: Source | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Template:
    """A template as written (``text``), checked for shape only; :meth:`resolve` gives it its values."""

    source: Source
    text: str = field(repr=False)

    @classmethod
    def load(cls, path: FilePath) -> Template:
        """Read a template file; errors name the file as it was given."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"{path}:1: expected a readable UTF-8 file: {error}") from error
        return cls.parse(text, str(path))

    @classmethod
    def parse(cls, text: str, name: str) -> Template:
        """Read a template from text; the same text by the same name is read once a process, for nobody changes it.

        Raises:
            TemplateError: not YAML or JSON, or not the shape of a template.
        """
        return _parsed(text, name)

    @property
    def data(self) -> dict[str, Any]:
        """The template as plain data, long forms only."""
        return dict(self.source.data)

    def section(self, name: str) -> dict[str, Any]:
        """Return a section of the template, empty where the template has none."""
        return dict(self.source.data.get(name) or {})

    def located(self) -> _Located:
        """Turn an :class:`IntrinsicError` inside the block into a ``TemplateError`` with file and line."""
        return _Located(self.source)

    def resolve(
        self,
        parameters: Mapping[str, Any],
        pseudo: Pseudo,
        exports: Mapping[str, Any] | None = None,
        like: Resolved | None = None,
    ) -> Resolved:
        """Resolve everything that does not wait for a resource.

        ``like``: what was resolved with the same pseudo parameters and exports; it is given back where it is of this
        template and of the same parameters.

        Raises:
            TemplateError: a parameter, rule, function or reference that CloudFormation would refuse.
        """
        with self.located():
            bound = bind(self.section("Parameters"), parameters)
            if like is not None and like.source is self.source and like.parameters == bound:
                return like
            return _Resolution(self, bound, pseudo, exports).run()


@lru_cache(maxsize=128)
def _parsed(text: str, name: str) -> Template:
    template = Template(parse(text, name), text)
    with template.located():
        check_shape(template.source.data)
    return template


def finish(value: Any, lookup: Lookup) -> Any:
    """Evaluate the residuals in ``value`` now that ``lookup(logical_id, attribute or None)`` can answer."""
    return Evaluator(Scope(lookup=lookup)).value(value)


class _Located:
    def __init__(self, source: Source) -> None:
        self.source = source

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntrinsicError):
            raise TemplateError(f"{self.source.name}:{self.source.line(error.path)}: {error}") from error
        if isinstance(error, RecursionError):
            raise TemplateError(f"{self.source.name}:1: nested too deep to resolve") from error


class _Resolution:
    """One run of :meth:`Template.resolve`."""

    def __init__(
        self, template: Template, parameters: dict[str, Any], pseudo: Pseudo, exports: Mapping[str, Any] | None
    ) -> None:
        self.template = template
        self.parameters = parameters
        self.raw = template.section("Resources")
        self.base = Scope(parameters, {}, template.section("Mappings"), pseudo.values(), frozenset(), exports)
        self.conditions = self._conditions()
        kept = frozenset(name for name, resource in self.raw.items() if self._wanted("Resources", name, resource))
        scope = Scope(parameters, self.conditions, self.base.mappings, self.base.pseudo, kept, exports)
        self.evaluator = Evaluator(scope)
        self.kept = kept

    def run(self) -> Resolved:
        self._check_rules()
        resources = {name: self._resource(name) for name in self.raw if name in self.kept}
        return Resolved(
            name=self.template.source.name,
            description=str(self.template.source.data.get("Description", "")),
            parameters=self.parameters,
            conditions=self.conditions,
            resources={name: resources[name] for name in _creation_order(resources)},
            outputs=dict(self._outputs()),
            source=self.template.source,
        )

    def _conditions(self) -> dict[str, bool]:
        raw = self.template.section("Conditions")
        order = _sorted({name: set(_condition_names(value)) & set(raw) for name, value in raw.items()}, "Conditions")
        answers: dict[str, bool] = {}
        for name in order:
            scope = Scope(self.parameters, answers, self.base.mappings, self.base.pseudo, frozenset())
            answers[name] = Evaluator(scope).truth(raw[name], ("Conditions", name))
        return {name: answers[name] for name in raw}

    def _wanted(self, section: str, name: str, item: Mapping[str, Any]) -> bool:
        condition = item.get("Condition")
        if condition is None:
            return True
        if condition not in self.conditions:
            raise IntrinsicError(
                f"{name}: {condition!r} is not a condition of this template", (section, name, "Condition")
            )
        return self.conditions[condition]

    def _resource(self, name: str) -> ResolvedResource:
        raw = self.raw[name]
        path: Path = ("Resources", name)
        properties = self.evaluator.value(raw.get("Properties") or {}, (*path, "Properties"))
        return ResolvedResource(
            logical_id=name,
            type=raw["Type"],
            properties=properties,
            depends_on=self._dependencies(name, raw.get("DependsOn", []), properties),
            deletion_policy=raw.get("DeletionPolicy", "Delete"),
            update_replace_policy=raw.get("UpdateReplacePolicy", "Delete"),
            source=self.template.source,
        )

    def _dependencies(self, name: str, declared: Any, properties: Any) -> tuple[str, ...]:
        explicit = [declared] if isinstance(declared, str) else declared
        for other in explicit:
            if other not in self.raw:
                raise IntrinsicError(f"{name}: {other!r} is not a resource", ("Resources", name, "DependsOn"))
        # A reference to a resource of another stack arrives as the value of a parameter: no dependency in this one.
        implied = (other for other, _ in references_in(properties))
        return tuple(dict.fromkeys(other for other in (*explicit, *implied) if other in self.kept))

    def _outputs(self) -> Iterator[tuple[str, Output]]:
        for name, output in self.template.section("Outputs").items():
            path: Path = ("Outputs", name)
            if not isinstance(output, dict) or "Value" not in output:
                raise IntrinsicError(f"output {name!r}: expected an object with a Value", path)
            if self._wanted("Outputs", name, output):
                export = (output.get("Export") or {}).get("Name")
                yield (
                    name,
                    Output(
                        self.evaluator.value(output["Value"], (*path, "Value")),
                        self.evaluator.value(export, (*path, "Export", "Name")),
                    ),
                )

    def _check_rules(self) -> None:
        for name, rule in self.template.section("Rules").items():
            path: Path = ("Rules", name)
            if not isinstance(rule, dict) or not isinstance(rule.get("Assertions"), list):
                raise IntrinsicError(f"rule {name!r}: expected an object with Assertions", path)
            if "RuleCondition" in rule and not self.evaluator.truth(rule["RuleCondition"], (*path, "RuleCondition")):
                continue
            for index, assertion in enumerate(rule["Assertions"]):
                where: Path = (*path, "Assertions", index)
                if not self.evaluator.truth(assertion.get("Assert"), (*where, "Assert")):
                    raise IntrinsicError(f"rule {name!r}: {assertion.get('AssertDescription', 'not met')}", where)


def _condition_names(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _condition_names(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Condition" and isinstance(item, str):
                yield item
            yield from _condition_names(item)


def _creation_order(resources: Mapping[str, ResolvedResource]) -> list[str]:
    return _sorted({name: set(resource.depends_on) for name, resource in resources.items()}, "Resources")


def _sorted(graph: Mapping[str, set[str]], section: str) -> list[str]:
    """Sort so that what is needed comes first, in the order of writing where nothing else decides."""
    sorter = graphlib.TopologicalSorter({name: sorted(needs) for name, needs in graph.items()})
    try:
        return list(sorter.static_order())
    except graphlib.CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise IntrinsicError(f"circular dependency: {circle}", (section, error.args[1][0])) from error
