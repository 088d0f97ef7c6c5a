"""All that botocore says of a service: what the rows ask of it is less, and has no prose."""

from __future__ import annotations

from functools import cache

from botocore.model import ServiceModel

from infra.deploy import descriptions


@cache
def service_model(service: str) -> ServiceModel:
    """Give the model of a service, whole."""
    model: ServiceModel = descriptions.session().get_service_model(service)
    return model
