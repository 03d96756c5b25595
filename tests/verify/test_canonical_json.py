"""Canonical JSON, against the published package and against what must be refused."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry.verify.canonical_json import DEEPEST_NESTING, LARGEST_INTEGER, JsonValue, encode, parse
from registry.verify.errors import Malformed

INTEGERS = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def nested(depth: int) -> JsonValue:
    value: JsonValue = []
    for _ in range(depth - 1):
        value = [value]
    return value


@given(VALUES)
def test_it_agrees_with_the_published_package(value: Any) -> None:
    assert encode(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert parse(encode(value)) == value


def test_names_are_sorted_by_their_utf16_code_units() -> None:
    """The example of RFC 8785, section 3.2.3: by code points the emoji would come after the dalet."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = json.loads(encode(dict.fromkeys(names, 0)))
    assert list(ordered) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_strings_have_the_escapes_of_the_standard() -> None:
    """RFC 8785, section 3.2.2.2."""
    assert encode('\u20ac$\x0f\nA\'B"\\\\"/\x7f\b\t\f\r\x00') == (
        '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\\b\\t\\f\\r\\u0000"'.encode()
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "nul",
        "NaN",
        "Infinity",
        "-Infinity",
        "1.0",
        "1e2",
        "1E400",
        "-0",
        "01",
        "+1",
        "0x1",
        "9007199254740992",
        "-9007199254740992",
        "1" * 5000,
        '{"a":1,"a":1}',
        '{"a":1,"\\u0061":1}',
        '{"b":1,"a":2}',
        '{"a": 1}',
        "[1,2] ",
        "[1,2]\n",
        "\ufeff[]",
        "[1,]",
        '"\\u0041"',
        '"\\u001F"',
        '"\\/"',
        '"\x01"',
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '{"\\ud800":1}',
        "'a'",
        "[" * 100_000,
        "[" * (DEEPEST_NESTING + 1) + "]" * (DEEPEST_NESTING + 1),
        "true false",
    ],
)
def test_every_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text.encode())


@pytest.mark.parametrize("encoded", [b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf[]", b"\x00"])
def test_bytes_that_are_not_utf8_are_refused(encoded: bytes) -> None:
    with pytest.raises(Malformed):
        parse(encoded)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        LARGEST_INTEGER + 1,
        -LARGEST_INTEGER - 1,
        "\ud800",
        {"\udfff": 1},
        {"a": "\ud83d"},
        {1: 2},
        {"a": {None: 1}},
        b"bytes",
        {1, 2},
        object(),
        [[], 0.5],
    ],
)
def test_values_without_a_canonical_form_are_refused(value: Any) -> None:
    with pytest.raises(Malformed):
        encode(value)


def test_the_largest_integers_are_kept_exactly() -> None:
    for number in (LARGEST_INTEGER, -LARGEST_INTEGER):
        assert parse(str(number).encode()) == number


def test_nesting_is_limited_and_never_exhausts_the_stack() -> None:
    assert parse(encode(nested(DEEPEST_NESTING))) == nested(DEEPEST_NESTING)
    for depth in (DEEPEST_NESTING + 1, 500):
        with pytest.raises(Malformed):
            encode(nested(depth))
        with pytest.raises(Malformed, match="nested deeper"):
            parse(b"[" * depth + b"]" * depth)


def test_nesting_is_limited_whatever_a_library_does_to_the_interpreter() -> None:
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        for text in ("[" * 1_000_000, '{"a":' * 1_000_000, '["[' * 1_000_000):
            with pytest.raises(Malformed):
                parse(text.encode())
    finally:
        sys.setrecursionlimit(usual)


def test_brackets_within_strings_are_no_nesting() -> None:
    for value in ('["', "[" * 100, '\\"' * 50 + "[{" * 50):
        assert parse(encode([value, value])) == [value, value]


@given(VALUES, st.data())
def test_any_other_bytes_are_another_value_or_malformed(value: Any, data: st.DataObject) -> None:
    """Two byte strings never mean the same value."""
    encoded = encode(value)
    place = data.draw(st.integers(0, len(encoded) - 1))
    changed = bytearray(encoded)
    changed[place] ^= data.draw(st.integers(1, 255))
    try:
        found = parse(bytes(changed))
    except Malformed:
        return
    # JSON text tells 1 from true, which Python's == does not.
    assert json.dumps(found) != json.dumps(value)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_raise_nothing_else(encoded: bytes) -> None:
    raises_only_malformed(lambda: parse(encoded))


def raises_only_malformed(call: Callable[[], object]) -> None:
    try:
        call()
    except Malformed:
        return
