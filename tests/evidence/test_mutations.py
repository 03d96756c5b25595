"""Whatever single byte of an evidence file is changed, the report says so and names the item."""

from tests.evidence.made_evidence import evidence
from tests.evidence.mutation import at_random, complaint, in_every_region

CONTENT = evidence()


def test_a_change_in_any_region_is_reported_under_its_name() -> None:
    found = [complaint(CONTENT, *flip) for flip in in_every_region(CONTENT)]
    assert len(found) > 600
    assert [told for told in found if told is not None] == []


def test_hundreds_of_random_changes_are_reported() -> None:
    found = [complaint(CONTENT, *flip) for flip in at_random(CONTENT, flips=400, seed=1)]
    assert [told for told in found if told is not None] == []
