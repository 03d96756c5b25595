"""How values are shown: untrusted text without invisible characters, times in UTC, sizes and shares in words."""

import unicodedata
from datetime import UTC, datetime

_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}
"""Scripts and emoji need them; they reorder nothing."""
LONGEST = 400
"""Characters of an untrusted text that a page shows in one place."""


def visible(text: object, longest: int = LONGEST) -> str:
    """``text`` with a sign for each character that is invisible or turns the direction; cut where it is endless."""
    characters = str(text)
    cut = characters[:longest]
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) in _INVISIBLE and one not in _JOINERS else one
        for one in cut
    )
    return shown if cut == characters else shown + "…"


def lines(text: str, longest: int = 20_000) -> str:
    """As :func:`visible`, for text of several lines."""
    return "\n".join(visible(line, longest) for line in text[:longest].split("\n"))


def moment(milliseconds: int) -> str:
    """``2026-11-25 12:42:31 UTC``."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def machine_moment(milliseconds: int) -> str:
    """The same for the attribute datetime."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


def percent(share: float) -> str:
    """``12.3%``; what is not all is never called 100%."""
    shown = f"{100 * share:.1f}"
    return ("99.9" if shown == "100.0" and share < 1 else shown).removesuffix(".0") + "%"


def bytes_in_words(count: int) -> str:
    """``1.4 MB``, in powers of a thousand."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
