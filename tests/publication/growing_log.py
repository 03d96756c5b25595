"""A ledger that a test lets grow, and its public face."""

from pathlib import Path

from registry.clock import Clock
from registry.ledger.log import Ledger
from registry.ledger.note_signer import NoteSigner
from registry.publication.memory import HomeMemory
from registry.publication.shown import Publication
from registry.storage.database import Database
from registry.verify.note import VerifierKey
from tests.deterministic import SeededRandomness, SteppingClock

SIGNER = NoteSigner("example.com/log", bytes(range(32)))
KEY = SIGNER.verifier_key


class GrowingLog:
    """The ledger of ``SIGNER`` in ``database``, founded if it is new; ``home`` keeps what was shown."""

    def __init__(self, database: Database, home: Path, *, clock: Clock | None = None, seed: bytes = b"") -> None:
        self.database = database
        self.memory = HomeMemory(home / "shown" / "newest-checkpoint")
        self.ledger = Ledger(SIGNER, clock or SteppingClock(), SeededRandomness(seed or b"firstmark"), self.memory)
        self.publication = Publication(database, self.ledger, self.memory)
        self.key: VerifierKey = KEY
        with database.write() as session:
            self.ledger.found(session)

    @property
    def size(self) -> int:
        with self.database.read() as session:
            return self.ledger.head(session).size

    def grow(self, to: int) -> None:
        """Appends entries until there are so many."""
        with self.database.write() as session:
            for number in range(self.ledger.head(session).size, to):
                self.ledger.append(session, "register", f"wrk_{number}", {"title": f"Work {number}"})
