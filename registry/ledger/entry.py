"""Where a ledger ends, and the time that its next entry may say. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from registry.errors import Refused
from registry.verify.entry import NO_PREVIOUS

CLOCK_TOLERANCE_MILLISECONDS = 60_000
"""How far the clock may be behind the newest entry before appends are refused.

A leap second or a step by NTP is a second or two, and two servers may differ by as much; a minute
means that a clock was set wrongly. Below it an entry gets the time of the one before.
"""
BUCKET_BITS = 12
"""4,096 entries to a bucket: some 50 pages of an index that new entries go into, whatever the ledger's size."""


@dataclass(frozen=True)
class Tip:
    """Where a ledger ends: its number of entries, the newest one's leaf hash, and its time in milliseconds."""

    size: int
    last_leaf: bytes
    last_time: int


EMPTY = Tip(size=0, last_leaf=NO_PREVIOUS, last_time=0)


def time_after(newest: int, now: int) -> int:
    """``now``, or ``newest`` if the clock went back by no more than the tolerance: an entry's time never decreases."""
    if now + CLOCK_TOLERANCE_MILLISECONDS < newest:
        raise Refused(
            "clock_went_back",
            f"The clock says {_shown(now)}, but the newest entry was made at {_shown(newest)}; nothing was recorded.",
            hint="Set the machine's clock right, then send the same request again.",
        )
    return max(now, newest)


def _shown(milliseconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return f"{milliseconds} ms"
