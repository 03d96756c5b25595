"""Entries that one unit of work appends, under one signed checkpoint.

    appends = ledger.begin(session)
    placed = appends.add("register", work_id, {"title": "Harbour"})
    size = appends.seal()

Rows are kept back and written together; :meth:`Appends.write` writes them at once where something
in the same unit of work has to read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from registry.clock import Clock
from registry.errors import Broken
from registry.ids import Randomness
from registry.ledger import tree
from registry.ledger.commitment import CommittedClaim, commit_to
from registry.ledger.entry import BUCKET_BITS, Tip, time_after
from registry.ledger.log_signer import CheckpointSigner
from registry.ledger.memory import CheckpointMemory
from registry.ledger.models import (
    LedgerCheckpoint,
    LedgerClaim,
    LedgerEntry,
    LedgerHead,
    LedgerKey,
    LedgerNode,
)
from registry.ledger.recent_tree import LARGEST_GROUP, RecentTree
from registry.ledger.stored_log import HEAD_ROW, HeadRow
from registry.ledger.tree import STORED_LEVELS
from registry.storage.bulk_insert import insert_rows
from registry.storage.database import after_commit, table_of
from registry.verify.canonical_json import JsonValue
from registry.verify.checkpoint import Checkpoint
from registry.verify.encoding import hashes_in
from registry.verify.entry import check_kind, check_subject, encoded
from registry.verify.tree import leaf_hash

# Made once, as every append runs it.
_HEAD = table_of(LedgerHead)
_MOVE_HEAD = (
    update(_HEAD)
    .where(
        _HEAD.c.id == HEAD_ROW,
        _HEAD.c.size == bindparam("old_size"),
        _HEAD.c.root == bindparam("old_root"),
    )
    .values({name: bindparam(name) for name in ("size", "root", "last_leaf", "last_time", "peaks")})
)


@dataclass(slots=True)  # not frozen, which would cost more than the rest: one is made for every entry
class Placed:
    """A new entry; ``entry`` are the leaf's bytes, ``time`` is in milliseconds."""

    index: int
    time: int
    entry: bytes
    leaf_hash: bytes


class Mark(NamedTuple):
    """How far the appends had come."""

    tip: Tip
    leaves: int


class Appends:
    """Made by :meth:`registry.ledger.log.Ledger.begin`, which holds the head's lock until the unit of work ends."""

    def __init__(
        self,
        session: Session,
        head: HeadRow,
        *,
        signer: CheckpointSigner,
        memory: CheckpointMemory,
        recent: RecentTree,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        """Broken (``ledger_tree_differs``) if the head's peaks do not have its root: nothing is signed over those."""
        self._session = session
        self._head = head
        self._signer = signer
        self._memory = memory
        self._recent = recent
        self._clock = clock
        self._randomness = randomness
        self._frontier = _frontier(head)
        self._size: int = head.size
        self._last_leaf: bytes = head.last_leaf
        self._last_time: int = head.last_time
        self._leaves: list[bytes] = []
        self._entries: list[tuple[object, ...]] = []
        self._claims: list[tuple[object, ...]] = []
        self._keys: list[tuple[object, ...]] = []

    @property
    def size(self) -> int:
        """The number of entries, with the new ones."""
        return self._size

    def add(self, kind: str, subject: str, claim: Mapping[str, JsonValue]) -> Placed:
        """Appends an entry that commits to ``claim``.

        Refused (``clock_went_back``, ``claim_malformed``), Malformed for a kind or subject that cannot be one.
        """
        check_kind(kind)
        check_subject(subject)
        return self.add_committed(kind, subject, commit_to(claim, self._randomness))

    def add_committed(self, kind: str, subject: str, claim: CommittedClaim, key: bytes | None = None) -> Placed:
        """As :meth:`add`, of what was checked and committed to before; ``key``, 16 bytes, leads to it for ever."""
        index, time = self._size, time_after(self._last_time, self._clock.milliseconds())
        content = encoded(
            index=index, kind=kind, time=time, previous=self._last_leaf, subject=subject, commit=claim.commit
        )
        leaf = leaf_hash(content)
        self._entries.append((index, kind, subject, content, leaf, index >> BUCKET_BITS))
        if claim.digests:
            self._claims.append((index, claim.digests, claim.openings))
        if key is not None:
            self._keys.append((index >> BUCKET_BITS, key, index))
        self._leaves.append(leaf)
        self._size, self._last_leaf, self._last_time = index + 1, leaf, time
        return Placed(index, time, content, leaf)

    def write(self) -> None:
        """Writes the rows of the entries so far. A crash before the commit leaves none of them."""
        insert_rows(self._session, LedgerEntry, self._entries)
        insert_rows(self._session, LedgerClaim, self._claims)
        insert_rows(self._session, LedgerKey, self._keys)
        self._entries, self._claims, self._keys = [], [], []

    def mark(self) -> Mark:
        """What :meth:`back_to` goes back to. Writes what was kept back, so it belongs before a savepoint."""
        self.write()
        return Mark(Tip(self._size, self._last_leaf, self._last_time), len(self._leaves))

    def back_to(self, mark: Mark) -> None:
        """Takes back what was appended since; rows written meanwhile are for the caller's savepoint to undo."""
        self._entries, self._claims, self._keys = [], [], []
        self._size, self._last_leaf, self._last_time = mark.tip.size, mark.tip.last_leaf, mark.tip.last_time
        del self._leaves[mark.leaves :]

    def seal(self) -> int:
        """Writes what is left, with tree nodes, a signed checkpoint and the moved head; answers the new size.

        A crash before the commit leaves nothing of it, so no checkpoint is ever seen whose entries could
        be lost. Broken (``ledger_head_moved``). Without new entries nothing is written.
        """
        old = self._head
        if self._leaves:
            self.write()
            proving = self._grow()
            note = sign(self._session, self._signer, self._memory, self._frontier, follows=old.size)
            if proving:
                after_commit(self._session, "prove", partial(self._recent.add, self._size, note, proving))
            _move_head(self._session, old, self._frontier, Tip(self._size, self._last_leaf, self._last_time))
        return self._frontier.size

    def _grow(self) -> list[tuple[tree.Place, bytes]]:
        """Takes the new leaves into the tree, and writes what it keeps of it; answers the hashes that prove them."""
        leaves, self._leaves = self._leaves, []
        few = len(leaves) <= LARGEST_GROUP
        before = list(zip(tree.peaks(self._frontier.size), self._frontier.peak_hashes, strict=True))
        first = self._frontier.size
        completed = self._frontier.extend(leaves, 1 if few else STORED_LEVELS)
        kept = [(*place, hash_) for place, hash_ in completed if place[0] % STORED_LEVELS == 0]
        insert_rows(self._session, LedgerNode, kept)
        return [*before, *(((0, index), leaf) for index, leaf in enumerate(leaves, first)), *completed] if few else []


def sign(
    session: Session,
    signer: CheckpointSigner,
    memory: CheckpointMemory,
    frontier: tree.Frontier,
    *,
    follows: int | None,
) -> str:
    """Keeps the signed checkpoint of a tree, and has it remembered outside the database once it is committed.

    Answers the signed note.
    """
    checkpoint = Checkpoint(signer.verifier_key.name, frontier.size, frontier.root)
    note = signer.sign(checkpoint.to_text())
    insert_rows(session, LedgerCheckpoint, [(frontier.size, note, follows)])
    after_commit(session, "remember", lambda: memory.remember(note))
    return note


def _frontier(head: HeadRow) -> tree.Frontier:
    peaks = hashes_in(head.peaks)
    if len(peaks) != head.size.bit_count() or tree.root_of(peaks) != head.root:
        raise Broken(
            "ledger_tree_differs",
            f"The stored tree does not have the root of its {head.size} entries; nothing was recorded.",
            hint="Run 'registry ledger verify', which names what was changed, and restore the newest good backup.",
        )
    return tree.Frontier(head.size, peaks)


def _move_head(session: Session, old: HeadRow, frontier: tree.Frontier, tip: Tip) -> None:
    """The last write of an append. It changes nothing if anybody has moved the head in spite of the lock."""
    moved = session.connection().execute(
        _MOVE_HEAD,
        {
            "old_size": old.size,
            "old_root": old.root,
            "size": tip.size,
            "root": frontier.root,
            "last_leaf": tip.last_leaf,
            "last_time": tip.last_time,
            "peaks": b"".join(frontier.peak_hashes),
        },
    )
    if moved.rowcount != 1:
        raise Broken(
            "ledger_head_moved",
            "The ledger's head changed under a lock that should prevent it; nothing was recorded.",
            hint="Stop everything that writes and run 'registry ledger verify' before anything is appended.",
        )
