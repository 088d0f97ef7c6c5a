"""What AWS documents for a member that nobody states is promised: there, anything else is a difference."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.aws.registry import ROWS
from fixtures.inventory.comparing import _canonical, differences, same
from fixtures.inventory.facts import Resource
from suites.proofs.sound_and_broken import sound_static_context

UNSAID = {"SamplingRule.SamplingRateBoost": {"MaxRate": 0.9, "CooldownWindowMinutes": 1}}
"""Members of which AWS documents that there is nothing, and something that could be there."""


def _cases() -> Iterator[tuple[Resource, str]]:
    for resource in sound_static_context().inventory.resources:
        properties = resource.properties(defaults=False)
        for path in ROWS[resource.cfn_type].defaults:
            outer, _, inner = path.partition(".")
            stated = _first(properties.get(outer))
            if stated and inner and "." not in inner and inner not in stated:
                yield resource, path


def _first(value: Any) -> Any:
    """Give the object that a property is, or the first of its list; nothing for what is none."""
    if isinstance(value, list):
        value = next(iter(value), None)
    return value if isinstance(value, dict) else {}


def _other(path: str, documented: Any) -> Any:
    if documented is None:
        return UNSAID[path]
    if isinstance(documented, list):
        return ["x"]
    return not documented if isinstance(documented, bool) else documented * 2 or "x"


def _with(resource: Resource, path: str, value: Any) -> Resource:
    properties = copy.deepcopy(resource.properties(defaults=False))
    outer, inner = path.split(".")
    _first(properties[outer])[inner] = value
    return type(resource).build(properties, resource.origin)


def test_a_member_that_nobody_declared_is_as_documented_or_a_difference() -> None:
    tried = set()
    for resource, path in _cases():
        documented = ROWS[resource.cfn_type].defaults[path]
        changed = _with(resource, path, _other(path, documented))
        assert [item.property for item in differences(resource, changed)] == [path.split(".")[0]], path
        if documented is not None:
            assert list(differences(resource, _with(resource, path, documented))) == [], path
        tried.add(path)
    assert len(tried) > 5
    assert set(UNSAID) <= tried


_SAID = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 0.0, 1.0, "0", "1", "true", "false", "", "${A}", "${A.Arn}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=5,
)


@settings(max_examples=500)
@given(_SAID, _SAID)
def test_what_is_compared_at_once_is_what_means_the_same(one: Any, other: Any) -> None:
    assert same(one, other) == (_canonical(one) == _canonical(other))
    assert same(one, copy.deepcopy(one))


def test_a_moment_that_is_no_text_yet_is_compared_like_anything_else() -> None:
    moment = datetime(2026, 11, 30, tzinfo=UTC)
    assert same({"At": moment}, {"At": datetime(2026, 11, 30, tzinfo=UTC)})
    assert not same({"At": moment}, {"At": datetime(2026, 12, 1, tzinfo=UTC)})
