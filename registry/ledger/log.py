"""The ledger as the rest of the house sees it: append inside a unit of work, read inside any snapshot.

with database.write() as session:
    appended = ledger.append(session, "register", work_id, {"title": "Harbour", "file_sha256": "9f86..."})
with database.read() as session:
    proof = ledger.tlog_proof(session, appended.index)
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry.clock import Clock
from registry.errors import Broken, Refused
from registry.ids import DrawnRandomness, Randomness
from registry.ledger import claim as claims
from registry.ledger import key_history, stored_log, stored_tree, tree
from registry.ledger.appends import Appends, Placed, sign
from registry.ledger.entry import EMPTY
from registry.ledger.key_history import KeyHistory
from registry.ledger.log_signer import CheckpointSigner
from registry.ledger.memory import CheckpointMemory, Forgetful, rolled_back
from registry.ledger.models import LedgerEntry, LedgerHead
from registry.ledger.private_key import check_ed25519
from registry.ledger.recent_tree import RecentTree
from registry.ledger.stored_log import HEAD_ROW, HeadRow
from registry.verify.canonical_json import JsonValue
from registry.verify.checkpoint import Checkpoint, open_checkpoint, unverified_checkpoint
from registry.verify.commitment import SALT_BYTES, Disclosure
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import EMPTY_ROOT


@dataclass(slots=True)  # not frozen, which would cost more than the rest: one is made for every entry
class Appended:
    """A new entry; ``entry`` are the leaf's bytes, ``time`` is in milliseconds.

    ``checkpoint_size`` is the size of the first checkpoint that covers it.
    """

    index: int
    time: int
    entry: bytes
    leaf_hash: bytes
    checkpoint_size: int


def appended(placed: Placed, checkpoint_size: int) -> Appended:
    """``placed``, once it is known which checkpoint covers it."""
    return Appended(placed.index, placed.time, placed.entry, placed.leaf_hash, checkpoint_size)


@dataclass(frozen=True)
class Head:
    """Where the ledger ends: number of entries, hex root, newest checkpoint (a signed note), newest time (ms)."""

    size: int
    root: str
    checkpoint: str
    time: int


class Ledger:
    """The log of one origin and key, safe to use from many threads. Each call works in the session it is given."""

    def __init__(
        self, signer: CheckpointSigner, clock: Clock, randomness: Randomness, memory: CheckpointMemory | None = None
    ) -> None:
        self._signer = signer
        self._clock = clock
        self._randomness = randomness
        self._memory = Forgetful() if memory is None else memory
        self._recent = RecentTree()

    @property
    def origin(self) -> str:
        """The log's name, the first line of every checkpoint."""
        return self._signer.verifier_key.name

    @property
    def verifier_key(self) -> str:
        """The key that its checkpoints are verified with, as text."""
        return str(self._signer.verifier_key)

    def signed_by(self, signer: CheckpointSigner) -> "Ledger":
        """The same ledger, its checkpoints signed by ``signer``."""
        return Ledger(signer, self._clock, self._randomness, self._memory)

    def found(self, session: Session) -> None:
        """Makes the empty ledger with its checkpoint of size 0; changes nothing if the database holds this one already.

        Broken if it holds another's (``ledger_key_differs``), or one whose head was lost (``ledger_head_missing``).
        Of two processes that do this at once the second gets an IntegrityError; then the first has done it.
        """
        if (head := stored_log.find_head(session)) is not None:
            self._check_identity(head)
            return
        if session.scalar(select(LedgerEntry.index).limit(1)) is not None:
            raise stored_log.head_missing()
        session.execute(
            insert(LedgerHead).values(
                id=HEAD_ROW,
                origin=self.origin,
                verifier_key=self.verifier_key,
                size=EMPTY.size,
                root=EMPTY_ROOT,
                last_leaf=EMPTY.last_leaf,
                last_time=EMPTY.last_time,
                peaks=b"",
            )
        )
        sign(session, self._signer, self._memory, tree.Frontier(), follows=None)

    def lock(self, session: Session) -> int:
        """Holds the head until the unit of work ends, so that nobody else appends meanwhile; answers the size."""
        size: int = self._locked_head(session).size
        return size

    def salts(self, claims: Iterable[Mapping[str, JsonValue]]) -> Randomness:
        """Fresh salts for all fields of ``claims``, for :func:`registry.ledger.commitment.commit_to`."""
        return DrawnRandomness(self._randomness, SALT_BYTES * sum(map(len, claims)))

    def begin(self, session: Session) -> Appends:
        """Begins to append entries that will be under one checkpoint; holds the head as :meth:`lock` does.

        Broken (``ledger_head_missing``, ``ledger_key_differs``, ``ledger_tree_differs``).
        """
        return Appends(
            session,
            self._locked_head(session),
            signer=self._signer,
            memory=self._memory,
            recent=self._recent,
            clock=self._clock,
            randomness=self._randomness,
        )

    def append(self, session: Session, kind: str, subject: str, claim: Mapping[str, JsonValue]) -> Appended:
        """Appends one entry that commits to ``claim``, under a checkpoint of its own.

        All of it belongs to the caller's unit of work: a crash before that is committed leaves nothing of
        it. Refused (``clock_went_back``, ``claim_malformed``), Broken as :meth:`begin` and
        :meth:`registry.ledger.appends.Appends.seal`.
        """
        appends = self.begin(session)
        placed = appends.add(kind, subject, claim)
        return appended(placed, appends.seal())

    def head(self, session: Session) -> Head:
        """Where the ledger ends in this snapshot. Broken (``ledger_head_missing``)."""
        head = stored_log.head(session)
        return Head(head.size, head.root.hex(), self.checkpoint(session, head.size), head.last_time)

    def entry(self, session: Session, index: int) -> bytes:
        """The leaf's bytes. NotFound (``no_such_entry``)."""
        return stored_log.entry(session, index)

    def entries(self, session: Session, start: int, end: int) -> Sequence[bytes]:
        """The leaves' bytes from ``start`` up to, not including, ``end``. NotFound (``no_such_entry``)."""
        return stored_log.entries(session, start, end)

    def entries_at(self, session: Session, indices: Collection[int]) -> Sequence[bytes]:
        """The leaves' bytes at ``indices``, in their order. NotFound (``no_such_entry``)."""
        return stored_log.entries_at(session, indices)

    def checkpoint(self, session: Session, size: int | None = None) -> str:
        """The signed checkpoint of ``size``, or the newest. NotFound (``no_such_checkpoint``)."""
        size = stored_log.head(session).size if size is None else size
        return self._recent.note(size) or stored_log.checkpoint(session, size)

    def is_signed(self, session: Session, size: int) -> bool:
        """Whether there is a checkpoint of ``size``: entries that were appended together share one."""
        return stored_log.is_signed(session, size)

    def root(self, session: Session, size: int) -> bytes:
        """The root of the first ``size`` entries, signed or not. NotFound (``no_such_checkpoint``)."""
        stored_log.check_size(session, size)
        return stored_tree.root(session, size)

    def covering(self, session: Session, index: int) -> int:
        """The size of the first checkpoint that covers entry ``index``. NotFound (``no_such_entry``)."""
        return stored_log.covering(session, index)

    def keys(self, session: Session) -> KeyHistory:
        """The keys that it has had, as far as this snapshot tells. Broken (``key_history_unreadable``)."""
        return key_history.read(session, self._signer.verifier_key)

    def opened(self, session: Session, note: str) -> Checkpoint:
        """The checkpoint in ``note``, once a key is shown to have signed it that was this ledger's at that size.

        VerificationError if none has.
        """
        size = unverified_checkpoint(note)[0].size
        return open_checkpoint(note, *self.keys(session).at(size), check=check_ed25519)

    def key_that_signed(self, session: Session, note: str) -> str:
        """The verifier key to name beside one of this ledger's checkpoints: the oldest that signed it."""
        checkpoint, parsed = unverified_checkpoint(note)
        signed = {(line.name, line.key_id) for line in parsed.signatures}
        for key in self.keys(session).at(checkpoint.size):
            if (key.name, key.key_id) in signed:
                return str(key)
        return self.verifier_key

    def inclusion_proof(self, session: Session, index: int, size: int) -> list[bytes]:
        """The hashes from the sibling of leaf ``index`` up to the root of the first ``size`` entries. NotFound."""
        stored_log.check_size(session, size)
        return self._inclusion_proof(session, index, size)

    def consistency_proof(self, session: Session, old: int, new: int) -> list[bytes]:
        """The hashes that show the first ``old`` entries to be the beginning of the first ``new``.

        NotFound, Refused (``sizes_reversed``).
        """
        stored_log.check_size(session, new)
        if not 0 <= old <= new:
            raise Refused(
                "sizes_reversed",
                f"A ledger of {new} entries cannot continue one of {old}.",
                hint="Give the smaller size as 'from' and the larger one as 'to'.",
            )
        return tree.consistency_proof(old, new, stored_tree.reader(session))

    def tlog_proof(self, session: Session, index: int, size: int | None = None) -> str:
        """The proof file of entry ``index`` under the checkpoint of ``size``, or the newest. NotFound."""
        size = stored_log.head(session).size if size is None else size
        note = self.checkpoint(session, size)  # no size beyond the head has one
        return TlogProof(index, tuple(self._inclusion_proof(session, index, size)), note).to_text()

    def disclosure(self, session: Session, index: int, names: Collection[str] | None = None) -> Disclosure:
        """The claim fields of entry ``index`` that are called ``names`` (all where None), the others by digest.

        Names that the claim does not have are passed over. NotFound, Broken (``ledger_claim_differs``).
        """
        return claims.disclosure(session, index, self.entry(session, index), names)

    def forget(self, session: Session, subject: str) -> int:
        """Destroys salts, names and values of every claim of ``subject``; answers how many fields. Digests stay.

        The entry that says so (kind ``erase``) is the caller's to append, in the same unit of work.
        """
        return claims.forget(session, subject)

    def _inclusion_proof(self, session: Session, index: int, size: int) -> list[bytes]:
        if not 0 <= index < size:
            raise stored_log.no_such_entry(index)
        return tree.inclusion_proof(index, size, stored_tree.reader(session, self._recent.nodes))

    def _locked_head(self, session: Session) -> HeadRow:
        head = stored_log.locked_head(session)
        self._check_identity(head)
        # Under the lock nobody has committed more than this head says.
        newest = self._memory.newest()
        if newest is not None and newest.size > head.size:
            raise rolled_back(head.size, newest, "what was shown of it before")
        return head

    def _check_identity(self, head: HeadRow) -> None:
        if (head.origin, head.verifier_key) != (self.origin, self.verifier_key):
            raise Broken(
                "ledger_key_differs",
                f"The database belongs to the ledger {head.origin} and its key, but the key at hand is another"
                f" ({self.origin}).",
                hint="Give the home its own key file back, or point the settings at the database of this key.",
            )
