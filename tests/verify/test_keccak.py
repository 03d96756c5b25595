"""Keccak-256: answers that other programs gave, and another implementation."""

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from registry.verify.keccak import RATE, keccak256

ANSWERS = {
    b"": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    b"abc": "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    b"The quick brown fox jumps over the lazy dog": "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15",
    b"transfer(address,uint256)": "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b",
}


@pytest.mark.parametrize(("content", "answer"), ANSWERS.items())
def test_known_answers(content: bytes, answer: str) -> None:
    assert keccak256(content).hex() == answer


@pytest.mark.parametrize("length", [*range(RATE - 3, RATE + 3), *range(2 * RATE - 2, 2 * RATE + 2)])
def test_it_agrees_with_the_other_one_where_a_block_ends(length: int) -> None:
    content = bytes(range(256)) * 2
    assert keccak256(content[:length]) == keccak(content[:length])


@given(st.binary(max_size=700))
def test_it_agrees_with_the_other_one(content: bytes) -> None:
    assert keccak256(content) == keccak(content)
