"""Who independent of the operator knew the ledger last: what three pages show of it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from registry.anchoring import stored
from registry.anchoring.ethereum.overview import overviews
from registry.anchoring.ethereum.stored_anchors import newest_final_of_all
from registry.ledger.log import Ledger


@dataclass(frozen=True)
class Witnessed:
    """``witness`` knew the first ``size`` entries at ``time`` (ms); ``behind`` came since."""

    witness: str
    time: int
    size: int
    behind: int


def by_stamps(session: Session, size: int) -> list[Witnessed]:
    """The newest of each timestamp authority and calendar, in a ledger of ``size`` entries."""
    return [
        Witnessed(one.witness, one.time, one.checkpoint_size, max(size - one.checkpoint_size, 0))
        for one in stored.newest(session)
    ]


def by_anchors(session: Session, ledger: Ledger) -> list[Witnessed]:
    """The newest final anchor in each chain; entries that pin blocks are not counted as behind it."""
    times = {one.chain_id: (one.block_time or 0) * 1000 for one in newest_final_of_all(session)}
    return [
        Witnessed(network.name, times[network.chain_id], network.anchored, network.behind)
        for network in overviews(session, ledger)
        if network.chain_id in times
    ]
