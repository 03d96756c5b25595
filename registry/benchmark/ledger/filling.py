"""A ledger of a given size, before something is measured beside it."""

from collections.abc import Callable

from registry.benchmark.ledger.entries import some_entries
from registry.installation import Installation
from registry.ledger.sequencer import MOST_IN_GROUP


def fill(installation: Installation, size: int, advance: Callable[[int], None] = lambda _: None) -> None:
    """Appends captured listings until the ledger has ``size`` entries, in groups as large as the sequencer makes them.

    ``advance`` is told how many entries each group had.
    """
    with installation.database.read() as session:
        missing = size - installation.ledger.head(session).size
    while missing > 0:
        some = some_entries(min(missing, MOST_IN_GROUP))
        installation.sequencer.append_all(some)
        missing -= len(some)
        advance(len(some))
