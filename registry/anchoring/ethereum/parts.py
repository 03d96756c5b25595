"""What of the installation anchoring needs."""

from dataclasses import dataclass

from registry.clock import Clock
from registry.ledger.log import Ledger
from registry.ledger.sequencer import Sequencer
from registry.storage.database import Database


@dataclass(frozen=True)
class Parts:
    """The ledger that is anchored, and where what came of it is kept."""

    database: Database
    ledger: Ledger
    sequencer: Sequencer
    clock: Clock
