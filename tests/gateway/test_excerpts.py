"""An excerpt says of the operations that are asked what botocore's own description says, to the last shape."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from fixtures.aws.excerpts import Excerpts, excerpt, session
from fixtures.aws.registry import required_members
from infra.deploy import descriptions

SERVICES = sorted({service for service, _ in required_members()})


class Shapes:
    """What each shape says but its prose, and which shapes it leads to; each is looked at once."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    def name(self, shape: Any) -> Any:
        """Give the name of a shape, and note what it and all behind it say."""
        if shape is None:
            return None
        # A member may say of itself what the shape of its name does not say elsewhere: where it is sent, say.
        said = {"as": dict(shape.serialization), "rules": dict(shape.metadata)}
        if shape.name not in self.told:
            self.told[shape.name] = None  # it may lead to itself
            self.told[shape.name] = {"type": shape.type_name, "inside": self._inside(shape)}
        return shape.name, said

    def _inside(self, shape: Any) -> Any:
        if shape.type_name == "structure":
            return {name: self.name(member) for name, member in shape.members.items()}
        if shape.type_name == "list":
            return self.name(shape.member)
        return [self.name(shape.key), self.name(shape.value)] if shape.type_name == "map" else None


def told(operations: Iterable[Any]) -> Any:
    """Give what operations say of what goes in and comes out, to the last shape."""
    shapes = Shapes()
    said = [
        (
            shapes.name(one.input_shape),
            shapes.name(one.output_shape),
            [shapes.name(shape) for shape in one.error_shapes],
        )
        for one in operations
    ]
    return said, shapes.told


def unused(session: Session) -> Session:
    """Give a session with descriptions that no call has been made with: botocore writes into them then."""
    usual = descriptions.loader()
    loader = type(usual)(list(usual.search_paths), usual.file_loader, include_default_search_paths=False)
    session.register_component("data_loader", loader)
    return session


@pytest.mark.parametrize("service", SERVICES)
def test_an_excerpt_says_of_every_operation_what_the_whole_says(service: str, tmp_path: Path) -> None:
    theirs = unused(descriptions.session()).get_service_model(service)
    asked = sorted(name for which, name in required_members() if which == service)
    made = descriptions.session()
    made.register_component("data_loader", Excerpts(descriptions.loader(), {service: asked}, tmp_path))
    ours = made.get_service_model(service)
    assert ours.metadata == theirs.metadata
    both = [[model.operation_model(name) for name in asked] for model in (ours, theirs)]
    assert told(both[0]) == told(both[1])
    for one, other in zip(*both, strict=True):
        assert (one.http, one.auth_type, one.endpoint) == (other.http, other.auth_type, other.endpoint), one.name
        assert one.has_streaming_output == other.has_streaming_output, one.name


@pytest.mark.parametrize("service", SERVICES)
def test_how_a_list_goes_on_is_said_as_in_the_whole(service: str) -> None:
    theirs, ours = (made.get_paginator_model(service) for made in (descriptions.session(), session()))
    for operation in sorted(name for which, name in required_members() if which == service):
        assert _pages(ours, operation) == _pages(theirs, operation), operation


def _pages(model: Any, operation: str) -> Any:
    try:
        return model.get_paginator(operation)
    except ValueError:
        return None


_NAMES = st.sampled_from(["documentation", "examples", "Tags", "member", "shape"])


@st.composite
def described(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a description of shapes that lead to each other, with prose everywhere, and members called as prose is."""
    count = draw(st.integers(1, 6))
    names = [f"S{number}" for number in range(count)]

    def leading() -> dict[str, Any]:
        return {"shape": draw(st.sampled_from(names)), "documentation": "prose"}

    def shape() -> dict[str, Any]:
        kind = draw(st.sampled_from(["structure", "list", "map", "string"]))
        inside: dict[str, Any] = {"type": kind, "documentation": "prose"}
        if kind == "structure":
            inside["members"] = {name: leading() for name in draw(st.sets(_NAMES, max_size=3))}
        elif kind == "list":
            inside["member"] = leading()
        elif kind == "map":
            inside |= {"key": leading(), "value": leading()}
        return inside

    operations = {
        name: {"name": name, "input": leading(), "output": leading(), "errors": [leading()], "documentation": "prose"}
        for name in ("Asked", "NotAsked")
    }
    return {
        "metadata": {"protocol": "json"}, "operations": operations, "shapes": {name: shape() for name in names},
        "documentation": "prose",
    }  # fmt: skip


@given(described())
def test_whatever_is_described_is_described_alike(whole: dict[str, Any]) -> None:
    part = excerpt(whole, ["Asked"])
    assert set(part["operations"]) == {"Asked"}
    assert "prose" not in str(part)
    one, other = (told([ServiceModel(said).operation_model("Asked")]) for said in (part, whole))
    assert one == other
    reached = set(_reached(whole, ["Asked"]))
    assert part["shapes"].keys() == reached


def _reached(whole: dict[str, Any], operations: list[str]) -> Iterator[str]:
    """Walk to every shape by every way, as an oracle."""
    chosen = [whole["operations"][name] for name in operations]
    ways = [said["shape"] for one in chosen for said in (one["input"], one["output"], *one["errors"])]
    for _ in range(len(whole["shapes"]) + 1):
        yield from ways
        ways = sorted({one["shape"] for name in ways for one in _inside(whole["shapes"][name])})


def _inside(shape: dict[str, Any]) -> list[dict[str, Any]]:
    return [*shape.get("members", {}).values(), *(shape[key] for key in ("member", "key", "value") if key in shape)]


WANTED = {"sqs": ["GetQueueAttributes"]}


def test_an_excerpt_is_made_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Excerpts(descriptions.loader(), WANTED, tmp_path).load_service_model("sqs", "service-2")
    monkeypatch.setattr(Loader, "load_service_model", _refuse)
    again = Excerpts(descriptions.loader(), WANTED, tmp_path)
    assert again.load_service_model("sqs", "service-2") == first
    assert again.load_service_model("sqs", "paginators-1") == {"pagination": {}}
    assert len(list(tmp_path.iterdir())) == 1


def _refuse(*_: Any) -> Any:
    raise AssertionError("the whole was read again")


@pytest.mark.parametrize("written", [b"", b"{", b"[]", b"\xff", b'{"service-2": {"metadata"'])
def test_what_somebody_has_written_into_an_excerpt_is_made_anew(tmp_path: Path, written: bytes) -> None:
    first = Excerpts(descriptions.loader(), WANTED, tmp_path).load_service_model("sqs", "service-2")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(written)
    assert Excerpts(descriptions.loader(), WANTED, tmp_path).load_service_model("sqs", "service-2") == first
    assert kept.read_bytes() != written


def test_other_operations_have_an_excerpt_of_their_own(tmp_path: Path) -> None:
    for wanted in (WANTED, {"sqs": ["GetQueueAttributes", "ListQueues"]}):
        found = Excerpts(descriptions.loader(), wanted, tmp_path).load_service_model("sqs", "service-2")
        assert sorted(found["operations"]) == wanted["sqs"]
    assert len(list(tmp_path.iterdir())) == 2


def test_where_nothing_can_be_written_it_is_read_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "a file"
    folder.write_text("")
    folder.chmod(stat.S_IRUSR)
    found = Excerpts(descriptions.loader(), WANTED, folder / "kept").load_service_model("sqs", "service-2")
    assert list(found["operations"]) == WANTED["sqs"]


def test_a_service_that_somebody_has_described_himself_is_read_as_he_describes_it(tmp_path: Path) -> None:
    theirs = tmp_path / "models" / "sqs" / "2099-01-01"
    theirs.mkdir(parents=True)
    said = {"metadata": {"protocol": "json"}, "operations": {"Theirs": {}}, "shapes": {}}
    (theirs / "service-2.json").write_text(json.dumps(said), encoding="utf-8")
    usual = descriptions.loader()
    paths = [str(tmp_path / "models"), *usual.search_paths]
    whole = type(usual)(paths, usual.file_loader, include_default_search_paths=False)
    found = Excerpts(whole, WANTED, tmp_path / "kept").load_service_model("sqs", "service-2")
    assert list(found["operations"]) == ["Theirs"]
    assert not (tmp_path / "kept").exists()


def test_what_has_been_made_before_does_not_change_what_an_excerpt_is_called(tmp_path: Path) -> None:
    """boto3 adds to the places that are searched with each session."""
    for _ in range(2):
        Excerpts(descriptions.loader(), WANTED, tmp_path).load_service_model("sqs", "service-2")
        boto3.Session(botocore_session=descriptions.session())
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_not_asked_is_read_whole(tmp_path: Path) -> None:
    ours = Excerpts(descriptions.loader(), WANTED, tmp_path)
    assert len(ours.load_service_model("sns", "service-2")["operations"]) > 1
    with pytest.raises(UnknownServiceError):
        ours.load_service_model("no such service", "service-2")
