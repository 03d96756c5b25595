"""The text of an API key."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import errors
from registry.accounts.token import Token
from registry.ids import CROCKFORD, new_id
from tests.deterministic import SeededRandomness

SECRET = bytes(range(32))


def made(seed: bytes = b"firstmark") -> Token:
    randomness = SeededRandomness(seed)
    return Token.generate(new_id("key", randomness), randomness)


def refuses(text: str) -> Any:
    with pytest.raises(errors.Unauthenticated) as caught:
        Token.parse(text)
    return caught.value.code == "key_malformed"


def test_a_token_is_found_by_the_expression_that_scanners_are_given() -> None:
    assert re.fullmatch(r"fmk_[0-9a-hjkmnp-tv-z]{65}", made().text)


def test_the_known_answer() -> None:
    """Checksum and HMAC were computed with other programs (binascii.crc32 by hand, openssl dgst)."""
    token = made()
    assert token.text == "fmk_1fwasqcwybqq5ynh53a8vxfe6c9xwbsp26g71n40e00a2r5c7zbx1gq14m0z8tf1r"
    assert token.hmac(SECRET).hex() == "fc55847644c3330bfe4bb793aa5fc8c74186297fb615f3f51f6a0caf966919ed"


@given(st.binary())
def test_a_token_that_was_made_is_read_again(seed: bytes) -> None:
    token = made(seed)
    assert Token.parse(token.text) == token


def test_every_single_mistyped_character_is_noticed() -> None:
    text = made().text
    for place in range(len(text)):
        for digit in CROCKFORD + "OILU_ é\0":
            if digit != text[place]:
                assert refuses(text[:place] + digit + text[place + 1 :])


def test_every_two_neighbours_swapped_are_noticed() -> None:
    text = made().text
    for place in range(len(text) - 1):
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        assert swapped == text or refuses(swapped)


def test_every_missing_character_is_noticed() -> None:
    text = made().text
    assert all(refuses(text[:end]) for end in range(len(text)))
    assert all(refuses(text[start:]) for start in range(1, len(text)))


@given(st.text())
def test_no_other_text_is_a_token(text: str) -> None:
    assert refuses(text)


def test_the_hmac_depends_on_every_part_and_on_the_secret() -> None:
    token = made()
    others = [token.hmac(bytes(32)), made(b"other").hmac(SECRET), replace(token, text=token.text[:-1]).hmac(SECRET)]
    assert token.hmac(SECRET) not in others
    assert len(token.hmac(SECRET)) == 32


def test_a_token_is_not_shown_by_accident() -> None:
    assert made().text not in repr(made())
