"""The comparison of three censuses, against an oracle that has every moment of the source before it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from infra.recovery.census import _text
from infra.recovery.comparing import Census, compare

KEYS, VALUES = "abcd", "xyz"
ROWS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES))
CHANGES = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from([None, *VALUES])), max_size=6)


def moments(first: Census, changes: list[tuple[str, str | None]]) -> list[dict[str, str]]:
    """The source at every moment."""
    found = [dict(first)]
    for key, value in changes:
        now = dict(found[-1])
        if value is None:
            now.pop(key, None)
        else:
            now[key] = value
        found.append(now)
    return found


@given(first=ROWS, changes=CHANGES, data=st.data())
def test_what_was_at_any_moment_between_is_never_wrong(
    first: Census, changes: list[tuple[str, str | None]], data: st.DataObject
) -> None:
    """Restored to a moment between the two censuses: nothing is wrong, unless a row came and went between them."""
    found = moments(first, changes)
    restored = data.draw(st.sampled_from(found))
    said = compare(found[0], restored, found[-1])
    came_and_went = {key for key in restored if key not in found[0] and key not in found[-1]}
    there_and_back = {key for key in found[0].keys() & found[-1].keys() if found[0][key] == found[-1][key]}
    unseen = {key for key in there_and_back if restored.get(key) != found[0][key]}
    assert said.wrong == len(came_and_went) + len(unseen)
    assert said.identical + len(unseen) == said.rows


@given(before=ROWS, restored=ROWS, after=ROWS)
def test_every_row_is_counted_once_and_every_difference_seen(before: Census, restored: Census, after: Census) -> None:
    said = compare(before, restored, after)
    still = [key for key in KEYS if key in before and before[key] == after.get(key)]
    assert said.rows == len(still)
    assert said.rows + said.moving == len(before.keys() | after.keys())
    lacking = [key for key in still if restored.get(key) != before[key]]
    invented = [key for key in restored if key not in before and key not in after]
    assert said.wrong == len(lacking) + len(invented)
    assert said.identical == len(still) - len(lacking)


@given(rows=ROWS.filter(bool), data=st.data())
def test_a_store_that_stands_still_has_to_come_back_whole(rows: Census, data: st.DataObject) -> None:
    damaged = dict(rows)
    key = data.draw(st.sampled_from(sorted(rows)))
    how = data.draw(st.sampled_from(["lost", "changed", "invented"]))
    if how == "lost":
        del damaged[key]
    elif how == "changed":
        damaged[key] = "other"
    else:
        damaged["new"] = "x"
    assert compare(rows, rows, rows).wrong == 0
    assert compare(rows, damaged, rows).wrong == 1


def attributes() -> st.SearchStrategy[dict[str, Any]]:
    """DynamoDB's values, in which an item's own names may be those of types."""
    names = st.sampled_from(["SS", "NS", "BS", "M", "L", "S", "x"])
    leaves = st.one_of(
        st.fixed_dictionaries({"S": st.sampled_from("ab")}), st.fixed_dictionaries({"N": st.sampled_from("12")}),
        st.fixed_dictionaries({"B": st.binary(max_size=2)}), st.fixed_dictionaries({"BOOL": st.booleans()}),
        st.fixed_dictionaries({"SS": st.lists(st.sampled_from("abc"), min_size=1, unique=True)}),
        st.fixed_dictionaries({"BS": st.lists(st.binary(max_size=2), min_size=1, unique=True)}),
    )  # fmt: skip
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.fixed_dictionaries({"M": st.dictionaries(names, inner, max_size=3)}),
            st.fixed_dictionaries({"L": st.lists(inner, max_size=3)}),
        ),
        max_leaves=6,
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to DynamoDB: a set has no order, a list has one."""
    ((kind, held),), ((others, theirs),) = one.items(), other.items()
    if kind != others:
        return False
    if kind in ("SS", "BS", "NS"):
        return set(held) == set(theirs)
    if kind == "M":
        return bool(held.keys() == theirs.keys() and all(same(held[name], theirs[name]) for name in held))
    if kind == "L":
        return len(held) == len(theirs) and all(map(same, held, theirs))
    return bool(held == theirs)


@given(one=attributes(), other=attributes())
def test_items_are_written_alike_where_they_are_the_same_and_nowhere_else(one: Any, other: Any) -> None:
    assert (_text({"a": one}) == _text({"a": other})) == same(one, other)
