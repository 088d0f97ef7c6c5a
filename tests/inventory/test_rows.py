"""A row says what is so: its operations, places and properties exist, and every field that is asked for is read."""

from __future__ import annotations

import re
from functools import cache

import pytest
from botocore import xform_name
from policy_sentry.querying.actions import get_action_data

from fixtures.aws.models import members
from fixtures.aws.permissions import YOUNGER, action_of, actions
from fixtures.aws.places import compiled
from fixtures.aws.registry import BESIDE, ROWS, calls, required_members
from fixtures.aws.rows import Detail, Listing, Place, Type, path_of
from fixtures.aws.telling import told_in
from fixtures.inventory.facts import property_name
from fixtures.inventory.types import TYPES
from tests.inventory.described import service_model

NAMES = sorted(ROWS)


def places(row: Type) -> list[str]:
    """Give every place that a row names."""
    said: list[Place] = [row.id, *row.where.values(), *row.needs.values()]
    said += [place for place in row.attributes.values() if isinstance(place, str)]
    said += [place for call in calls(row) if isinstance(call, Detail) for place in call.says.values()]
    texts = [path_of(place) for place in said]
    narrowed = (place for listing in row.listings for place in (listing.each, listing.only))
    more = (row.exists, row.state, row.made_by, row.made_by_needs, *narrowed)
    return [*texts, *(place for place in more if place)]


def test_every_type_has_a_row_and_every_row_a_type() -> None:
    assert set(TYPES) == set(ROWS)


@pytest.mark.parametrize("name", NAMES)
def test_every_place_can_be_looked_up(name: str) -> None:
    for place in places(ROWS[name]):
        assert compiled(place)


@pytest.mark.parametrize("name", NAMES)
def test_every_property_that_a_row_names_is_one_of_the_type(name: str) -> None:
    row = ROWS[name]
    said = {name for call in row.details for name in call.says} | set(row.where) | set(row.needs) | set(row.untold)
    paths = (*row.defaults, *row.always, *row.secrets, *row.natural)
    said |= {path.partition(".")[0] for path in paths}
    assert said <= row.schema.settable
    assert bool(row.tags) == bool(row.schema.tag_property)
    assert not row.state or row.there


@pytest.mark.parametrize("name", NAMES)
def test_every_call_is_one_that_the_service_has_and_only_reads(name: str) -> None:
    row = ROWS[name]
    for call in calls(row):
        operation = service_model(row.service).operation_model(call.operation)
        assert call.operation.startswith(("Get", "List", "Describe"))
        asked = set(operation.input_shape.members) if operation.input_shape else set()
        assert set(call.parameters) <= asked
        assert call.member in operation.output_shape.members
        if isinstance(call, Listing) and call.by:
            assert call.by in asked


@cache
def told(name: str) -> frozenset[str]:
    """Give, in lower case, every member that the answers about a type have."""
    row, found = ROWS[name], set[str]()
    for call in calls(row):
        place = call.items if isinstance(call, Listing) else call.found
        if getattr(call, "text", ""):  # no model says what stands in it: test_permissions.py fills every field from one
            return frozenset(ANYTHING)
        inside = members(row.service, call.operation, place) if place else frozenset()
        found |= {one.lower() for one in inside} if inside is not None else ANYTHING
    if row.listing.each:
        inside = members(row.service, row.listing.operation, f"{row.listing.items}.{row.listing.each.split('[')[0]}")
        found |= {one.lower() for one in inside or ()}
    return frozenset(found)


ANYTHING = {"*"}


@pytest.mark.parametrize("name", NAMES)
def test_every_field_that_a_control_asks_for_is_read(name: str) -> None:
    """A field that no answer fills would hold a default that nobody read."""
    row = ROWS[name]
    said = {name for call in row.details for name in call.says} | {path.partition(".")[0] for path in row.always}
    for field in TYPES[name].__pydantic_fields__:
        asked = property_name(TYPES[name], field)
        if asked in said or asked in row.untold or asked == row.schema.tag_property:
            continue
        assert told_in(row, asked, told(name)) or "*" in told(name), f"no answer about {name} says {asked}"


def test_the_reading_role_may_make_the_calls_of_the_rows_and_no_other() -> None:
    """Nothing missing, nothing more; and AWS says of each action that it reads."""
    assert {asked for asked in required_members() if not action_of(*asked)} <= set(BESIDE)
    for action in actions():
        service, _, operation = action.partition(":")
        if service in YOUNGER:
            assert action in YOUNGER[service]
            continue
        known = get_action_data(service, operation)
        assert known, f"IAM knows no {action}"
        levels = {entry["access_level"] for entry in known[service]}
        assert levels <= {"Read", "List"}, f"{action} is {levels}"


def test_operations_are_spelled_as_botocore_does() -> None:
    for service, operation in required_members():
        assert xform_name(operation)
        assert operation in service_model(service).operation_names


def test_no_list_is_asked_in_a_way_in_which_aws_cuts_it_in_silence() -> None:
    """What the service's own documentation says of a list that is asked without its limit."""
    warned = {}
    for row in ROWS.values():
        for call in calls(row):
            model = service_model(row.service).operation_model(call.operation)
            members = model.input_shape.members.values() if model.input_shape else ()
            said = f"{model.documentation} {' '.join(str(member.documentation) for member in members)}"
            found = re.search(r"do not set <code>(\w+)</code>, the response includes a maximum", said)
            if found:
                warned[call.operation] = found[1]
                assert found[1] in call.parameters, call.operation
    assert warned == {"ListQueues": "MaxResults"}


def test_a_list_that_leaves_out_some_by_default_is_asked_for_all() -> None:
    """ACM gives only certificates of some keys and origins, unless it is told every one there is."""
    asked = service_model("acm").operation_model("ListCertificates").input_shape.members
    given = ROWS["AWS::CertificateManager::Certificate"].listing.parameters
    assert given["Includes"]["keyTypes"] == asked["Includes"].members["keyTypes"].member.enum
    assert set(given["CertificateKeyPairOrigins"]) == set(asked["CertificateKeyPairOrigins"].member.enum)
    defaults = {
        operation
        for row in ROWS.values()
        for call in calls(row)
        for operation in [call.operation]
        if "Default filtering returns only" in service_model(row.service).operation_model(operation).documentation
    }
    assert defaults == {"ListCertificates"}
