"""Cursors: opaque to clients, exact to us."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import errors
from registry.api.pagination import LONGEST_CURSOR, cursor_at, index_of, link_to_next


@given(st.integers(0, 2**53))
def test_a_cursor_leads_back_to_its_place(index: int) -> None:
    assert index_of(cursor_at(index)) == index
    assert len(cursor_at(index)) <= LONGEST_CURSOR


def test_no_cursor_is_the_beginning() -> None:
    assert index_of(None) is None


@pytest.mark.parametrize(
    "cursor", ["", "a", "aTc=", "aTA3", "aS0x", "aSs3", "N w", "iN", "MTI", "aTFf", "\u00e9", "\ud800"]
)
def test_what_we_did_not_make_is_refused(cursor: str) -> None:
    with pytest.raises(errors.Refused) as refused:
        index_of(cursor)
    assert (refused.value.code, refused.value.pointer) == ("field_invalid", "/query/cursor")


@given(st.text(max_size=40))
def test_no_cursor_whatever_raises_anything_but_a_refusal(cursor: str) -> None:
    with suppress(errors.Refused):
        assert cursor_at(index_of(cursor) or 0) == cursor


def test_a_link_keeps_the_other_parameters() -> None:
    assert link_to_next("/v1/works", limit=2, cursor="aTc") == '</v1/works?limit=2&cursor=aTc>; rel="next"'
