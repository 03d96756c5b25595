"""Whatever single byte of an evidence file is changed, the report says so and names the item."""

import pytest

from tests.anchoring.authority import Authority
from tests.evidence.mutation import at_random, complaint, in_every_region, renewed_with_everything


@pytest.fixture(scope="module")
def content(authority: Authority) -> bytes:
    """A file with everything in it that one can have."""
    return renewed_with_everything(authority)


def test_a_change_in_any_region_is_reported_under_its_name(content: bytes) -> None:
    found = [complaint(content, *flip) for flip in in_every_region(content)]
    assert len(found) > 1_500
    assert [told for told in found if told is not None] == []


def test_hundreds_of_random_changes_are_reported(content: bytes) -> None:
    found = [complaint(content, *flip) for flip in at_random(content, flips=400, seed=1)]
    assert [told for told in found if told is not None] == []
