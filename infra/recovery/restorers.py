"""What restores, by kind of store."""

from __future__ import annotations

from infra.deploy.deployer import Deployer
from infra.recovery.census import Way
from infra.recovery.databases import Databases
from infra.recovery.restoring import Purpose, Restorer
from infra.recovery.stores import Kind
from infra.recovery.tables import Tables


def restorers_of(deployer: Deployer, purpose: Purpose, way: Way) -> dict[Kind, Restorer]:
    """Return what restores the stores of a deployer's environment for a purpose, by kind."""
    given = (deployer.client_of, deployer.environment, purpose, way)
    return {"table": Tables.of(*given), "database": Databases.of(*given)}
