"""What the CloudFormation API says is what moto's own writer would have said of it, to the reader."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from botocore.model import Shape
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st
from moto.core.responses import ActionContext, ActionResult
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from fixtures.mock_cloud.engine.said import Said

MODEL = get_service_model("cloudformation")
ASKED = SimpleNamespace(RESPONSE_KEY_PATH_TO_TRANSFORMER=None)
# What XML can say: a surrogate or a control character it cannot, in either writer.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n"))


def values(shape: Any, seen: tuple[str, ...] = ()) -> st.SearchStrategy[Any]:
    """Draw what a shape can hold; a shape inside itself once."""
    if shape.type_name == "structure":
        inner = {name: member for name, member in shape.members.items() if member.name not in seen}
        drawn = {name: values(member, (*seen, shape.name)) for name, member in inner.items()}
        return st.fixed_dictionaries({}, optional=drawn)
    if shape.type_name == "list":
        return st.lists(values(shape.member, seen), max_size=2)
    if shape.type_name == "map":
        return st.dictionaries(TEXT, values(shape.value, seen), max_size=2)
    return {"boolean": st.booleans(), "integer": st.integers(0, 9), "timestamp": st.datetimes()}.get(
        shape.type_name, TEXT
    )


def read(written: tuple[int, Any, str], shape: Shape) -> Any:
    status, headers, body = written
    return create_parser("query").parse({"status_code": status, "headers": headers, "body": body.encode()}, shape)


OPERATIONS = ("DescribeStackEvents", "DescribeStacks", "DescribeChangeSet", "ListStackResources", "ListExports")


@given(st.data(), st.sampled_from(OPERATIONS))
def test_it_is_written_as_moto_would(data: st.DataObject, name: str) -> None:
    operation = MODEL.operation_model(name)
    said = data.draw(values(operation.output_shape))
    context = ActionContext(MODEL, operation, get_serializer_class("cloudformation", "query"), ASKED)
    ours, theirs = (one(said).execute_result(context) for one in (Said, ActionResult))
    assert read(ours, operation.output_shape) == read(theirs, operation.output_shape)
