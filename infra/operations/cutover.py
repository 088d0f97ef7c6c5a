"""``python -m infra restore --cutover``: have stores again, and point the platform at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from infra.deploy.connect import one_line
from infra.deploy.deployer import Deployer
from infra.environment import Environment
from infra.errors import DeployError, InputError
from infra.operations.options import asked, console, say
from infra.operations.recorded import deployment, recorded
from infra.operations.shift import CLOCK
from infra.recovery.census import Way
from infra.recovery.cutover import Cutover, Restored, in_use, moment_from
from infra.recovery.restorers import restorers_of
from infra.recovery.stores import Store, chosen, stores_of


def cut_over(deployer: Deployer, way: Way, names: list[str] | None, to: str | None, *, yes: bool, as_json: bool) -> int:
    """Restore the named stores, and deploy the parameters by which stacks name them; return the exit code.

    Raises:
        InputError: no store or no moment is named, or one that cannot be.
        DeployError: something was not approved, or could not be restored or deployed.
    """
    environment = deployer.environment
    if not names or to is None:
        raise InputError("restore --cutover: expected --store, and --to with latest or a moment")
    moment = moment_from(to)
    with one_line(environment.name):
        stores, used = chosen(stores_of(deployer.cloudformation, environment), names), in_use(deployer)
    if not yes and not asked(f"Restore {_named(stores)} of {environment.name} to {to}, to be kept?"):
        raise DeployError(f"{environment.name}: not approved; nothing was restored")
    told = (lambda _: None) if as_json else say
    cutover = Cutover(restorers_of(deployer, "cutover", way), moment, used, CLOCK, told)
    with recorded(deployer, "cutover") as noted:
        with one_line(environment.name):
            found = cutover.run(stores)
        for one in found:
            told(f"{one.store.short}: {one.told}")
        pointed = pointed_at(deployer, used, found)
        noted.more = deployment(pointed, hold=False)
        noted.more["changed"] = [review.stack for review in pointed.deploy() if review.changes]
        noted.told = "; ".join(f"{one.name} instead of {one.store.name}, {one.told}" for one in found)
    _show(found, pointed.environment, as_json=as_json)
    return 2 if any(one.unread for one in found) else 0


def pointed_at(deployer: Deployer, used: dict[str, str], found: Sequence[Restored]) -> Deployer:
    """Return a deployer of the environment that uses what was restored, beside what it uses already."""
    restored = dict(used)
    for one in found:
        restored |= one.parameters
    environment = deployer.environment.model_copy(update={"restored": restored})
    return replace(deployer, environment=environment, outputs={})


def _named(stores: Sequence[Store]) -> str:
    return ", ".join(one.short for one in stores)


def _show(found: Sequence[Restored], environment: Environment, *, as_json: bool) -> None:
    if as_json:
        data = [
            {"store": one.store.name, "restored": one.name, "moment": one.moment.isoformat(), "told": one.told,
             "parameters": dict(one.parameters)}
            for one in found
        ]  # fmt: skip
        console.print_json(data=data)
        return
    say(f"{environment.name}: uses {', '.join(one.name for one in found)}")
    say(f"infra/environments/{environment.name}.toml has to end so, or the next deployment is refused:")
    say("[restored]")
    for name, value in environment.restored.items():
        say(f'{name} = "{value}"')
