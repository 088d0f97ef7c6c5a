"""The real templates, deployed as the deployer does it: outputs of one stack are parameters of the next."""

from dataclasses import dataclass
from typing import Any

from fixtures.tiers.prepared import make_hosted_zone, stand_in
from infra.deploy.artefacts import Artefacts
from infra.deploy.lookups import looked_up
from infra.environment import load_environment
from infra.intrinsics import as_text
from infra.stacks import STACKS, TEMPLATES, load_templates, parameters_for
from tests.mock_cloud.account import CAPABILITIES, Account


@dataclass(frozen=True, slots=True)
class Deployed:
    """One environment in the mock cloud."""

    environment: str
    account: Account
    stacks: tuple[str, ...]

    def drifts(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for name in self.stacks:
            found |= self.account.drifts(name)
        return found


def deploy(
    endpoint: str,
    name: str,
    account: Account | None = None,
    only: tuple[str, ...] = STACKS,
) -> Deployed:
    """Deploy an environment's stacks, into its own account or another."""
    environment = load_environment(name)
    account = account or Account.enter(endpoint, environment.account)
    make_hosted_zone(environment, account.client("route53"))
    artefacts = Artefacts.built(stand_in)
    outputs = {**looked_up(environment, account.client), **artefacts.parameters}
    stacks = []
    for key, template in [item for item in load_templates().items() if item[0] in only]:
        if "FunctionsCodeKey" in template.section("Parameters"):
            artefacts.bring(account.client("s3"), outputs["ArtefactBucketName"])
        stack = environment.stack_name(key)
        values = parameters_for(template, environment, outputs)
        parameters = [{"ParameterKey": k, "ParameterValue": as_text(v, ())} for k, v in values.items()]
        body = (TEMPLATES / f"{key}.yaml").read_text("utf-8")
        account.cfn.create_change_set(
            StackName=stack, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=body, Parameters=parameters,
            Capabilities=CAPABILITIES,
        )  # fmt: skip
        account.cfn.execute_change_set(StackName=stack, ChangeSetName="first")
        assert account.status(stack) == "CREATE_COMPLETE", account.reasons("CREATE_FAILED", stack)
        outputs |= account.outputs(stack)
        stacks.append(stack)
    return Deployed(name, account, tuple(stacks))
