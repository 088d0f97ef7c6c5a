"""What a backup selection selects, as AWS Backup reads it.

Source: AWS Backup Developer Guide, "Assigning resources to a backup plan". Where that leaves open whether named
resources and a list of tags are joined or crossed, both have to hold: what is promised must not hang on it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Final

from fixtures.aws.wildcards import matches
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.mapping import arn_of
from fixtures.inventory.services.backup import BackupPlan, BackupSelection, RestoreTestingSelection, Selection
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.values import Reference
from fixtures.judging.naming import is_pattern
from suites.controls.looking import Link, told

Store = Table | DBInstance
_PROPERTY: Final[Mapping[type[Store], str]] = {Table: "TableName", DBInstance: "DBInstanceIdentifier"}
_TESTED: Final[Mapping[type[Store], str]] = {Table: "DynamoDB", DBInstance: "RDS"}
_TAG: Final = "aws:ResourceTag/"
_UNKNOWN: Final = "\0"
_ANY: Final = "*"
_TESTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "stringequals": lambda value, wanted: value == wanted,
    "stringnotequals": lambda value, wanted: value != wanted,
    "stringlike": lambda value, wanted: matches(wanted, value),
    "stringnotlike": lambda value, wanted: not matches(wanted, value),
}


def filled_by(plan: BackupPlan) -> Iterator[Link]:
    """Yield the vaults into which a plan backs up."""
    return (rule.target_backup_vault for rule in plan.backup_plan.backup_plan_rule)


def copied_by(plan: BackupPlan) -> Iterator[Link]:
    """Yield the vaults into which a plan copies."""
    rules = plan.backup_plan.backup_plan_rule
    return (copy.destination_backup_vault_arn for rule in rules for copy in rule.copy_actions)


def selections_of(inventory: Inventory, store: Store) -> Iterator[BackupSelection]:
    """Yield the selections that may have a store in them: those that name it, and those that name by pattern or tag."""
    return inventory.under(BackupSelection, _names_of(inventory, store), _selected, type(store))


def _selected(inventory: Inventory, one: BackupSelection, kind: type[Store]) -> Iterator[Hashable]:
    named = one.backup_selection.resources
    return _named(inventory, named, kind) if named else iter((_ANY,))


def restored_of(inventory: Inventory, store: Store) -> Iterator[RestoreTestingSelection]:
    """Yield the selections of restore tests that are about a store's type and may have the store in them."""
    return inventory.under(RestoreTestingSelection, _names_of(inventory, store), _tested, type(store))


def _tested(inventory: Inventory, one: RestoreTestingSelection, kind: type[Store]) -> Iterator[Hashable]:
    if one.protected_resource_type == _TESTED[kind] and not one.protected_resource_conditions:
        yield from _named(inventory, one.protected_resource_arns, kind)


def _names_of(inventory: Inventory, store: Store) -> Iterator[Hashable]:
    yield from (_ANY, id(store), _arn(inventory, store))


def _named(inventory: Inventory, links: Iterable[Reference | str], kind: type[Store]) -> Iterator[Hashable]:
    """Yield what links name as it stands, the stores to which they lead, and that one of them is a pattern."""
    for link in links:
        found = inventory.find(kind, link)
        yield from (_ANY if is_pattern(str(link)) else str(link), *(() if found is None else (id(found),)))


def selects(inventory: Inventory, selection: Selection, store: Store) -> bool:
    """Say whether a selection has the store in it."""
    named, tagged, conditions = selection.resources, selection.list_of_tags, list(_conditions(selection))
    if not (named or tagged or conditions or selection.not_resources):
        return False
    return (
        (not named or _any(inventory, named, store))
        and (not tagged or any(_holds(store, test["ConditionType"], test) for test in tagged))
        and all(_holds(store, operator, test) for operator, test in conditions)
        and not _any(inventory, selection.not_resources, store)
    )


def _conditions(selection: Selection) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for operator, tests in selection.conditions.items():
        yield from ((operator, test) for test in tests)


def _holds(store: Store, operator: str, test: Mapping[str, Any]) -> bool:
    """Say whether a tag of the store is there and is as a condition wants it."""
    value = store.tag(str(test["ConditionKey"]).removeprefix(_TAG))
    return value is not None and _TESTS[operator.lower()](value, str(test["ConditionValue"]))


def _any(inventory: Inventory, links: Iterable[Reference | str], store: Store) -> bool:
    arn = _arn(inventory, store)
    return any(
        inventory.find(type(store), link) is store or (isinstance(link, str) and matches(link, arn)) for link in links
    )


def is_named(inventory: Inventory, links: Iterable[Reference | str], store: Store) -> bool:
    """Say whether one of several names, or patterns of ARNs, is that of a store."""
    return _any(inventory, links, store)


def _arn(inventory: Inventory, store: Store) -> str:
    """Give the ARN of a store; a name that only AWS knows is met by no pattern that names any."""
    known = next((name for name in store.origin.attributes.values() if name.startswith("arn:")), None)
    name = str(told(store, _PROPERTY[type(store)]) or _UNKNOWN)
    made = arn_of(store.cfn_type, _UNKNOWN if "${" in name else name, inventory.account, inventory.region)
    return known or next(iter(made.values()), _UNKNOWN)
