"""Which runs of entries the index keeps segments of."""

from hypothesis import given
from hypothesis import strategies as st

from registry.similarity.index.spans import FACTOR, folded, spans

SIZES = st.integers(0, 5_000)
UNITS = st.integers(1, 16)
LEVELS = st.integers(0, 4)


@given(SIZES, UNITS, LEVELS)
def test_every_entry_of_a_whole_unit_lies_in_one_segment(size: int, unit: int, levels: int) -> None:
    at = 0
    for span in spans(size, unit, unit * FACTOR**levels):
        assert span.first == at
        at = span.end
    assert at == folded(size, unit)
    assert size - unit < at <= size


@given(SIZES, UNITS, LEVELS)
def test_segments_are_aligned_and_few(size: int, unit: int, levels: int) -> None:
    longest = unit * FACTOR**levels
    found = spans(size, unit, longest)
    assert all(span.first % (span.end - span.first) == 0 for span in found)
    assert sum(span.end - span.first < longest for span in found) <= levels * (FACTOR - 1)


@given(SIZES, UNITS, LEVELS)
def test_a_segment_takes_retirements_in_only_when_the_ledger_has_grown_by_its_length(
    size: int, unit: int, levels: int
) -> None:
    for span in spans(size, unit, unit * FACTOR**levels):
        assert span.cutoff % (span.end - span.first) == 0
        assert span.end <= span.cutoff <= folded(size, unit)
        assert folded(size, unit) - span.cutoff < span.end - span.first
