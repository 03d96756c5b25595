"""All calendars of an installation: a round in each, by hand or on a schedule."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import product

from registry import errors
from registry.anchoring.models import BitcoinTimestamp
from registry.anchoring.opentimestamps.calendar import Calendar
from registry.anchoring.opentimestamps.explorer import Explorer
from registry.anchoring.opentimestamps.making import NONCE_BYTES, in_blocks
from registry.anchoring.opentimestamps.stored_proofs import unfinished
from registry.anchoring.schedule import rounds
from registry.clock import Clock
from registry.ids import Randomness
from registry.ledger.log import Ledger
from registry.storage.database import Database
from registry.verify.bitcoin_anchor import HEADER_TIME_SECONDS
from registry.verify.bitcoin_block import Header
from registry.verify.checkpoint import unverified_checkpoint
from registry.verify.encoding import utf8
from registry.verify.opentimestamps import Proof

log = logging.getLogger("registry.anchoring")

MOST_ASKED = 50
"""Proofs of one calendar that are asked after in one round: two days of hourly ones."""


@dataclass(frozen=True)
class CalendarOutcome:
    """How far the proof over the checkpoint of ``size`` has come: to the block of this ``height``, which was seen with
    its header if there is a ``time`` (ms). Without a size it is the ``error`` of a calendar."""

    calendar: str
    size: int
    height: int | None = None
    time: int | None = None
    error: errors.RegistryError | None = None


class CalendarStamping:
    """The calendars of one ledger. A round by one at a time; several processes may each make their own."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        calendars: Sequence[Calendar],
        explorer: Explorer | None,
        *,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self.calendars = tuple(calendars)
        self._database = database
        self._ledger = ledger
        self._explorer = explorer
        self._clock = clock
        self._randomness = randomness

    def round(self) -> list[CalendarOutcome]:
        """Submits the newest checkpoint where that was not done, and asks after what was promised.

        The outcomes are those of proofs that came further. What fails is left alone for the rest of the round, and the
        rest goes on: neither a promise that was broken nor a header that nobody has keeps what is new from being
        submitted.
        """
        outcomes: list[CalendarOutcome] = []
        # What was promised comes first: a calendar that takes nothing new may still give what it owes.
        for calendar, step in product(self.calendars, (self._completed, self._seen, self._submitted)):
            try:
                # One by one: what came before a failure is told all the same.
                for outcome in step(calendar):
                    outcomes.append(outcome)
            except errors.RegistryError as error:
                log.error("The calendar %s did not go on: %s", calendar.name, error.message)
                outcomes.append(CalendarOutcome(calendar.name, 0, error=error))
        return outcomes

    def rounds(self, seconds: float) -> AbstractContextManager[None]:
        """While the block lasts, makes a round every ``seconds``, in a thread of its own; sooner after a failure."""
        return rounds("calendar-rounds", self._whole_round if self.calendars else None, seconds)

    def _whole_round(self) -> bool:
        return all(outcome.error is None for outcome in self.round())

    def _submitted(self, calendar: Calendar) -> Iterator[CalendarOutcome]:
        with self._database.read() as session:
            checkpoint = unverified_checkpoint(self._ledger.head(session).checkpoint)[0]
            known = session.get(BitcoinTimestamp, (calendar.name, checkpoint.size)) is not None
        if known or checkpoint.size == 0:
            return
        proof = calendar.submit(utf8(checkpoint.to_text()), self._randomness.take(NONCE_BYTES))
        # A crash here loses the promise; the next round submits again.
        with self._database.write() as session:
            if session.get(BitcoinTimestamp, (calendar.name, checkpoint.size)) is None:
                session.add(
                    BitcoinTimestamp(
                        calendar=calendar.name,
                        checkpoint_size=checkpoint.size,
                        proof=proof.to_bytes(),
                        submitted_at=self._clock.milliseconds(),
                    )
                )
        yield CalendarOutcome(calendar.name, checkpoint.size)

    def _completed(self, calendar: Calendar) -> Iterator[CalendarOutcome]:
        for size, stored in self._unfinished(calendar, headers=False):
            proof = calendar.complete(Proof.parse(stored))
            if proof is None:
                continue
            height = in_blocks(proof)[0][0]
            # A crash here loses the answer; the next round asks again.
            with self._database.write() as session:
                row = session.get_one(BitcoinTimestamp, (calendar.name, size))
                if row.height is None:
                    row.proof, row.height = proof.to_bytes(), height
            yield CalendarOutcome(calendar.name, size, height)

    def _seen(self, calendar: Calendar) -> Iterator[CalendarOutcome]:
        if self._explorer is None:
            return
        for size, stored in self._unfinished(calendar, headers=True):
            height, root = in_blocks(Proof.parse(stored))[0]
            header = self._explorer.header(height, root)
            time = (Header.parse(header).time + HEADER_TIME_SECONDS) * 1000
            with self._database.write() as session:
                row = session.get_one(BitcoinTimestamp, (calendar.name, size))
                if row.header is None:
                    row.header, row.time = header, time
            yield CalendarOutcome(calendar.name, size, height, time)

    def _unfinished(self, calendar: Calendar, *, headers: bool) -> list[tuple[int, bytes]]:
        with self._database.read() as session:
            rows = unfinished(session, calendar.name, MOST_ASKED, headers=headers)
            return [(row.checkpoint_size, row.proof) for row in rows]
