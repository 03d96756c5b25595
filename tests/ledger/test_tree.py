"""The growing tree: roots and proofs of every small size, against the definitions of RFC 6962."""

from collections.abc import Collection, Mapping

import pytest

from registry.ledger.tree import Frontier, Place, consistency_proof, inclusion_proof, peaks, root_of
from registry.verify.tree import EMPTY_ROOT, leaf_hash, verify_consistency, verify_inclusion
from tests.verify import rfc6962
from tests.verify.known_answers import LEAVES, ROOTS_BEGIN

LARGEST = 70
SOME = [str(number).encode() for number in range(LARGEST)]


class WrittenOnce:
    """Stored nodes; writing one twice fails the test."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.hashes: dict[Place, bytes] = {}
        self.asked = 0
        frontier = Frontier()
        for index, leaf in enumerate(leaves):
            for place, value in [((0, index), leaf_hash(leaf)), *frontier.append(leaf_hash(leaf))]:
                assert place not in self.hashes
                self.hashes[place] = value

    def read(self, places: Collection[Place]) -> Mapping[Place, bytes]:
        self.asked += 1
        return {place: self.hashes[place] for place in places}


NODES = WrittenOnce(SOME)


def test_the_known_roots() -> None:
    frontier = Frontier()
    assert frontier.root == EMPTY_ROOT
    for leaf, begins in zip(LEAVES, ROOTS_BEGIN, strict=True):
        frontier.append(leaf_hash(leaf))
        assert frontier.root.hex().startswith(begins)


def test_a_tree_grows_to_the_root_of_the_definition() -> None:
    frontier = Frontier()
    for size in range(1, LARGEST + 1):
        expected = rfc6962.root(SOME[:size])
        assert frontier.root_with([leaf_hash(SOME[size - 1])]) == expected
        frontier.append(leaf_hash(SOME[size - 1]))
        assert (frontier.size, frontier.root) == (size, expected)


def test_a_tree_goes_on_from_its_stored_peaks() -> None:
    for size in range(LARGEST + 1):
        hashes = NODES.read(peaks(size))
        frontier = Frontier(size, [hashes[place] for place in peaks(size)])
        assert frontier.root == rfc6962.root(SOME[:size])
        for leaf in SOME[size:]:
            frontier.append(leaf_hash(leaf))
        assert frontier.root == rfc6962.root(SOME)


def test_a_subtree_is_written_when_its_last_leaf_is() -> None:
    frontier = Frontier()
    for index in range(LARGEST):
        completed = [place for place, _ in frontier.append(leaf_hash(SOME[index]))]
        assert completed == [(level, index >> level) for level in range(1, 8) if (index + 1) % (1 << level) == 0]


def test_stored_nodes_are_the_roots_of_their_leaves() -> None:
    for (level, position), value in NODES.hashes.items():
        assert value == rfc6962.root(SOME[position << level : (position + 1) << level])


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_inclusion_proof_is_the_definitions_and_verifies(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(index, size, NODES.read)
        assert proof == rfc6962.path(index, SOME[:size])
        verify_inclusion(leaf_hash(SOME[index]), index, size, proof, rfc6962.root(SOME[:size]))


@pytest.mark.parametrize("new", range(1, LARGEST + 1))
def test_every_consistency_proof_is_the_definitions_and_verifies(new: int) -> None:
    for old in range(1, new):
        proof = consistency_proof(old, new, NODES.read)
        assert proof == rfc6962.proof(old, SOME[:new])
        verify_consistency(old, rfc6962.root(SOME[:old]), new, rfc6962.root(SOME[:new]), proof)


def test_between_equal_trees_and_from_nothing_no_hash_is_needed() -> None:
    for size in range(LARGEST + 1):
        assert consistency_proof(size, size, NODES.read) == consistency_proof(0, size, NODES.read) == []


def test_a_proof_reads_the_stored_nodes_in_one_go() -> None:
    nodes = WrittenOnce(SOME)
    inclusion_proof(5, LARGEST, nodes.read)
    assert nodes.asked == 1
    consistency_proof(5, LARGEST, nodes.read)
    assert nodes.asked == 2


def test_a_frontier_needs_as_many_hashes_as_its_size_has_peaks() -> None:
    for size, count in ((1, 0), (0, 1), (3, 1), (4, 2)):
        with pytest.raises(ValueError, match="peaks"):
            Frontier(size, [bytes(32)] * count)


def test_the_largest_size_has_63_peaks() -> None:
    places = peaks(2**63 - 1)
    assert [level for level, _ in places] == list(range(62, -1, -1))
    assert root_of([bytes(32)] * 63) != EMPTY_ROOT
