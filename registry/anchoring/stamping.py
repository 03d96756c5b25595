"""Having the newest checkpoint stamped by every witness of time, now or on a schedule."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from registry import errors
from registry.anchoring.models import StampedCheckpoint
from registry.anchoring.schedule import rounds
from registry.anchoring.time_witness import Stamp, TimeWitness
from registry.ledger.log import Ledger
from registry.storage.database import Database
from registry.verify.checkpoint import Checkpoint, unverified_checkpoint
from registry.verify.encoding import utf8

log = logging.getLogger("registry.anchoring")


@dataclass(frozen=True)
class Outcome:
    """How it went with one witness: ``time`` (ms) of its stamp for the checkpoint of ``size``, or the ``error``.

    ``new`` says whether it was asked now; a checkpoint is stamped once by each.
    """

    witness: str
    size: int
    time: int | None
    new: bool
    error: errors.RegistryError | None


class Stamping:
    """The witnesses of one ledger. A round by one at a time; several processes may each make their own."""

    def __init__(self, database: Database, ledger: Ledger, witnesses: Sequence[TimeWitness]) -> None:
        self.witnesses = tuple(witnesses)
        self._database = database
        self._ledger = ledger

    def round(self) -> list[Outcome]:
        """Has the newest checkpoint stamped by whoever has not stamped it yet; nothing of an empty ledger."""
        with self._database.read() as session:
            note = self._ledger.head(session).checkpoint
            checkpoint = unverified_checkpoint(note)[0]
            known = {one.name: session.get(StampedCheckpoint, (one.name, checkpoint.size)) for one in self.witnesses}
        if checkpoint.size == 0:
            return []
        outcomes = []
        for witness in self.witnesses:
            stored = known[witness.name]
            if stored is not None:
                outcomes.append(Outcome(witness.name, checkpoint.size, stored.time, new=False, error=None))
            else:
                outcomes.append(self._ask(witness, checkpoint))
        return outcomes

    def rounds(self, seconds: float) -> AbstractContextManager[None]:
        """While the block lasts, makes a round every ``seconds``, in a thread of its own; sooner after a failure."""
        return rounds("timestamp-rounds", self._whole_round if self.witnesses else None, seconds)

    def _whole_round(self) -> bool:
        return all(outcome.error is None for outcome in self.round())

    def _ask(self, witness: TimeWitness, checkpoint: Checkpoint) -> Outcome:
        try:
            # What is stamped are size and root, not the signatures: those can be made anew, and are for nobody's time.
            stamp = witness.stamp(utf8(checkpoint.to_text()))
            # A crash here loses the answer; the next round asks again.
            with self._database.write() as session:
                time = _kept(session, witness.name, checkpoint.size, stamp)
        except errors.RegistryError as error:
            log.error("The witness of time %s did not stamp size %d: %s", witness.name, checkpoint.size, error.message)
            return Outcome(witness.name, checkpoint.size, None, new=True, error=error)
        return Outcome(witness.name, checkpoint.size, time, new=True, error=None)


def no_time_witness() -> errors.Refused:
    """The refusal to ask nobody."""
    return errors.Refused(
        "no_time_witness",
        "The settings name no witness of time, so there is nobody to ask.",
        hint="docs/have-time-witnessed.md shows REGISTRY_TIMESTAMP_AUTHORITIES and "
        "REGISTRY_OPENTIMESTAMPS_CALENDARS, docs/anchor-to-ethereum.md the one for REGISTRY_ETHEREUM_NETWORKS.",
    )


def _kept(session: Session, witness: str, size: int, stamp: Stamp) -> int:
    """The time of the stamp that is kept: of two that were asked for at once, the first."""
    stored = session.get(StampedCheckpoint, (witness, size))
    if stored is None:
        stored = StampedCheckpoint(
            witness=witness,
            checkpoint_size=size,
            time=stamp.time,
            proof=stamp.proof,
            certificates=stamp.certificates,
        )
        session.add(stored)
    return stored.time
