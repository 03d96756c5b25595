"""Proofs in Merkle-Patricia tries: roots that other programs gave, every key of generated tries, every node changed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.anchoring.ethereum.trie import Trie
from registry.verify import rlp
from registry.verify.errors import Contradiction, Malformed, VerificationError
from registry.verify.patricia import format_prefix, half_bytes, parse_prefix, proven_value

DOGS = {b"do": b"verb", b"dog": b"puppy", b"doge": b"coin", b"horse": b"stallion"}
ROOTS = [
    (DOGS, "5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84"),
    ({b"foo": b"bar", b"food": b"bass"}, "17beaa1648bafa633cda809c90c04af50fc8aed3cb40d16efbddee6fdf63c4c3"),
]
VALUES = st.dictionaries(st.binary(min_size=1, max_size=4), st.binary(min_size=1, max_size=40), min_size=1, max_size=24)


@pytest.mark.parametrize(("values", "root"), ROOTS)
def test_roots_that_other_programs_gave(values: dict[bytes, bytes], root: str) -> None:
    assert Trie(values).root.hex() == root


@given(VALUES)
def test_every_value_is_proven(values: dict[bytes, bytes]) -> None:
    trie = Trie(values)
    for key, value in values.items():
        assert proven_value(trie.root, key, trie.proof(key)) == value


@given(VALUES, st.binary(min_size=1, max_size=4))
def test_a_proof_proves_no_other_key(values: dict[bytes, bytes], other: bytes) -> None:
    assume(other not in values)
    trie = Trie(values)
    for key in values:
        with pytest.raises(VerificationError):
            proven_value(trie.root, other, trie.proof(key))


def test_every_part_of_every_node_counts() -> None:
    values = {rlp.encode_integer(index): bytes([index]) * 40 for index in range(200)}
    trie = Trie(values)
    proof = trie.proof(rlp.encode_integer(150))
    assert len(proof) >= 3
    for number, node in enumerate(proof):
        for place in range(0, len(node), 3):
            changed = node[:place] + bytes([node[place] ^ 1]) + node[place + 1 :]
            with pytest.raises(VerificationError):
                proven_value(trie.root, rlp.encode_integer(150), [*proof[:number], changed, *proof[number + 1 :]])


def test_a_proof_has_neither_more_nor_fewer_nodes_than_it_needs() -> None:
    trie = Trie({rlp.encode_integer(index): bytes(40) for index in range(1, 100)})
    key = rlp.encode_integer(50)
    proof = trie.proof(key)
    for other in ([], proof[:-1], [*proof, proof[-1]], [proof[0], *proof]):
        with pytest.raises(VerificationError):
            proven_value(trie.root, key, other)
    with pytest.raises(Contradiction):
        proven_value(bytes(32), key, proof)


@pytest.mark.parametrize("path", [(), (1,), (1, 2), (15, 0, 15), (0, 0, 0, 0)])
@pytest.mark.parametrize("is_leaf", [False, True])
def test_paths_have_one_form(path: tuple[int, ...], is_leaf: bool) -> None:
    assert parse_prefix(format_prefix(path, is_leaf=is_leaf)) == (path, is_leaf)


@pytest.mark.parametrize("encoded", ["", "40", "05", "2f", "ff"])
def test_another_form_of_a_path_is_malformed(encoded: str) -> None:
    with pytest.raises(Malformed):
        parse_prefix(bytes.fromhex(encoded))


def test_a_path_goes_through_the_higher_half_of_a_byte_first() -> None:
    assert half_bytes(b"\x1f") == (1, 15)
