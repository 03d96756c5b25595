"""Which runs of ledger entries the index keeps a segment of: it follows from the ledger's size alone.

So every process, and every rebuild, comes to the same segments with the same bytes. Runs are aligned and each is
eight times as long as the next shorter one, up to a longest: an entry is written anew a few times at most.
"""

from dataclasses import dataclass

UNIT = 4_096
"""Entries in the shortest segment; fewer than that are held in memory alone."""
FACTOR = 8


@dataclass(frozen=True)
class Span:
    """The entries from ``first`` to before ``end``, without those that the ledger before ``cutoff`` retired.

    Retirements since the cutoff are kept beside the segment. It moves by whole lengths of the span, so that a long
    segment is not rewritten for each of them.
    """

    first: int
    end: int
    cutoff: int


def folded(size: int, unit: int) -> int:
    """How many of a ledger's first ``size`` entries lie in segments."""
    return size // unit * unit


def spans(size: int, unit: int, longest: int) -> list[Span]:
    """The segments of a ledger of ``size`` entries, in order; none is longer than ``longest``."""
    end, first = folded(size, unit), 0
    found = []
    while first < end:
        length = unit
        while length * FACTOR <= longest and first % (length * FACTOR) == 0 and first + length * FACTOR <= end:
            length *= FACTOR
        found.append(Span(first, first + length, end // length * length))
        first += length
    return found
