"""Two deployers at once, one that is killed, a stack whose rollback failed, and express mode."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from fixtures.mock_cloud.process import MockCloud
from fixtures.tiers.mocked import deployer_for
from fixtures.tiers.stage import Stage, stage
from infra.deploy.began import Began
from infra.deploy.connect import ClientOf, clients, connect
from infra.deploy.deployer import Deployer
from infra.deploy.review import Review
from infra.deploy.stacks import Stacks
from infra.environment import environment_names, load_environment
from infra.errors import DeployError
from infra.stacks import STACKS, load_templates
from infra.template import Template
from tests.infra.test_deployer import at
from tests.mock_cloud.account import Account, template
from tests.mock_cloud.test_what_stays import broken
from tests.mock_cloud.written import one

DEV = load_environment("dev")
CHANGED = sorted(("messaging", "tracing"), key=STACKS.index)


@pytest.fixture(scope="module")
def stood(_shared_mock_cloud: None) -> Iterator[Stage]:
    with stage(DEV, load_templates()) as found:
        yield found


@pytest.fixture
def cloud(stood: Stage) -> MockCloud:
    return stood.cloud


def with_another(whose: str, *stacks: str) -> Mapping[str, Template]:
    """The templates, some of them with one queue more."""
    templates = load_templates()
    for stack in stacks:
        data = templates[stack].source.data
        more = {f"{whose}{stack.title()}": {"Type": "AWS::SQS::Queue"}}
        templates[stack] = Template.parse(json.dumps({**data, "Resources": {**data["Resources"], **more}}), stack)
    return templates


@contextmanager
def forked(cloud: MockCloud) -> Iterator[tuple[Account, Callable[[Mapping[str, Template]], Deployer]]]:
    """A platform of one's own, and what makes deployers of it."""
    with cloud.fork() as fork:
        client_of = clients(connect(DEV, DEV.deploy_role, fork.endpoint), fork.endpoint)
        yield Account.enter(fork.endpoint, DEV.account), lambda templates: deployer_for(DEV, templates, client_of)


def queues(account: Account) -> list[str]:
    """Whose queues there are now."""
    stacks = [account.physical_ids(DEV.stack_name(stack)) for stack in CHANGED]
    return sorted(one for stack in stacks for one in stack if one.startswith(("Mine", "Theirs")))


@pytest.mark.parametrize(("mine", "theirs"), [*product(CHANGED, CHANGED)])
def test_whoever_finds_a_stack_changed_meanwhile_leaves_it_alone(cloud: MockCloud, mine: str, theirs: str) -> None:
    """While the first is asked about one stack, the second deploys another: before it, the same, or after it."""
    with forked(cloud) as (account, deployer_of):
        second = deployer_of(with_another("Theirs", theirs))

        def approve(review: Review) -> bool:
            if review.stack == mine:
                second.deploy(theirs)
            return True

        first = replace(deployer_of(with_another("Mine", *CHANGED)), approve=approve)
        done = CHANGED[: CHANGED.index(theirs)] if CHANGED.index(theirs) >= CHANGED.index(mine) else None
        if done is None:  # whoever comes later to a stack has the last word
            first.deploy()
            last = [stack for stack in CHANGED if stack != theirs]
            assert queues(account) == sorted([*(f"Mine{stack.title()}" for stack in last), f"Theirs{theirs.title()}"])
            return
        with pytest.raises(DeployError) as refused:
            first.deploy()
        assert DEV.stack_name(theirs) in str(refused.value)
        assert queues(account) == sorted([*(f"Mine{stack.title()}" for stack in done), f"Theirs{theirs.title()}"])


class Killed(BaseException):
    """The process is gone."""


def dying(client_of: ClientOf, written: list[str], dies_at: str = "", *, after: bool = False) -> ClientOf:
    """Clients whose caller is killed before or after the first call of one operation that writes."""

    def hear(event: str) -> Callable[..., None]:
        def heard(model: Any, **_: Any) -> None:
            if model.name.startswith(("Describe", "Get", "List", "Head")):
                return
            if event == "before-call":
                written.append(model.name)
            if model.name == dies_at and (event == "after-call") == after:
                raise Killed

        return heard

    def made(service: str) -> Any:
        client = client_of(service)
        for event in ("before-call", "after-call"):
            client.meta.events.register(event, hear(event))
        return client

    return made


def killed_and_again(at_first: MockCloud, stack: str, dies_at: str, *, after: bool) -> tuple[list[str], list[str]]:
    """What a deployment wrote that was killed somewhere, and how the stack stands when it was simply run again."""
    environment = DEV.model_copy(update={"termination_protection": True})
    with at_first.fork() as fork:
        session = connect(environment, environment.deploy_role, fork.endpoint)
        written = list[str]()
        first = dying(clients(session, fork.endpoint), written, dies_at, after=after)
        try:
            deployer_for(environment, load_templates(), first).deploy(stack)
        except Killed:
            assert dies_at
        deployer = deployer_for(environment, load_templates(), clients(session, fork.endpoint))
        deployer.deploy(stack)
        found = deployer.described(stack) or {}
        drifts = [str(one) for one in deployer.drift(stack)]
        assert found["EnableTerminationProtection"], dies_at
        assert deployer.plan(stack)[0].changes == ()
        return written, [found["StackStatus"].replace("UPDATE", "CREATE"), *drifts]


def test_a_deployment_that_is_killed_anywhere_is_ended_by_the_next(stood: Stage) -> None:
    written, whole = killed_and_again(stood.before["network"], "network", "", after=False)
    assert {"CreateChangeSet", "ExecuteChangeSet", "UpdateTerminationProtection"} < set(written)
    assert whole == ["CREATE_COMPLETE"]
    for dies_at, after in product(dict.fromkeys(written), (False, True)):
        found = killed_and_again(stood.before["network"], "network", dies_at, after=after)
        assert found[1] == whole, (dies_at, after)


def test_code_that_was_half_uploaded_is_uploaded(stood: Stage) -> None:
    written, state = killed_and_again(stood.before["compute"], "compute", "PutObject", after=True)
    assert written.count("PutObject") == 1
    assert state == ["CREATE_COMPLETE"]


@pytest.mark.parametrize("busy", STACKS)
def test_nothing_is_begun_while_something_is_under_way(busy: str) -> None:
    found: dict[str, dict[str, Any] | None] = dict.fromkeys(STACKS)
    found[busy] = {"StackName": busy, "StackStatus": "UPDATE_ROLLBACK_IN_PROGRESS"}
    with pytest.raises(DeployError, match=f"^{busy}: UPDATE_ROLLBACK_IN_PROGRESS: somebody else is changing it"):
        Began(found).refuse_another()
    found[busy] = {"StackName": busy, "StackStatus": "REVIEW_IN_PROGRESS"}  # somebody only looks
    Began(found).refuse_another()


def test_a_rollback_that_failed_says_what_to_do(cloud: MockCloud) -> None:
    with cloud.fork() as fork:
        account = Account.enter(fork.endpoint, DEV.account)
        group = {"DBParameterGroupName": "group", "Description": "tried", "Family": "postgres17"}
        account.create(template({"Group": one("RDS::DBParameterGroup", **group)}))
        changed = one("RDS::DBParameterGroup", **group, Parameters={"log_statement": "ddl"})
        assert account.update(template({"Group": changed, **broken(["Group"])})) == "UPDATE_ROLLBACK_FAILED"
        stacks = Stacks(account.cfn, lambda name: name, lambda *_: None)
        with pytest.raises(DeployError) as refused:
            stacks.check_state("stack", "UPDATE_ROLLBACK_FAILED")
    told = str(refused.value)
    assert told.startswith("stack: UPDATE_ROLLBACK_FAILED: Group (AWS::RDS::DBParameterGroup): ")
    assert "no reason is told" not in told
    assert told.endswith("then deploy anew")
    assert "ContinueUpdateRollback" in told


@pytest.mark.parametrize("environment", environment_names())
def test_express_mode_is_for_dev(
    cloud: MockCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], environment: str
) -> None:
    asked = []
    review = Stacks.review

    def heard(self: Stacks, *given: Any, **named: Any) -> Review:
        self.cloudformation.meta.events.register(
            "before-parameter-build.cloudformation.CreateChangeSet",
            lambda params, **_: asked.append(params.get("DeploymentConfig")),
        )
        return review(self, *given, **named)

    monkeypatch.setattr(Stacks, "review", heard)
    with cloud.fork() as fork:
        typed = at(fork.endpoint, monkeypatch)
        words = ("deploy", "--env", environment, "--stack", "messaging", "--yes")
        code = typed(*words, "--express")
        if environment != "dev":
            assert code == 3
            assert f"expected dev, found {environment}" in capsys.readouterr().err
            assert not asked
            return
        assert (code, typed(*words)) == (0, 0)
    assert [asked[0], asked[-1]] == [{"Mode": "EXPRESS"}, None]
