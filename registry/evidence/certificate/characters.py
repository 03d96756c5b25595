"""Which characters a certificate can show, and what stands for the others.

What a registrant calls a work is untrusted: nothing of it may vanish, turn the direction of writing, or run off the
page. The fonts have Latin, Greek, Cyrillic, Japanese kana and 28,000 Chinese characters; of any other script the code
points are shown, which is no pleasure to read but no lie.
"""

import unicodedata
from functools import cache

from fontTools.ttLib import TTFont
from pylopdf_fonts_zh_cn import serif_path

CHINESE_FONT = "Noto Serif SC"
LATIN_FONT = "Libertinus Serif"
CODE_FONT = "DejaVu Sans Mono"
"""The last two come with the typesetter."""
OF_THE_LATIN_FONT = (range(0xA0, 0x2B0), range(0x1E00, 0x2000))
"""Blocks of which it has every assigned letter and sign, as a test shows: the Chinese font lacks some of them."""
LONGEST_WORD = 20
"""Characters without a place to break a line between them; behind so many there is one, and then every few."""
_STEP = 4
BREAK = "\N{ZERO WIDTH SPACE}"
"""Marks such a place for the typesetter's template, which takes it out: who copies a hash copies nothing else."""
_CUT = "…"


def shown(text: str, longest: int) -> str:
    """``text`` in characters that are visible and in the fonts, on one line; cut after ``longest`` of them."""
    line = " ".join(text[: longest + 1].split())
    signs = [character if is_shown(character) else f"⟨U+{ord(character):04X}⟩" for character in line[:longest]]
    return _breakable("".join(signs)) + (_CUT if len(text) > longest else "")


def is_shown(character: str) -> bool:
    """Whether the fonts have it and it is what it looks like: no control, no mark of direction, no joiner."""
    if character == " ":
        return True
    if unicodedata.category(character) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"):
        return False
    number = ord(character)
    return number in _of_the_chinese_font() or any(number in block for block in OF_THE_LATIN_FONT)


def _breakable(line: str) -> str:
    """``line`` with places to break in every word that is longer than words are."""
    broken, since = "", 0
    for character in line:
        if since >= LONGEST_WORD and since % _STEP == 0:
            broken += BREAK
        broken += character
        # Between Chinese characters a line breaks by itself, by rules that know its punctuation.
        since = 0 if character == " " or unicodedata.east_asian_width(character) in ("W", "F") else since + 1
    return broken


@cache
def _of_the_chinese_font() -> frozenset[int]:
    with TTFont(serif_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())
