"""Recursive Length Prefix: the examples of its specification, another implementation, and strictness."""

import pytest
import rlp as another
from hypothesis import given
from hypothesis import strategies as st

from registry.verify import rlp
from registry.verify.errors import Malformed

LOREM = b"Lorem ipsum dolor sit amet, consectetur adipisicing elit".hex()
EXAMPLES: list[tuple[rlp.Item, str]] = [
    (b"dog", "83646f67"),
    ([b"cat", b"dog"], "c88363617483646f67"),
    (b"", "80"),
    ([], "c0"),
    (b"\x00", "00"),
    (b"\x0f", "0f"),
    (b"\x04\x00", "820400"),
    ([[], [[]], [[], [[]]]], "c7c0c1c0c3c0c1c0"),
    (b"Lorem ipsum dolor sit amet, consectetur adipisicing elit", f"b838{LOREM}"),
]  # fmt: skip
ITEMS = st.recursive(st.binary(max_size=70), lambda items: st.lists(items, max_size=6), max_leaves=20)


@pytest.mark.parametrize(("item", "encoded"), EXAMPLES)
def test_the_examples_of_the_specification(item: rlp.Item, encoded: str) -> None:
    assert rlp.encode(item).hex() == encoded
    assert rlp.decode(bytes.fromhex(encoded)) == item


@given(ITEMS)
def test_it_agrees_with_the_other_one_and_reads_what_it_writes(item: rlp.Item) -> None:
    encoded = rlp.encode(item)
    assert encoded == another.encode(item)
    assert rlp.decode(encoded) == item


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, 2**64 - 1, 2**200])
def test_numbers_are_written_as_the_other_one_does(number: int) -> None:
    assert rlp.encode_integer(number) == another.encode(number)
    assert rlp.as_integer(rlp.decode(rlp.encode_integer(number)), 32) == number


@pytest.mark.parametrize(
    "encoded",
    [
        "",  # nothing
        "8100",  # one byte that needs no prefix
        "b801ff",  # a length that fits into the prefix
        "b90001ff",  # a length with a leading zero
        "83646f",  # shorter than it says
        "83646f6700",  # something behind
        "c2836461",  # an item that reaches beyond its list
        "f800",
        "c0" * 2,
        "bfffffffffffffffff",  # longer than anything
    ],
)
def test_what_has_another_form_is_malformed(encoded: str) -> None:
    with pytest.raises(Malformed):
        rlp.decode(bytes.fromhex(encoded))


@given(st.binary(max_size=60))
def test_whatever_is_read_is_written_so(content: bytes) -> None:
    try:
        item = rlp.decode(content)
    except Malformed:
        return
    assert rlp.encode(item) == content


def test_lists_within_lists_without_end_are_malformed() -> None:
    item: rlp.Item = []
    for _ in range(rlp.DEEPEST_NESTING + 1):
        item = [item]
    with pytest.raises(Malformed):
        rlp.decode(rlp.encode(item))


@pytest.mark.parametrize("item", [b"\x00", b"\x00\x01", b"\x01" * 9, [b"\x01"]])
def test_a_number_has_one_form(item: rlp.Item) -> None:
    with pytest.raises(Malformed):
        rlp.as_integer(item)
