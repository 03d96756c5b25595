"""Names and contents of a static log's resources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.verify.errors import Malformed
from registry.verify.tiles import ENTRIES, FULL, Tile, bundle, levels, parse_bundle, parse_hashes, tiles_between

SIZES = st.one_of(st.integers(0, 1000), st.integers(0, 70_000), st.integers(0, 2**63 - 1))
TILES = st.builds(Tile, st.integers(ENTRIES, 7), st.integers(0, 2**55), st.integers(1, FULL))


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(1, 1000, 1), "tile/1/x001/000.p/1"),
        (Tile(ENTRIES, 273, 112), "tile/entries/273.p/112"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
    ],
)
def test_a_tile_is_called_as_the_standard_says(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@given(TILES)
def test_every_name_is_read_again(tile: Tile) -> None:
    assert Tile.parse(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/-1/000",
        "tile/64/000",
        "tile/8/0/000",
        "tile/entry/000",
        "tile/0/x000/000",
        "tile/0/000/000",
        "tile/0/x001/x000",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/1/",
        "tile/0/000.p1",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/" + "x999/" * 7 + "999",
        "tile/0/" + "x999/" * 5000 + "999",
    ],
)
def test_everything_else_is_no_name(path: str) -> None:
    with pytest.raises(Malformed):
        Tile.parse(path)


def test_the_example_of_the_standard() -> None:
    widths: dict[int, list[int]] = {}
    for tile in tiles_between(0, 70_000):
        widths.setdefault(tile.level, []).append(tile.width)
    full = [FULL] * 273
    assert widths == {ENTRIES: [*full, 112], 0: [*full, 112], 1: [FULL, 17], 2: [1]}
    assert [len(levels(size)) for size in (0, 1, 255, 256, 65_535, 65_536, 2**63 - 1)] == [0, 1, 1, 2, 2, 3, 8]


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_what_lies_between_two_sizes_is_what_the_larger_has_more(one: int, other: int) -> None:
    old, new = sorted((one, other))
    assert set(tiles_between(old, new)) == set(tiles_between(0, new)) - set(tiles_between(0, old))


@given(SIZES)
def test_no_tree_has_a_tile_that_ends_beyond_it(size: int) -> None:
    for tile, _ in zip(tiles_between(max(0, size - 600), size), range(20), strict=False):
        assert tile.start < tile.end <= size
        assert tile.width == FULL or tile.end + FULL ** max(tile.level, 0) > size


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=20))
def test_a_bundle_is_read_again(entries: list[bytes]) -> None:
    encoded = bundle(entries)
    assert parse_bundle(encoded, len(entries)) == entries
    for wrong in (encoded[:-1], encoded + b"\0", encoded + b"\0\1"):
        with pytest.raises(Malformed):
            parse_bundle(wrong, len(entries))
    with pytest.raises(Malformed):
        parse_bundle(encoded, len(entries) + 1)


def test_the_longest_entry_fits_and_no_longer_one() -> None:
    assert parse_bundle(bundle([bytes(65_535)]), 1) == [bytes(65_535)]
    with pytest.raises(Malformed):
        bundle([bytes(65_536)])


@given(st.binary(max_size=100), st.integers(1, FULL))
def test_arbitrary_bytes_raise_nothing_else(content: bytes, width: int) -> None:
    for read in (parse_bundle, parse_hashes):
        try:
            read(content, width)
        except Malformed:
            continue
