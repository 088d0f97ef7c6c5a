"""The deployments on record are read with the facts: the newest ones, each by itself, and what is missing is said."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.aws.answers import Answer
from fixtures.aws.gateway import Gateway
from fixtures.aws.ledger import CouldNotLook, Gap, Source
from fixtures.inventory.inventory import Inventory
from fixtures.tiers.recorded import deployments_of
from infra.history.entry import Entry
from tests.inventory.conftest import AT

BUCKET = "touchstone-dev-evidence-111111111111"
SOURCE = Source(text="kept", read_at=AT)


def entry(number: int, **changed: Any) -> Entry:
    """Return an entry of dev; the parts of its id count up."""
    said = {
        "id": f"20261129T{number:012}Z-deploy", "at": AT, "by": "arn", "environment": "dev", "action": "deploy",
        "done": True, "told": "all stacks", "commit": "",
    }  # fmt: skip
    return Entry.model_validate(said | changed)


def key(one: Entry) -> str:
    return f"deployments/{one.id}.json"


class Bucket:
    """Stands in for a gateway to a bucket with these objects; what is named in ``denied`` is refused."""

    def __init__(self, objects: Mapping[str, bytes], denied: tuple[str, ...] = ()) -> None:
        self.objects, self.denied = objects, denied
        self.asked: list[dict[str, Any]] = []

    def call(self, service: str, operation: str, **parameters: Any) -> Answer:
        self.asked.append({"operation": operation, **parameters})
        if operation in self.denied or parameters.get("Key") in self.denied:
            raise CouldNotLook(Gap(service=service, operation=operation, kind="denied", detail="HTTP 403", at=AT))
        if operation == "ListObjectsV2":
            return Answer(({"Name": BUCKET, "Contents": [{"Key": one} for one in self.objects]},), SOURCE)
        return Answer(({"Body": self.objects[parameters["Key"]]},), SOURCE)


def inventory(*, has_bucket: bool = True, missing: Mapping[str, Gap] | None = None) -> Inventory:
    bucket: Any = SimpleNamespace(key="EvidenceBucket", origin=SimpleNamespace(physical_id=BUCKET))
    found = (bucket,) if has_bucket else ()
    return Inventory("dev", "live", "111111111111", "us-east-1", AT, resources=found, missing=missing or {})


def read(bucket: Bucket, seen: Inventory | None = None) -> Any:
    return deployments_of(cast("Gateway", bucket), seen or inventory(), "live")


def whole(*entries: Entry) -> dict[str, bytes]:
    return {key(one): one.model_dump_json().encode() for one in entries}


def test_the_newest_entries_are_read_and_the_older_ones_are_counted() -> None:
    made = [entry(number) for number in range(53)]
    bucket = Bucket(whole(*made))
    note = read(bucket)
    assert [one.id for one in note.entries] == [one.id for one in reversed(made[3:])]
    assert (note.older, note.bad, note.unread) == (3, (), None)
    assert {one["ExpectedBucketOwner"] for one in bucket.asked} == {"111111111111"}
    assert bucket.asked[0]["Prefix"] == "deployments/"


def test_an_entry_has_its_plan_and_the_digests_of_what_it_is_made_of() -> None:
    made = entry(1, templates={"data": "0" * 64}, artefacts={"FunctionsCodeKey": "a.zip"}, plan="1" * 64)
    (found,) = read(
        Bucket(
            whole(
                made,
            )
        )
    ).entries
    assert (found.plan, found.id, found.done, found.told) == ("1" * 64, made.id, True, "all stacks")
    assert len(found.templates) == len(found.code) == 64
    (changed,) = read(
        Bucket(whole(entry(1, templates={"data": "2" * 64}, artefacts={"FunctionsCodeKey": "a.zip"})))
    ).entries
    assert (changed.templates != found.templates, changed.code == found.code, changed.plan) == (True, True, "")


def test_an_entry_that_was_written_before_plans_had_ids_is_read() -> None:
    made = entry(1)
    old = made.model_dump_json(exclude={"plan"}).encode()
    (found,) = read(Bucket({key(made): old})).entries
    assert found.plan == ""


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ({key(entry(1)): b"{"}, "the document: Invalid JSON"),
        ({key(entry(1)): entry(1, environment="prod").model_dump_json().encode()}, "expected dev, found prod"),
        ({"deployments/else.json": entry(1).model_dump_json().encode()}, "id: expected the key's own, found "),
    ],
)  # fmt: skip
def test_what_is_no_entry_of_the_environment_is_one_line_and_the_others_are_read(
    objects: dict[str, bytes], expected: str
) -> None:
    note = read(Bucket(objects | whole(entry(2))))
    (line,) = note.bad
    assert line.startswith(f"s3://{BUCKET}/deployments/")
    assert expected in line
    assert "\n" not in line
    assert [one.id for one in note.entries] == [entry(2).id]


def test_what_cannot_be_read_is_said() -> None:
    refused = read(Bucket(whole(entry(1), entry(2)), denied=(key(entry(1)),)))
    assert refused.bad == (f"s3://{BUCKET}/{key(entry(1))}: s3:GetObject denied: HTTP 403",)
    assert len(refused.entries) == 1
    unlisted = read(Bucket({}, denied=("ListObjectsV2",)))
    assert (unlisted.unread, unlisted.entries) == ("s3:ListObjectsV2 denied: HTTP 403", ())
    nowhere = read(Bucket({}), inventory(has_bucket=False))
    assert nowhere.unread == "the bucket that holds it was not read: no stack has it"
    gap = Gap(service="s3", operation="ListBuckets", kind="denied", detail="HTTP 403", at=AT)
    unread = read(Bucket({}), inventory(has_bucket=False, missing={"EvidenceBucket": gap}))
    assert unread.unread == "the bucket that holds it was not read: s3:ListBuckets denied: HTTP 403"
    assert read(Bucket({})).unread is None
