"""A role is taken once: who acts as it already, as a workflow does, does not ask to become himself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from infra.deploy import connect as module
from infra.deploy.connect import acts_as, connect
from infra.environment import load_environment
from infra.errors import EndpointError

DEV = load_environment("dev")
ROLE = DEV.deploy_role
OURS = f"arn:aws:sts::{DEV.account}:assumed-role/touchstone-deployer/GitHubActions"


@pytest.mark.parametrize(
    ("caller", "role", "expected"),
    [
        (OURS, ROLE, True),
        (OURS, ROLE.replace("role/", "role/ci/"), True),
        (OURS.replace("aws:", "aws-us-gov:", 1), ROLE.replace("aws:", "aws-us-gov:", 1), True),
        (OURS, DEV.role, False),
        (OURS.replace(DEV.account, "999999999999"), ROLE, False),
        (OURS.replace("touchstone-deployer", "touchstone-deployer2"), ROLE, False),
        (OURS.replace("assumed-role/touchstone-deployer", "assumed-role/x/touchstone-deployer"), ROLE, False),
        (OURS.replace("aws:", "aws-cn:", 1), ROLE, False),
        (OURS.rpartition("/")[0], ROLE, False),
        (ROLE, ROLE, False),
        (f"arn:aws:iam::{DEV.account}:user/touchstone-deployer", ROLE, False),
        (f"arn:aws:sts::{DEV.account}:federated-user/touchstone-deployer/x", ROLE, False),
        ("", "", False),
        (None, ROLE, False),
        (OURS, "role", False),
    ],
)
def test_only_a_session_of_the_role_acts_as_it(caller: str | None, role: str, *, expected: bool) -> None:
    assert acts_as(caller, role) == expected


class _Sts:
    """STS as a caller sees it; a role that is taken makes another caller."""

    def __init__(self, arn: str) -> None:
        self.arn = arn
        self.taken: list[str] = []

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": self.arn.split(":")[4], "Arn": self.arn}

    def assume_role(self, RoleArn: str, RoleSessionName: str) -> dict[str, Any]:  # noqa: N803  AWS's names
        self.taken.append(RoleArn)
        self.arn = f"{RoleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/{RoleSessionName}"
        return {"Credentials": {"AccessKeyId": "taken", "SecretAccessKey": "x", "SessionToken": "y"}}


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], _Sts]:
    def answer(arn: str) -> _Sts:
        made = _Sts(arn)
        monkeypatch.setattr(module, "_client", lambda *_: made)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "given")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        return made

    return answer


def test_a_workflow_that_acts_as_the_role_goes_on_as_it_is(sts: Callable[[str], _Sts]) -> None:
    asked = sts(OURS)
    assert connect(DEV, ROLE).get_credentials().access_key == "given"
    assert asked.taken == []


@pytest.mark.parametrize("arn", [f"arn:aws:iam::{DEV.account}:user/person", OURS.replace("deployer", "auditor")])
def test_anybody_else_takes_it(sts: Callable[[str], _Sts], arn: str) -> None:
    asked = sts(arn)
    assert connect(DEV, ROLE).get_credentials().access_key == "taken"
    assert asked.taken == [ROLE]


def test_a_role_of_that_name_in_another_account_is_not_it(sts: Callable[[str], _Sts]) -> None:
    other = "arn:aws:iam::999999999999:role/touchstone-deployer"
    sts("arn:aws:sts::999999999999:assumed-role/touchstone-deployer/x")
    with pytest.raises(EndpointError, match="the caller's account is 999999999999"):
        connect(DEV, other)
