"""The exact search among hashes, against the definition of the Hamming distance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from registry.similarity.index.hash_table import (
    NARROW,
    TABLED_FROM,
    TABLED_RADIUS,
    WIDE,
    HashTable,
    Layout,
    layout_for,
    packed,
)

HASHES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=30)
BITS = 256


def flipped(bits: bytes, places: list[int]) -> bytes:
    number = int.from_bytes(bits, "little")
    for place in places:
        number ^= 1 << place
    return number.to_bytes(32, "little")


def by_definition(held: list[bytes], query: bytes, radius: int) -> list[tuple[int, int]]:
    numbers = [(int.from_bytes(one, "little") ^ int.from_bytes(query, "little")).bit_count() for one in held]
    return [(row, distance) for row, distance in enumerate(numbers) if distance <= radius]


def found(table: HashTable, query: bytes, radius: int) -> list[tuple[int, int]]:
    _, rows, distances = table.within(packed([query]), radius)
    return list(zip(rows.tolist(), distances.tolist(), strict=True))


@pytest.mark.parametrize("layout", [NARROW, WIDE])
def test_a_layout_uses_every_bit_and_misses_nothing_within_its_radius(layout: Layout) -> None:
    assert sum(layout.widths) == BITS
    assert sum(flips + 1 for flips in layout.flips) == TABLED_RADIUS + 1


@settings(max_examples=30)
@given(HASHES, st.data())
def test_tables_answer_every_radius_as_the_definition_does(held: list[bytes], data: st.DataObject) -> None:
    table = HashTable.with_tables(packed(held), NARROW)
    near = data.draw(st.sampled_from(held))
    changed = data.draw(st.lists(st.integers(0, BITS - 1), max_size=40, unique=True))
    query = flipped(near, changed)
    for radius in range(TABLED_RADIUS + 3):
        assert found(table, query, radius) == by_definition(held, query, radius)


@given(HASHES, st.binary(min_size=32, max_size=32), st.integers(0, BITS))
def test_a_scan_answers_as_the_definition_does(held: list[bytes], query: bytes, radius: int) -> None:
    assert found(HashTable.with_tables(packed(held), None), query, radius) == by_definition(held, query, radius)


@pytest.mark.parametrize("layout", [NARROW, WIDE], ids=["narrow", "wide"])
def test_changes_dealt_so_that_every_table_but_one_misses_are_found(layout: Layout) -> None:
    rng = np.random.default_rng(5)
    held = [rng.bytes(32) for _ in range(400)]
    table = HashTable.with_tables(packed(held), layout)
    firsts = np.cumsum(layout.widths) - np.array(layout.widths)
    for spared in range(len(layout.widths)):
        places: list[int] = []
        for part, (first, width, flips) in enumerate(zip(firsts, layout.widths, layout.flips, strict=True)):
            count = flips + (part != spared)
            places += [int(first) + int(place) for place in rng.permutation(width)[:count]]
        row = int(rng.integers(0, len(held)))
        assert len(places) == TABLED_RADIUS
        assert found(table, flipped(held[row], places), TABLED_RADIUS) == [(row, TABLED_RADIUS)]


@pytest.mark.parametrize("distance", range(TABLED_RADIUS + 1))
def test_a_hash_at_every_distance_is_found_by_the_radius_of_that_distance_alone(
    large: tuple[NDArray[np.uint64], HashTable], distance: int
) -> None:
    hashes, table = large
    rng = np.random.default_rng(distance)
    for row in rng.integers(0, len(hashes), 8).tolist():
        query = flipped(hashes[row].tobytes(), rng.permutation(BITS)[:distance].tolist())
        assert found(table, query, distance) == [(row, distance)]
        assert distance == 0 or found(table, query, distance - 1) == []


@pytest.fixture(scope="module")
def large() -> tuple[NDArray[np.uint64], HashTable]:
    """Enough hashes for the tables that the product makes on its own."""
    hashes = np.random.default_rng(1).integers(0, 2**64, (TABLED_FROM, 4), dtype=np.uint64)
    table = HashTable.of(hashes)
    assert table.layout is layout_for(TABLED_FROM)
    return hashes, table


def test_many_queries_shared_among_threads_are_answered_like_one_at_a_time(
    large: tuple[NDArray[np.uint64], HashTable],
) -> None:
    hashes, table = large
    queries = hashes[:101] ^ np.uint64(0b10110)
    numbers, rows, distances = table.within(queries, 12)
    assert numbers.tolist() == rows.tolist() == list(range(101))
    assert set(distances.tolist()) == {12}


def test_a_crowd_in_one_bucket_is_scanned_and_found_whole() -> None:
    crowd = np.random.default_rng(2).integers(0, 2**64, (TABLED_FROM, 4), dtype=np.uint64)
    crowd[:, :3] = 0
    crowd[:, 3] &= np.uint64(0xFFFF)
    numbers, rows, distances = HashTable.of(crowd).within(np.zeros((2, 4), np.uint64), TABLED_RADIUS)
    assert (numbers == np.repeat([0, 1], len(crowd))).all()
    assert (rows == np.tile(np.arange(len(crowd)), 2)).all()
    assert (distances == np.tile(np.bitwise_count(crowd[:, 3]), 2)).all()


def test_the_same_hashes_give_the_same_tables() -> None:
    hashes = np.random.default_rng(3).integers(0, 2**64, (500, 4), dtype=np.uint64)
    one, other = (HashTable.with_tables(hashes, NARROW) for _ in range(2))
    assert (one.starts == other.starts).all()
    assert (one.postings == other.postings).all()


def test_without_hashes_or_queries_nothing_is_found() -> None:
    empty = HashTable.of(np.zeros((0, 4), np.uint64))
    assert [part.tolist() for part in empty.within(np.zeros((3, 4), np.uint64), BITS)] == [[], [], []]
    one = HashTable.of(np.zeros((1, 4), np.uint64))
    assert [part.tolist() for part in one.within(np.zeros((0, 4), np.uint64), BITS)] == [[], [], []]
