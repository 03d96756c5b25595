"""The ledger as the rest of the house sees it: append inside a unit of work, read inside any snapshot."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.clock import Clock
from registry.errors import Broken, NotFound, Refused
from registry.ids import Randomness
from registry.ledger import claim, tree
from registry.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerHead, LedgerNode
from registry.ledger.note_signer import NoteSigner
from registry.verify.canonical_json import JsonValue
from registry.verify.checkpoint import Checkpoint
from registry.verify.commitment import Disclosure
from registry.verify.entry import NO_PREVIOUS, Entry
from registry.verify.receipt import Receipt
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import EMPTY_ROOT, leaf_hash

CLOCK_TOLERANCE_MILLISECONDS = 60_000
"""How far the clock may be behind the newest entry (a leap second, a step by NTP) before appends are refused."""
_HEAD_ROW = 1


@dataclass(frozen=True)
class Appended:
    """A new entry. ``time`` in milliseconds; ``checkpoint_size`` is the size of the first checkpoint that covers it."""

    index: int
    time: int
    entry: bytes
    leaf_hash: bytes
    checkpoint_size: int


@dataclass(frozen=True)
class Head:
    """Where the ledger ends: its ``size``, the hex ``root``, the newest checkpoint (a signed note), the newest time."""

    size: int
    root: str
    checkpoint: str
    time: int


class Ledger:
    """The log of one origin and key. Holds no connection: each call takes the session it works in."""

    def __init__(self, signer: NoteSigner, clock: Clock, randomness: Randomness) -> None:
        self._signer = signer
        self._clock = clock
        self._randomness = randomness

    @property
    def origin(self) -> str:
        """The name of the log, first line of every checkpoint."""
        return self._signer.verifier_key.name

    @property
    def verifier_key(self) -> str:
        """The key to verify its checkpoints with, as text."""
        return str(self._signer.verifier_key)

    def found(self, session: Session) -> None:
        """Make the empty ledger with its checkpoint of size 0, unless the database holds this ledger already.

        Raises Broken (``ledger_key_differs``) when it holds another's.
        """
        head = session.get(LedgerHead, _HEAD_ROW)
        if head is not None:
            self._check_identity(head)
            return
        session.add(
            LedgerHead(
                id=_HEAD_ROW,
                origin=self.origin,
                verifier_key=self.verifier_key,
                size=0,
                root=EMPTY_ROOT,
                last_leaf=NO_PREVIOUS,
                last_time=0,
            )
        )
        session.add(LedgerCheckpoint(size=0, note=self._sign(0, EMPTY_ROOT)))
        session.flush()

    def lock(self, session: Session) -> int:
        """Take the head for the rest of the unit of work, so that no other process appends; answers the size."""
        return self._locked_head(session).size

    def append(self, session: Session, kind: str, subject: str, claim_values: Mapping[str, JsonValue]) -> Appended:
        """Append one entry that commits to ``claim_values``, with its nodes and a signed checkpoint.

        All of it belongs to the caller's unit of work: a crash before that commits leaves no trace of it.
        Raises Refused (``clock_went_back``), Broken (``ledger_head_moved``, ``ledger_key_differs``).
        """
        head = self._locked_head(session)
        fields = claim.commit_to(claim_values, self._randomness)
        entry = Entry(
            index=head.size,
            kind=kind,
            time=self._time_after(head.last_time),
            previous=head.last_leaf,
            subject=subject,
            commit=claim.commitment_of(fields),
        )
        encoded = entry.to_bytes()
        leaf = leaf_hash(encoded)
        session.add(LedgerEntry(index=entry.index, kind=kind, subject=subject, encoded=encoded, leaf_hash=leaf))
        claim.store(session, entry.index, fields)
        root, size = self._grow(session, entry.index, leaf), entry.index + 1
        session.add(LedgerCheckpoint(size=size, note=self._sign(size, root)))
        self._move_head(session, head, size, root, leaf, entry.time)
        return Appended(entry.index, entry.time, encoded, leaf, size)

    def head(self, session: Session) -> Head:
        """The newest state in this snapshot."""
        head = self._head(session)
        return Head(head.size, head.root.hex(), self.checkpoint(session, head.size), head.last_time)

    def entry(self, session: Session, index: int) -> bytes:
        """The leaf's bytes. Raises NotFound (``no_such_entry``)."""
        encoded = session.scalar(select(LedgerEntry.encoded).where(LedgerEntry.index == index))
        if encoded is None:
            raise _no_such_entry(index)
        return encoded

    def checkpoint(self, session: Session, size: int | None = None) -> str:
        """The signed checkpoint of ``size``, or the newest. Raises NotFound (``no_such_checkpoint``)."""
        size = self._head(session).size if size is None else size
        note = session.scalar(select(LedgerCheckpoint.note).where(LedgerCheckpoint.size == size))
        if note is None:
            raise NotFound(
                "no_such_checkpoint",
                f"The ledger never signed a checkpoint of size {size}.",
                hint="Ask for the newest checkpoint, or for a size that was published.",
            )
        return note

    def inclusion_proof(self, session: Session, index: int, size: int) -> list[bytes]:
        """The hashes from leaf ``index`` to the root of the first ``size`` entries. Raises NotFound."""
        self._check_size(session, size)
        if not 0 <= index < size:
            raise _no_such_entry(index)
        return tree.inclusion_proof(index, size, _reader(session))

    def consistency_proof(self, session: Session, old: int, new: int) -> list[bytes]:
        """The hashes that show the first ``old`` entries to be a prefix of the first ``new``. Raises NotFound, Refused."""
        self._check_size(session, new)
        if not 0 <= old <= new:
            raise Refused(
                "sizes_reversed",
                f"A ledger of {new} entries cannot continue one of {old}.",
                hint="Give the smaller size as 'from' and the larger as 'to'.",
            )
        return tree.consistency_proof(old, new, _reader(session))

    def tlog_proof(self, session: Session, index: int, size: int | None = None) -> str:
        """The proof file of entry ``index`` under the checkpoint of ``size``, or the newest. Raises NotFound."""
        size = self._head(session).size if size is None else size
        hashes = self.inclusion_proof(session, index, size)
        return TlogProof(index, tuple(hashes), self.checkpoint(session, size)).to_text()

    def disclosure(self, session: Session, index: int, names: Collection[str] | None = None) -> Disclosure:
        """The claim fields of entry ``index`` called ``names`` (all where None); the others by digest only."""
        return claim.disclosure(session, index, names)

    def forget(self, session: Session, subject: str) -> int:
        """Destroy salts, names and values of every claim of ``subject``; answers how many fields. Digests stay."""
        return claim.forget(session, subject)

    def receipt(self, session: Session, index: int, size: int, names: Collection[str] | None = None) -> Receipt:
        """What the holder of entry ``index`` keeps: verifies offline, for ever, without this ledger."""
        return Receipt(
            entry=self.entry(session, index).decode("ascii"),
            disclosure=self.disclosure(session, index, names),
            tlog_proof=self.tlog_proof(session, index, size),
            verifier_key=self.verifier_key,
        )

    def _head(self, session: Session) -> LedgerHead:
        head = session.get(LedgerHead, _HEAD_ROW)
        if head is None:
            raise Broken(
                "ledger_missing",
                "The database holds no ledger.",
                hint="Start the service once on this home, or restore the database from its backup.",
            )
        return head

    def _locked_head(self, session: Session) -> LedgerHead:
        head = session.scalar(
            select(LedgerHead)
            .where(LedgerHead.id == _HEAD_ROW)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if head is None:
            return self._head(session)
        self._check_identity(head)
        return head

    def _check_identity(self, head: LedgerHead) -> None:
        if (head.origin, head.verifier_key) != (self.origin, self.verifier_key):
            raise Broken(
                "ledger_key_differs",
                f"The database belongs to the ledger {head.origin}, but the key at hand is of {self.origin}.",
                hint="Give the home its own key file back, or point the settings at the database of this key.",
            )

    def _time_after(self, newest: int) -> int:
        now = self._clock.milliseconds()
        if now + CLOCK_TOLERANCE_MILLISECONDS < newest:
            raise Refused(
                "clock_went_back",
                f"The clock is {(newest - now) // 1000} seconds behind the newest entry; nothing was recorded.",
                hint="Set the machine's clock right, then send the request again.",
            )
        return max(now, newest)

    def _grow(self, session: Session, index: int, leaf: bytes) -> bytes:
        fresh: dict[tree.Place, bytes] = {}
        stored = _reader(session)

        def read(place: tree.Place) -> bytes:
            return fresh[place] if place in fresh else stored(place)

        for place, computed in tree.completed_by(index, leaf, read):
            fresh[place] = computed
            if place[0]:
                session.add(LedgerNode(level=place[0], position=place[1], hash=computed))
        return tree.root(index + 1, read)

    def _move_head(self, session: Session, head: LedgerHead, size: int, root: bytes, leaf: bytes, time: int) -> None:
        moved = session.execute(
            update(LedgerHead)
            .where(LedgerHead.id == _HEAD_ROW, LedgerHead.size == head.size, LedgerHead.root == head.root)
            .values(size=size, root=root, last_leaf=leaf, last_time=time)
            .execution_options(synchronize_session=False)
        )
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            raise Broken(
                "ledger_head_moved",
                "The ledger's head changed under a lock that should prevent it; nothing was recorded.",
                hint="Stop every writer and run 'registry ledger verify' before anything is appended.",
            )
        session.flush()
        session.refresh(head)

    def _check_size(self, session: Session, size: int) -> None:
        if not 0 <= size <= self._head(session).size:
            raise NotFound(
                "no_such_checkpoint",
                f"The ledger does not have {size} entries yet.",
                hint="Ask for a size up to that of the newest checkpoint.",
            )

    def _sign(self, size: int, root: bytes) -> str:
        return self._signer.sign(Checkpoint(self.origin, size, root).to_text())


def _reader(session: Session) -> tree.NodeReader:
    def read(place: tree.Place) -> bytes:
        level, position = place
        query = (
            select(LedgerNode.hash).where(LedgerNode.level == level, LedgerNode.position == position)
            if level
            else select(LedgerEntry.leaf_hash).where(LedgerEntry.index == position)
        )
        found = session.scalar(query)
        if found is None:
            raise Broken(
                "ledger_node_missing",
                f"The tree node {position} of level {level} is missing from the database.",
                hint="Run 'registry ledger verify' and restore the database from its backup.",
            )
        return found

    return read


def _no_such_entry(index: int) -> NotFound:
    return NotFound(
        "no_such_entry",
        f"The ledger has no entry {index}.",
        hint="Entries are numbered from 0; 'registry ledger show' tells how many there are.",
    )
