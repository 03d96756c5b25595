"""Tree hashes and proof checks: exhaustively for every small tree, against the definitions of RFC 6962."""

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.verify.errors import Contradiction, Malformed, VerificationError
from registry.verify.tree import EMPTY_ROOT, leaf_hash, node_hash, verify_consistency, verify_inclusion
from tests.verify import rfc6962
from tests.verify.known_answers import LEAVES, ROOTS_BEGIN

LARGEST = 64
SOME = [str(number).encode() for number in range(LARGEST)]
SIZES = range(1, LARGEST + 1)
OTHER = b"\xee" * 32


@cache
def root(size: int) -> bytes:
    return rfc6962.root(SOME[:size])


def refused(check: object, *arguments: object) -> bool:
    try:
        check(*arguments)  # type: ignore[operator]
    except VerificationError:
        return True
    return False


def one_changed(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The hashes with each in turn changed in one bit, left out, repeated, and replaced."""
    result = []
    for place, value in enumerate(hashes):
        flipped = bytes([value[0] ^ 1]) + value[1:]
        for instead in ([flipped], [], [value, value], [OTHER]):
            result.append([*hashes[:place], *instead, *hashes[place + 1 :]])
    return result


def test_the_known_roots() -> None:
    assert rfc6962.root([]) == EMPTY_ROOT
    for size, begins in enumerate(ROOTS_BEGIN, 1):
        assert rfc6962.root(LEAVES[:size]).hex().startswith(begins)
    verify_inclusion(leaf_hash(LEAVES[0]), 0, 8, rfc6962.path(0, LEAVES), rfc6962.root(LEAVES))


def test_leaf_and_node_hashes_are_apart() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) == rfc6962.root([b"a", b"b"])
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize("size", SIZES)
def test_every_inclusion_holds_and_no_other(size: int) -> None:
    for index in range(size):
        leaf, proof = leaf_hash(SOME[index]), rfc6962.path(index, SOME[:size])
        verify_inclusion(leaf, index, size, proof, root(size))
        for wrong in one_changed(proof):
            assert refused(verify_inclusion, leaf, index, size, wrong, root(size))
        assert refused(verify_inclusion, leaf, index, size, [*proof, OTHER], root(size))
        assert refused(verify_inclusion, leaf, index, size, [OTHER, *proof], root(size))
        assert refused(verify_inclusion, OTHER, index, size, proof, root(size))
        assert refused(verify_inclusion, leaf, index, size, proof, OTHER)
        for other in range(size):
            assert other == index or refused(verify_inclusion, leaf, other, size, proof, root(size))


@pytest.mark.parametrize("new", SIZES)
def test_every_consistency_holds_and_no_other(new: int) -> None:
    for old in range(1, new):
        proof = rfc6962.proof(old, SOME[:new])
        verify_consistency(old, root(old), new, root(new), proof)
        for wrong in one_changed(proof):
            assert refused(verify_consistency, old, root(old), new, root(new), wrong)
        assert refused(verify_consistency, old, root(old), new, root(new), [*proof, OTHER])
        assert refused(verify_consistency, old, root(old), new, root(new), [])
        assert refused(verify_consistency, old, OTHER, new, root(new), proof)
        assert refused(verify_consistency, old, root(old), new, OTHER, proof)
        assert refused(verify_consistency, new, root(new), old, root(old), proof)
        for other in range(1, new):
            assert other == old or refused(verify_consistency, other, root(other), new, root(new), proof)


def test_a_tree_is_consistent_with_itself_and_with_nothing() -> None:
    for size in SIZES:
        verify_consistency(size, root(size), size, root(size), [])
        verify_consistency(0, EMPTY_ROOT, size, root(size), [])
        assert refused(verify_consistency, size, root(size), size, OTHER, [])
        assert refused(verify_consistency, size, root(size), size, root(size), [OTHER])
        assert refused(verify_consistency, 0, EMPTY_ROOT, size, root(size), [OTHER])
        assert refused(verify_consistency, 0, OTHER, size, root(size), [])
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])


@pytest.mark.parametrize(("index", "size"), [(5, 4), (4, 4), (-1, 4), (0, 0), (0, -1), (2**63, 4)])
def test_a_leaf_beyond_the_tree_is_malformed(index: int, size: int) -> None:
    proof = rfc6962.path(1, SOME[:4])
    with pytest.raises(Malformed):
        verify_inclusion(leaf_hash(SOME[1]), index, size, proof, root(4))


@pytest.mark.parametrize(("old", "new"), [(5, 4), (-1, 4), (-2, -1)])
def test_sizes_that_shrink_are_malformed(old: int, new: int) -> None:
    with pytest.raises(Malformed):
        verify_consistency(old, root(4), new, root(4), [])


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_hashes_that_are_not_32_bytes_are_malformed(length: int) -> None:
    proof, short = rfc6962.path(2, SOME[:4]), bytes(length)
    for arguments in (
        (short, 2, 4, proof, root(4)),
        (leaf_hash(SOME[2]), 2, 4, [short, proof[1]], root(4)),
        (leaf_hash(SOME[2]), 2, 4, proof, short),
    ):
        with pytest.raises(Malformed):
            verify_inclusion(*arguments)
    consistent = rfc6962.proof(3, SOME[:4])
    for old_root, new_root, hashes in (
        (short, root(4), consistent),
        (root(3), short, consistent),
        (root(3), root(4), [short, *consistent[1:]]),
    ):
        with pytest.raises(Malformed):
            verify_consistency(3, old_root, 4, new_root, hashes)


def test_two_hashes_cannot_be_passed_off_as_one_of_double_length() -> None:
    """Otherwise a node of the tree could be shown as if it were a leaf's neighbour."""
    proof = rfc6962.path(0, SOME[:4])
    with pytest.raises(Malformed):
        verify_inclusion(leaf_hash(SOME[0]), 0, 4, [proof[0] + proof[1]], root(4))


def test_what_was_expected_and_found_is_told() -> None:
    with pytest.raises(Contradiction) as caught:
        verify_inclusion(leaf_hash(SOME[0]), 0, 1, [], OTHER)
    assert caught.value.expected == OTHER.hex()
    assert caught.value.found == root(1).hex()
    assert OTHER.hex() in caught.value.diagnostics()


@given(st.integers(0, 2**63 - 1), st.integers(1, 2**63 - 1), st.lists(st.just(OTHER), max_size=70))
def test_trees_of_any_size_are_answered_at_once(index: int, size: int, proof: list[bytes]) -> None:
    assert refused(verify_inclusion, OTHER, index, size, proof, EMPTY_ROOT)
    assert index in (0, size) or refused(verify_consistency, index, EMPTY_ROOT, size, OTHER, proof)
