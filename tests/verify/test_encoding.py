"""Decimal, base64 and hexadecimal: one spelling each."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.verify.encoding import (
    LARGEST_INDEX,
    base64_bytes,
    base64_hash,
    base64_text,
    decimal,
    hex_bytes,
    printable,
    quoted,
    utf8,
    utf8_text,
)
from registry.verify.errors import Malformed


@given(st.integers(0, LARGEST_INDEX))
def test_a_decimal_is_read_as_it_is_written(number: int) -> None:
    assert decimal(str(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00",
        "01",
        "+1",
        "-1",
        "-0",
        " 1",
        "1 ",
        "1\n",
        "1_0",
        "1.0",
        "0x1",
        "\u0661",
        "\u00b2",
        "9223372036854775808",
        "9" * 20,
        "1" * 10_000,
    ],
)
def test_other_spellings_of_integers_are_refused(text: str) -> None:
    with pytest.raises(Malformed):
        decimal(text)


@given(st.binary())
def test_base64_is_read_as_it_is_written(content: bytes) -> None:
    assert base64_bytes(base64_text(content)) == content


@pytest.mark.parametrize(
    "text", ["QQ", "QQ=", "QR==", "QUJ=", "QQ==\n", " QQ==", "Q Q==", "QQ===", "QQ==QQ==", "_-8=", "\u00e9"]
)
def test_other_spellings_of_base64_are_refused(text: str) -> None:
    with pytest.raises(Malformed):
        base64_bytes(text)


@given(st.text(max_size=12))
def test_base64_has_one_spelling_for_each_content(text: str) -> None:
    try:
        content = base64_bytes(text)
    except Malformed:
        return
    assert base64.b64encode(content).decode() == text


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_base64_hash_has_32_bytes(length: int) -> None:
    assert base64_hash(base64_text(bytes(32))) == bytes(32)
    with pytest.raises(Malformed):
        base64_hash(base64_text(bytes(length)))


@pytest.mark.parametrize("text", ["AB", "a", "abc", "0x", "ab ", "ab\n", "\u0661\u0661", "abab", "", None, 1, b"ab"])
def test_other_spellings_of_hexadecimal_are_refused(text: object) -> None:
    assert hex_bytes("ab", 1) == b"\xab"
    with pytest.raises(Malformed):
        hex_bytes(text, 1)


def test_half_of_a_surrogate_pair_is_no_text() -> None:
    with pytest.raises(Malformed):
        utf8("\ud800")
    with pytest.raises(Malformed):
        utf8_text(b"\xed\xa0\x80")


@given(st.text())
def test_printable_text_steers_no_terminal_and_keeps_its_letters(text: str) -> None:
    assert printable(text).isprintable()
    assert printable("Ana\u00efs \u6d77") == "Ana\u00efs \u6d77"
    assert printable("\x1b[31m\u202e\x9b") == "\\x1b[31m\\u202e\\x9b"


@given(st.text(), st.integers(1, 400))
def test_what_is_quoted_is_short_and_steers_no_terminal(text: str, times: int) -> None:
    shown = quoted(text * times)
    assert len(shown) < 100
    assert shown.isascii()
    assert shown.isprintable()
