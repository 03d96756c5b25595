"""Which checkpoint strangers are shown: the newest one, or, where there are witnesses, the newest that was cosigned."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from registry import errors
from registry.ledger.log import Ledger
from registry.ledger.memory import rolled_back
from registry.publication.memory import HomeMemory
from registry.publication.note_file import KeptNote, NoteFile
from registry.publication.witnesses import Ahead, Witnesses
from registry.storage.database import Database
from registry.verify.checkpoint import Checkpoint, unverified_checkpoint

log = logging.getLogger("registry.publication")


class Publication:
    """The public face of one ledger. Safe to use from many threads; ``witness_round`` by one at a time."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        memory: HomeMemory,
        *,
        witnesses: Witnesses | None = None,
        cosigned: Path | None = None,
        required: bool = False,
    ) -> None:
        """``cosigned`` is the file for the newest checkpoint with its cosignatures. ``required`` says that no other
        may be shown than one that satisfies the witnesses' policy."""
        self.database = database
        self.ledger = ledger
        self.witnesses = witnesses
        self._memory = memory
        self._cosigned = None if witnesses is None or cosigned is None else NoteFile(cosigned)
        self._required = required

    def checkpoint(self, session: Session) -> str:
        """The checkpoint to show in this snapshot, remembered before it is shown.

        Unavailable (``checkpoint_not_witnessed``) where too few witnesses have cosigned any yet. Broken
        (``ledger_rolled_back``) if more was shown before than this snapshot has.
        """
        newest = self._memory.newest()
        head = self.ledger.head(session)
        if newest is not None and newest.size > head.size and not self._has(newest.size):
            raise rolled_back(head.size, newest, "what was shown of it before")
        kept = None if self._cosigned is None else self._cosigned.read()
        if kept is not None and (self._required or kept.checkpoint.size > 0):
            return kept.note
        if self._required:
            raise errors.Unavailable(
                "checkpoint_not_witnessed",
                "No checkpoint of this ledger has the cosignatures that its policy asks for yet, so none is shown.",
                hint="Whoever runs it: see what the log says of the witnesses, or loosen REGISTRY_WITNESS_REQUIRED.",
            )
        self._memory.remember(head.checkpoint)
        return head.checkpoint

    def size(self, session: Session) -> int:
        """The size of the largest tree whose tiles may be shown in this snapshot."""
        if self._required:
            return unverified_checkpoint(self.checkpoint(session))[0].size
        return self.ledger.head(session).size

    def witness_round(self) -> str | None:
        """Has the newest checkpoint cosigned and shows it from now on; answers it, or None without witnesses.

        Fewer cosignatures than the policy asks for are told of loudly in the log; then the checkpoint is shown only
        if they are not required. Broken (``ledger_rolled_back``, ``witness_contradicts``).
        """
        if self.witnesses is None or self._cosigned is None:
            return None
        with self.database.read() as session:
            head = self.ledger.head(session)
        # Remembered before it leaves the house: what a witness has seen must never be forgotten here.
        self._memory.remember(head.checkpoint)
        try:
            note = self.witnesses.cosigned(head.checkpoint, self._proof)
        except Ahead as ahead:
            if self._has(ahead.size):
                return None  # another process has submitted more in the meantime
            seen = Checkpoint(self.ledger.origin, ahead.size, b"")
            raise rolled_back(head.size, seen, "a witness") from ahead
        enough = self.witnesses.enough(note)
        if not enough:
            log.critical(
                "The checkpoint of %d entries has fewer cosignatures than the policy asks for; it is %s.",
                head.size,
                "NOT SHOWN" if self._required else "shown all the same",
            )
        if enough or not self._required:
            self._cosigned.advance(note, self._is_better)
        return note

    @contextmanager
    def rounds(self, seconds: float) -> Iterator[None]:
        """While the block lasts, has a new checkpoint cosigned every ``seconds``, in a thread of its own.

        A witness that has seen more than we have, or something else, ends all appending and showing in this process.
        """
        if self.witnesses is None:
            yield
            return
        ended = threading.Event()

        def go_on() -> None:
            while True:
                try:
                    self.witness_round()
                except errors.Broken as error:
                    log.critical("%s %s", error.message, error.hint)
                    self._memory.refuse(error)
                    return
                except errors.RegistryError as error:
                    log.error("No checkpoint was submitted to the witnesses: %s", error.message)
                if ended.wait(seconds):
                    return

        thread = threading.Thread(target=go_on, name="witness-rounds", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _is_better(self, new: Checkpoint, kept: KeptNote) -> bool:
        if new.size != kept.checkpoint.size:
            return new.size > kept.checkpoint.size
        # Of the same size: newer cosignatures, but never fewer than enough once there were enough.
        assert self.witnesses is not None  # noqa: S101 - without witnesses nothing is kept here
        return not self.witnesses.enough(kept.note)

    def _proof(self, old: int, new: int) -> list[bytes]:
        with self.database.read() as session:
            return self.ledger.consistency_proof(session, old, new)

    def _has(self, size: int) -> bool:
        with self.database.read() as session:
            return self.ledger.head(session).size >= size
