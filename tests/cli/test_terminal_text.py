"""Text of unknown origin cannot steer the terminal it is shown in."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.cli.terminal_text import shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Katze.png", "Katze.png"),
        ("图案 第一.png", "图案 第一.png"),
        ("full\u3000width", "full\u3000width"),
        ("cat\x1b[2J", "cat\\x1b[2J"),
        ("two\nlines", "two\\nlines"),
        ("gnp.\u202etac", "gnp.\\u202etac"),
        ("undecodable\udce9", "undecodable\\udce9"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
    ],
)
def test_only_characters_that_steer_a_terminal_are_escaped(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(st.text(st.characters(codec=None)))
def test_whatever_is_shown_encodes_and_holds_no_control_character(text: str) -> None:
    visible = shown(text)
    visible.encode("utf-8")
    assert not [character for character in visible if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}]
