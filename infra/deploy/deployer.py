"""Deploys the stacks of one environment in order: change set, review, execute, wait; outputs feed what comes later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from infra.deploy.artefacts import Artefacts, Stored
from infra.deploy.began import Began, outputs_in
from infra.deploy.checked import Checked
from infra.deploy.connect import ClientOf, one_line
from infra.deploy.default_group import empty_default_group
from infra.deploy.drift import Drift, drifts_of
from infra.deploy.events import Event
from infra.deploy.live import PARAMETER, STACK, hardly_called, held, live_functions, refuse_shared, settle
from infra.deploy.lookups import looked_up
from infra.deploy.needs import explained
from infra.deploy.preflight import Preflight
from infra.deploy.removal import Destroyed, clear, lift, remove, resources_of, retained
from infra.deploy.review import Review
from infra.deploy.stacks import Stacks
from infra.environment import Environment
from infra.errors import DeployError, InputError
from infra.scaling import moves_of
from infra.shifting.alias import Aliases
from infra.stacks import BY_HAND, STACKS, chosen, parameters_for, resolve_platform
from infra.template import ResolvedResource, Template

Approve = Callable[[Review], bool]
OnEvent = Callable[[str, Event], None]

P = ParamSpec("P")
R = TypeVar("R")


def _refusals_in_one_line(act: Callable[Concatenate[Deployer, P], R]) -> Callable[Concatenate[Deployer, P], R]:
    """Let what a service says against a call be one line, whatever step of the decorated act it was said to."""

    @wraps(act)
    def guarded(self: Deployer, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with one_line(self.environment.name):
            return act(self, *args, **kwargs)

    return guarded


@dataclass
class Deployer:
    """Acts on one environment; ``client_of`` gives the client of a service by boto3's name.

    ``approve`` sees every review before it is executed; ``outputs`` are the stacks' outputs by name, as far as known;
    ``express``: CloudFormation does not wait until resources are ready. ``began``: how the stacks stand, where that is
    known already with all outputs, since nobody else acts there: in a copy of a mock cloud.
    """

    environment: Environment
    templates: Mapping[str, Template]
    client_of: ClientOf
    artefacts: Artefacts | Stored
    approve: Approve
    on_event: OnEvent
    on_review: Callable[[Review], None] = lambda _: None
    outputs: dict[str, str] = field(default_factory=dict)
    express: bool = False
    began: Began | None = None
    cloudformation: Any = field(init=False)
    _stacks: Stacks = field(init=False)

    def __post_init__(self) -> None:
        self.cloudformation = self.client_of("cloudformation")
        self._stacks = Stacks(self.cloudformation, self.environment.stack_name, self.on_event, self.express)

    @_refusals_in_one_line
    def plan(self, only: str | None = None, *, hold: bool = False) -> list[Review]:
        """Return the review of each stack without executing any; ``hold`` as for a deployment.

        A stack whose parameters come from a stack that does not exist yet cannot be reviewed: the list ends there, and
        one that was named is refused.
        """
        reviews = []
        stacks = chosen(only)
        self._begin(stacks[0], hold=hold)
        for stack in stacks:
            if only is None and self._missing(stack):
                break
            self._demand_outputs(stack)
            review = self._review(stack)
            self.on_review(review)
            self._stacks.discard(review)
            self._remember_outputs(stack)
            reviews.append(review)
        return reviews

    @_refusals_in_one_line
    def deploy(self, only: str | None = None, *, hold: bool = False) -> list[Review]:
        """Deploy the stacks in order and return what was done to each.

        ``hold``: the functions' aliases go on calling the versions that they call now; `shift` moves the calls.

        Raises:
            DeployError: a stack failed, was not approved, or is in a state that cannot be deployed to.
        """
        done = []
        stacks = chosen(only)
        began = self._begin(stacks[0], hold=hold)
        began.refuse_another()
        if STACK in stacks:
            refuse_shared(self.functions, self.aliases)
        for stack in stacks:
            self._demand_outputs(stack)
            began.refuse_changed(stack, self.environment.stack_name(stack), self.described(stack))
            clear(self._stacks, self.client_of, stack)
            self._bring_artefacts(stack)
            review = self._review(stack)
            self.on_review(review)
            if review.changes:
                self._execute(review)
            else:
                self._stacks.discard(review)
            self._protect(self._remember_outputs(stack))
            self._settle(stack)
            done.append(review)
        return done

    @_refusals_in_one_line
    def settle(self) -> Review:
        """Tell the stack of the functions which version each alias calls now, and nothing else.

        Raises:
            DeployError: the stack is not deployed, cannot be updated, or knows no such parameter.
        """
        return settle(self._stacks, self.environment, self.functions, self.aliases)

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions that have an alias."""
        return live_functions(self._compute)

    @cached_property
    def _compute(self) -> Mapping[str, ResolvedResource]:
        """What the stack of the functions declares."""
        return resolve_platform(self.environment, self.templates).stacks[STACK].resources

    @cached_property
    def aliases(self) -> Aliases:
        """The functions' aliases as they are now."""
        return Aliases(self.client_of("lambda"))

    def with_templates(self, templates: Mapping[str, Template]) -> Deployer:
        """Return a deployer of other templates that acts through the same clients."""
        return replace(self, templates=templates, outputs=dict(self.outputs) if self.began else {})

    def described(self, stack: str) -> dict[str, Any] | None:
        """Return what AWS says of a stack; None where it is not deployed."""
        return self._stacks.describe(self.environment.stack_name(stack))

    def standing(self) -> Began:
        """Return how the stacks stand now."""
        return Began({stack: self.described(stack) for stack in STACKS})

    def outputs_of(self, stack: str) -> dict[str, str]:
        """Return the outputs that a stack has now; none where it is not deployed."""
        return outputs_in(self.described(stack))

    @_refusals_in_one_line
    def destroy(self, only: str | None = None, *, lifts: bool = False, everything: bool = False) -> list[Destroyed]:
        """Delete the stacks in reverse order and return those that were there.

        ``lifts``: protection against deletion is lifted first. ``everything``: so is what the templates retain removed.

        Raises:
            DeployError: a stack is protected or could not be deleted.
        """
        deleted = []
        for stack in reversed(chosen(only)):
            name = self.environment.stack_name(stack)
            found = self._stacks.describe(name)
            if found is None:
                continue
            had = resources_of(self.cloudformation, found["StackId"])
            if lifts:
                self._stacks.protect(found, protected=False)
                lift(self.client_of, had)
            elif found.get("EnableTerminationProtection"):
                raise DeployError(f"{name}: termination protection is on: --lift-protection lifts it")
            self._stacks.delete(stack, found)
            left = retained(self.cloudformation, found["StackId"], had)
            stays = tuple(remove(self.client_of, left)) if everything else tuple(str(one) for one in left)
            deleted.append(Destroyed(name, stays))
        return deleted

    @_refusals_in_one_line
    def preflight(self) -> list[Checked]:
        """Return what would make a deployment fail, what would not, and what nobody could tell."""
        platform = resolve_platform(self.environment, self.templates)
        return Preflight(platform, self.client_of, self._stacks).run()

    @_refusals_in_one_line
    def drift(self, only: str | None = None) -> list[Drift]:
        """Return what is not as the templates of the stacks that are there say.

        Raises:
            DeployError: drift could not be detected, or the stack that was named is not there.
        """
        found: list[Drift] = []
        moved = moves_of(resolve_platform(self.environment, self.templates).resources())
        for stack in chosen(only):
            name = self.environment.stack_name(stack)
            if self._stacks.describe(name) is not None:
                found += drifts_of(self.cloudformation, name, moved)
            elif only is not None:
                raise DeployError(f"{name}: is not deployed: there is nothing to compare")
        return found

    # -- one stack -------------------------------------------------------------------------------------------------

    def _review(self, stack: str) -> Review:
        """Create a change set and wait until it can be read."""
        name = self.environment.stack_name(stack)
        existing = self._stacks.describe(name)
        creates = existing is None or existing["StackStatus"] == "REVIEW_IN_PROGRESS"
        self._stacks.check_state(name, None if existing is None else existing["StackStatus"])
        tags = {"Project": "touchstone", "Environment": self.environment.name}
        with one_line(f"{self.templates[stack].source.name}: {name}"):
            return self._stacks.review(
                stack,
                name,
                creates=creates,
                TemplateBody=self.templates[stack].text,
                Parameters=self._parameters(stack),
                **({} if stack in BY_HAND else {"RoleARN": self.environment.execution_role}),
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )

    def _execute(self, review: Review) -> None:
        if not self.approve(review):
            self._stacks.discard(review)
            raise DeployError(f"{review.stack_name}: not approved; nothing was changed")
        self._stacks.execute(review)

    def _protect(self, found: Mapping[str, Any]) -> None:
        """Protect a stack that is to be: also one whose deployer was killed before he came to it."""
        if self.environment.termination_protection and not found.get("EnableTerminationProtection"):
            self._stacks.protect(found)

    # -- parameters and outputs ------------------------------------------------------------------------------------

    def _begin(self, first: str, *, hold: bool) -> Began:
        """Look up what AWS chooses per account and region, and learn the outputs of the stacks before the first."""
        if self.began is not None and not hold:
            return self.began
        began = self.standing()
        self.outputs = {**looked_up(self.environment, self.client_of), **self.artefacts.parameters}
        if hold:
            self.outputs[PARAMETER] = held(self.functions, self.aliases, hardly_called(self._compute))
        for earlier in STACKS[: STACKS.index(first)]:
            self.outputs |= outputs_in(began.described[earlier])
        return began

    def _bring_artefacts(self, stack: str) -> None:
        """Upload what the functions are made of before the stack that takes it."""
        if set(self.artefacts.parameters) & set(self.templates[stack].section("Parameters")):
            self.artefacts.bring(self.client_of("s3"), self.outputs["ArtefactBucketName"])

    def _remember_outputs(self, stack: str) -> Mapping[str, Any]:
        found = self.described(stack) or {}
        self.outputs |= outputs_in(found)
        return found

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
            empty_default_group(self.client_of("ec2"), group)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
