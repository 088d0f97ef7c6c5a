"""A moment in an answer is what botocore makes of it, which takes a hundred times as long."""

from __future__ import annotations

from datetime import UTC

import pytest
from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from fixtures.aws.strict_parsers import as_moment

_MOMENTS = st.one_of(
    st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat().replace("+00:00", "Z")),
    st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?", fullmatch=True),
    st.integers(0, 4_000_000_000), st.floats(0, 4e9), st.text(max_size=12),
)  # fmt: skip


@given(_MOMENTS)
def test_a_moment_is_what_botocore_makes_of_it(said: str | float) -> None:
    try:
        theirs = parse_timestamp(said)
    except (ValueError, RuntimeError, OverflowError):
        with pytest.raises((ValueError, RuntimeError, OverflowError)):
            as_moment(said)
        return
    assert as_moment(said) == theirs
