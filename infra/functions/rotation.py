"""Renews a generated secret in the four steps of Secrets Manager: its field "value", everything else is kept.

The value that our edge sends is told to the edge before it is the current one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field
from pydantic.alias_generators import to_pascal
from pydantic.config import ConfigDict

from infra.functions.shared import edge
from infra.functions.shared.clients import client
from infra.functions.shared.entry import entry
from infra.functions.shared.logger import conceal_for_good, logger
from infra.functions.shared.metrics import Metric, count
from infra.functions.shared.models import Envelope
from infra.functions.shared.settings import Arn, Name
from infra.functions.shared.settings import Settings as Base

FIELD: Final = "value"
LENGTH: Final = 64
CURRENT: Final = "AWSCURRENT"
PENDING: Final = "AWSPENDING"


class Settings(Base):
    """The variables of this function."""

    origin_secret_arn: Arn
    edge_alias: Name


class Rotation(Envelope):
    """One step of Secrets Manager's."""

    model_config = ConfigDict(alias_generator=to_pascal)

    secret_id: Arn
    client_request_token: Annotated[str, Field(min_length=32, max_length=64)]
    step: Literal["createSecret", "setSecret", "testSecret", "finishSecret"]


Versions = Mapping[str, list[str]]


@entry()
def handler(event: dict[str, Any], _context: LambdaContext) -> None:
    """Do one step; one that is delivered again does nothing more."""
    settings, step = Settings.read(), Rotation.model_validate(event)
    logger.set_correlation_id(step.client_request_token)
    secret = client("secretsmanager").describe_secret(SecretId=step.secret_id)
    if not secret.get("RotationEnabled"):
        raise ValueError(f"{step.secret_id}: rotation is not enabled")
    versions: Versions = secret["VersionIdsToStages"]
    stages = versions.get(step.client_request_token, [])
    if CURRENT in stages:
        logger.info("an earlier delivery has finished this rotation", step=step.step)
        return
    if PENDING not in stages:
        raise ValueError(f"{step.secret_id}: version {step.client_request_token} is not staged as {PENDING}")
    STEPS[step.step](step, versions, settings)
    logger.info("a step of a rotation is done", step=step.step, secret=step.secret_id)


def _create(step: Rotation, _versions: Versions, _settings: Settings) -> None:
    secrets = client("secretsmanager")
    try:
        _pending(step)
    except secrets.exceptions.ResourceNotFoundException:
        current = secrets.get_secret_value(SecretId=step.secret_id, VersionStage=CURRENT)
        fresh = secrets.get_random_password(PasswordLength=LENGTH, ExcludePunctuation=True)["RandomPassword"]
        conceal_for_good(fresh)
        secrets.put_secret_value(
            SecretId=step.secret_id,
            ClientRequestToken=step.client_request_token,
            SecretString=json.dumps(json.loads(current["SecretString"]) | {FIELD: fresh}),
            VersionStages=[PENDING],
        )


def _set(step: Rotation, _versions: Versions, settings: Settings) -> None:
    """Tell the edge. Nobody else has to be told: readers fetch the secret, and accept AWSPREVIOUS for a while."""
    if step.secret_id == settings.origin_secret_arn:
        edge.send(settings.edge_alias, _pending(step))


def _test(step: Rotation, _versions: Versions, settings: Settings) -> None:
    # May equal the current value: a new schedule is tried with a copy of it before any rotation.
    value = _pending(step)
    if len(value) < LENGTH:
        raise ValueError(f"{step.secret_id}: the pending value is shorter than {LENGTH} characters")
    if step.secret_id == settings.origin_secret_arn:
        edge.check(settings.edge_alias, value)


def _finish(step: Rotation, versions: Versions, _settings: Settings) -> None:
    current = next((version for version, stages in versions.items() if CURRENT in stages), None)
    if current is None:
        raise ValueError(f"{step.secret_id}: no version is staged as {CURRENT}")
    client("secretsmanager").update_secret_version_stage(
        SecretId=step.secret_id,
        VersionStage=CURRENT,
        MoveToVersionId=step.client_request_token,
        RemoveFromVersionId=current,
    )
    count(Metric.SECRETS_ROTATED)


def _pending(step: Rotation) -> str:
    """Return the value that is to be; raises ResourceNotFoundException where none was made yet."""
    found = client("secretsmanager").get_secret_value(
        SecretId=step.secret_id, VersionId=step.client_request_token, VersionStage=PENDING
    )
    value = json.loads(found["SecretString"])[FIELD]
    if not isinstance(value, str):
        raise ValueError(f"{step.secret_id}: expected a text in the field {FIELD}")  # noqa: TRY004
    conceal_for_good(value)
    return value


STEPS: Final[Mapping[str, Callable[[Rotation, Versions, Settings], None]]] = {
    "createSecret": _create,
    "setSecret": _set,
    "testSecret": _test,
    "finishSecret": _finish,
}
