"""Tiles and bundles: the published log byte for byte, and every tile by the standard's own definition."""

import hashlib

import pytest

from registry.ledger.note_signer import NoteSigner
from registry.ledger.tiles import content_of
from registry.verify.checkpoint import Checkpoint
from registry.verify.tiles import ENTRIES, FULL, Tile, parse_bundle, parse_hashes, tiles_between
from registry.verify.tree import leaf_hash
from tests.ledger.leaves_in_memory import LeavesInMemory
from tests.verify import rfc6962
from tests.verify.known_answers import LOG_FILES_SHA256, LOG_LEAVES, LOG_SIGNER

SIGNER = NoteSigner.from_private_key_text(LOG_SIGNER)
SIZES_OF_THE_LARGE_TREE = 70_000


def files_of(size: int) -> dict[str, bytes]:
    """Every file of the published log at ``size``."""
    leaves = LeavesInMemory(LOG_LEAVES[:size])
    files = {tile.path: content_of(tile, leaves) for tile in tiles_between(0, size)}
    text = Checkpoint(SIGNER.verifier_key.name, size, leaves.frontier.root).to_text()
    return files | {f"checkpoint.{size}": SIGNER.sign(text).encode()}


def test_every_file_of_the_published_log_is_made_byte_for_byte() -> None:
    made: dict[str, bytes] = {}
    for size in range(len(LOG_LEAVES) + 1):
        made |= files_of(size)
    assert {name: hashlib.sha256(content).hexdigest() for name, content in made.items()} == LOG_FILES_SHA256


@pytest.fixture(scope="module")
def large() -> LeavesInMemory:
    return LeavesInMemory([b"leaf %d" % index for index in range(SIZES_OF_THE_LARGE_TREE)])


@pytest.mark.parametrize(("level", "number", "width"), [(0, 0, 256), (0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)])
def test_the_hashes_of_a_tile_are_the_standards(level: int, number: int, width: int, large: LeavesInMemory) -> None:
    hashes = parse_hashes(content_of(Tile(level, number, width), large), width)
    below = FULL**level
    for place in (0, width // 2, width - 1):
        start = (number * FULL + place) * below
        assert hashes[place] == rfc6962.root(large.entries(start, start + below))


def test_each_entry_of_a_bundle_hashes_to_the_leaf_of_its_tile(large: LeavesInMemory) -> None:
    entries = parse_bundle(content_of(Tile(ENTRIES, 273, 112), large), 112)
    assert [leaf_hash(entry) for entry in entries] == parse_hashes(content_of(Tile(0, 273, 112), large), 112)
