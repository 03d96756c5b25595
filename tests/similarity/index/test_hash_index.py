"""The exact search over hashes, against the definition of the Hamming distance."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from registry.similarity.index.hash_index import HashIndex
from registry.similarity.index.hash_table import packed

HASHES = st.binary(min_size=32, max_size=32)
ROWS = st.integers(0, 20)


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def found(index: HashIndex, queries: list[bytes], radius: int) -> list[tuple[int, int, int]]:
    return sorted(zip(*(column.tolist() for column in index.within(packed(queries), radius)), strict=True))


@given(st.lists(st.tuples(ROWS, HASHES), max_size=30), st.lists(HASHES, min_size=1, max_size=5), st.integers(0, 256))
def test_it_finds_exactly_what_lies_within_the_radius(
    held: list[tuple[int, bytes]], queries: list[bytes], radius: int
) -> None:
    index = HashIndex()
    for row, bits in held:
        index.add(row, bits)
    expected = [
        (number, row, distance(query, bits))
        for number, query in enumerate(queries)
        for row, bits in held
        if distance(query, bits) <= radius
    ]
    assert found(index, queries, radius) == sorted(expected)


@given(st.lists(st.tuples(ROWS, HASHES), max_size=30), ROWS)
def test_a_removed_row_is_found_no_more_and_all_others_are(held: list[tuple[int, bytes]], gone: int) -> None:
    index = HashIndex()
    for row, bits in held:
        index.add(row, bits)
    index.remove(gone)
    kept = [(row, bits) for row, bits in held if row != gone]
    assert {row for _, row, _ in found(index, [bytes(32)], 256)} == {row for row, _ in kept}


def test_the_radius_is_inclusive_to_the_bit() -> None:
    index = HashIndex()
    for bits in range(257):
        index.add(bits, ((1 << bits) - 1).to_bytes(32, "big"))
    for radius in (0, 1, 31, 255, 256):
        assert [row for _, row, _ in found(index, [bytes(32)], radius)] == list(range(radius + 1))


def test_it_grows_beyond_its_first_capacity_and_its_blocks() -> None:
    hashes = np.random.default_rng(1).bytes(32 * 70_000)
    index = HashIndex()
    for row in range(70_000):
        index.add(row, hashes[32 * row : 32 * row + 32])
    for row in (0, 1_023, 1_024, 65_535, 65_536, 69_999):
        assert found(index, [hashes[32 * row : 32 * row + 32]], 0) == [(0, row, 0)]


def test_an_empty_index_finds_nothing() -> None:
    assert found(HashIndex(), [bytes(32)], 256) == []
