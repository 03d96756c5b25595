"""Positions in the ledger as they stand in addresses."""

import re
from typing import Annotated

from fastapi import Path
from pydantic import BeforeValidator

LARGEST = 2**53 - 1
"""The largest integer that every reader of JSON keeps exactly (RFC 8259, section 6)."""
_CANONICAL = re.compile(r"0|[1-9][0-9]{0,15}")


def _canonical(text: object) -> object:
    """One number has one spelling: no sign, no leading zero, no underscore."""
    if isinstance(text, str) and not _CANONICAL.fullmatch(text):
        raise ValueError("it is not a whole number in decimal digits")
    return text


Canonical = BeforeValidator(_canonical)
EntryIndex = Annotated[int, Path(ge=0, le=LARGEST, description="Position in the ledger, from 0."), Canonical]
