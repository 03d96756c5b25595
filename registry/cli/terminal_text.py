"""Text of unknown origin made safe to show in a terminal."""

import unicodedata

_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiners belong to Persian, Hindi and emoji, and move no cursor."""
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Controls (escape sequences), direction overrides, lone surrogates of undecodable file names, line separators."""


def shown(text: str) -> str:
    """``text`` with every character that could steer a terminal, reorder a line or fail to encode as an escape.

    >>> shown("cat\\x1b[2J.png")
    'cat\\\\x1b[2J.png'
    """
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _UNSAFE_CATEGORIES and character not in _JOINERS
        else character
        for character in text
    )
