"""Numbers that stand in addresses: in the one way of writing them, or not at all."""

import re

_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
"""Below 10^18, which fits into the 63 bits of a database's whole number."""


def whole_number(text: str | None) -> int | None:
    """The number that ``text`` writes, without sign or leading zeros; None for anything else."""
    return int(text) if text is not None and _WHOLE.fullmatch(text) else None
