"""Whatever the second mock cloud keeps, our readers tell as it was made."""

from __future__ import annotations

import json

import pytest

from fixtures.aws.registry import ROWS
from fixtures.aws.rows import service_of
from fixtures.inventory.services import ec2
from fixtures.inventory.types import TYPES
from tests.second_cloud.cases import CASES
from tests.second_cloud.conftest import Account
from tests.second_cloud.facts import deviations
from tests.second_cloud.losses import ABSENT, UNMADE, Unmade, losses, types_with_entries

NETWORK = (ec2.VPC, ec2.InternetGateway, ec2.VPCGatewayAttachment, ec2.RouteTable)
"""Who made the parts of a default VPC shows only beside the VPC."""


@pytest.mark.parametrize("name", CASES)
def test_what_was_made_is_read_back(account: Account, name: str) -> None:
    """All of it but what is listed; and what is listed is otherwise indeed."""
    made = CASES[name](account.client)
    read = account.read(TYPES[name], *(NETWORK if name.startswith("AWS::EC2::") else ()))
    found = deviations(TYPES[name], made, read)
    assert set(found) == losses(name), json.dumps(found, indent=2)


def test_every_type_is_tried_or_listed_as_absent() -> None:
    assert CASES.keys() & ABSENT == set()
    assert CASES.keys() | ABSENT == ROWS.keys()
    assert types_with_entries() <= CASES.keys()


@pytest.mark.parametrize("entry", UNMADE, ids=lambda entry: entry.operation)
def test_what_is_listed_as_unmade_is_refused(account: Account, entry: Unmade) -> None:
    from botocore import xform_name  # noqa: PLC0415  it takes 0.2 s to import
    from botocore.exceptions import ClientError  # noqa: PLC0415

    ask = getattr(account.client(service_of(entry.type)), xform_name(entry.operation))
    with pytest.raises(ClientError, match=entry.says):
        ask(**entry.parameters)


def test_in_an_account_where_nobody_made_anything_only_what_is_absent_cannot_be_read(account: Account) -> None:
    read = account.read()
    assert {name: gap.kind for name, gap in read.gaps.items()} == dict.fromkeys(ABSENT, "refused")
    assert read.missing == {}
    assert [(one.cfn_type, one.key) for one in read.resources if one.origin.made_by is None] == []
