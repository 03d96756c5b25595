"""The whole ledger derived again from its bytes, and every difference named.

Nothing that is stored is believed: entries are parsed and formatted again, the chain, every tree
node, every root and every signature computed anew, claims held against their commitments, and
originals against their digests. Memory is bounded by BLOCK_ENTRIES, whatever the ledger's size.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import LargeBinary, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.errors import RegistryError
from registry.ledger import tree
from registry.ledger.log import Ledger
from registry.ledger.models import LedgerCheckpoint, LedgerClaimField, LedgerEntry, LedgerHead, LedgerNode
from registry.ledger.note_signer import check_signature
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify import canonical_json
from registry.verify.checkpoint import open_checkpoint
from registry.verify.commitment import claim_commitment, field_digest
from registry.verify.entry import NO_PREVIOUS, Entry, parse_entry
from registry.verify.errors import VerificationError
from registry.verify.note import VerifierKey
from registry.verify.receipt import FILE_DIGEST_FIELD
from registry.verify.tree import EMPTY_ROOT, leaf_hash, node_hash

BLOCK_ENTRIES = 1_024
"""Entries looked at together: some megabytes of rows."""
MOST_FINDINGS = 100
"""After so many, more would tell a person nothing new."""

Progress = Callable[[int, int], None]
"""Called with (entries checked, entries in all)."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; ``index`` is the ledger entry it concerns, None when it concerns the whole."""

    index: int | None
    what: str


@dataclass
class SelfCheck:
    """``size`` and hex ``root`` as derived from the entries themselves."""

    size: int = 0
    root: str = EMPTY_ROOT.hex()
    errors: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.errors


class _TooMany(Exception):
    """Raised to stop once MOST_FINDINGS are reached."""


def verify_ledger(
    database: Database, ledger: Ledger, objects: ObjectStore, progress: Progress | None = None
) -> SelfCheck:
    """Derive everything again in one snapshot. Wrong rows are findings, never errors."""
    with database.read() as session:
        run = _Run(session, ledger, objects, database.dialect, progress or (lambda checked, total: None))
        try:
            run.check()
        except _TooMany:
            run.result.errors.append(
                Finding(None, f"more than {MOST_FINDINGS} things are wrong; the rest is not listed")
            )
        return run.result


class _Run:
    """One pass over one snapshot: the state that an append would have, rebuilt entry by entry."""

    def __init__(
        self, session: Session, ledger: Ledger, objects: ObjectStore, dialect: str, progress: Progress
    ) -> None:
        self.session, self.objects, self.dialect, self.progress = session, objects, dialect, progress
        self.origin = ledger.origin
        self.key = VerifierKey.parse(ledger.verifier_key)
        self.result = SelfCheck()
        self.peaks: list[tuple[int, bytes]] = []
        self.previous, self.time = NO_PREVIOUS, 0
        self.forgotten: dict[str, int] = {}
        self.erased: set[str] = set()

    def check(self) -> None:
        head = self._one(select(LedgerHead.size, LedgerHead.root, LedgerHead.last_leaf, LedgerHead.last_time))
        if head is None:
            self._note(None, "the head row is missing")
        size = self._last_of(LedgerEntry.index) if head is None else int(head[0])
        self._check_checkpoints(0, 0)
        for start in range(0, size, BLOCK_ENTRIES):
            self._check_block(start, min(start + BLOCK_ENTRIES, size))
            self.progress(min(start + BLOCK_ENTRIES, size), size)
        for subject, index in self.forgotten.items():
            if subject not in self.erased:
                self._note(index, "the claim was emptied, but no erase entry says so")
        root = tree.root_of([computed for _, computed in self.peaks])
        self.result.size, self.result.root = size, root.hex()
        if head is not None:
            self._check_head(size, root, head)
        self._check_nothing_beyond(size)

    def _check_block(self, start: int, end: int) -> None:
        rows = {row[0]: row for row in self._entry_rows(start, end)}
        fields = self._claim_rows(start, end)
        checkpoints = self._checkpoint_rows(start + 1, end)
        nodes: dict[tree.Place, tuple[int, bytes]] = {}
        for index in range(start, end):
            if index not in rows:
                self._note(index, "the entry is missing")
                leaf = bytes(32)
            else:
                leaf = self._check_entry(index, rows[index], fields.get(index, []))
            self._push(index, leaf, nodes)
            if note := checkpoints.get(index + 1):
                self._check_checkpoint(index + 1, note)
        self._check_nodes(start, end, nodes)

    def _check_entry(self, index: int, row: Any, fields: list[Any]) -> bytes:
        _, kind, subject, encoded, stored_leaf = row
        leaf = leaf_hash(encoded)
        if leaf != stored_leaf:
            self._note(index, "the entry's bytes do not have the leaf hash stored beside them")
        try:
            entry = parse_entry(encoded)
        except VerificationError as error:
            self._note(index, f"the entry is not valid: {error}")
        else:
            self._check_place(index, entry)
            if (kind, subject) != (entry.kind.encode(), entry.subject.encode()):
                self._note(index, "the columns kind and subject do not say what the entry says")
            if entry.kind == "erase":
                self.erased.add(entry.subject)
            self._check_claim(entry, fields)
        self.previous = leaf
        return leaf

    def _check_place(self, index: int, entry: Entry) -> None:
        if entry.index != index:
            self._note(index, f"the entry at this place says it is entry {entry.index}")
        if entry.previous != self.previous:
            self._note(index, "the entry does not follow the one before it (prev differs)")
        if entry.time < self.time:
            self._note(index, "the entry's time is before that of the one before it")
        self.time = entry.time

    def _check_claim(self, entry: Entry, fields: list[Any]) -> None:
        digests = []
        for _, position, salt, name, value, digest in fields:
            digests.append(digest)
            if salt is None and name is None and value is None:
                self.forgotten.setdefault(entry.subject, entry.index)
                continue
            try:
                parsed = canonical_json.parse(value)
                spelled = name.decode("utf-8")
                if field_digest(salt, spelled, parsed) != digest:
                    self._note(entry.index, f"claim field {position} does not have the digest stored beside it")
            except (VerificationError, UnicodeDecodeError, TypeError, AttributeError):
                self._note(entry.index, f"claim field {position} is damaged: salt, name or value cannot be read")
                continue
            if spelled == FILE_DIGEST_FIELD:
                self._check_object(entry.index, parsed)
        try:
            committed = claim_commitment(digests)
        except VerificationError:
            committed = b""
        if committed != entry.commit:
            self._note(entry.index, "the claim's field digests are not the ones the entry commits to")

    def _check_object(self, index: int, digest: object) -> None:
        try:
            self.objects.get(str(digest))
        except RegistryError as error:
            self._note(index, f"the original {digest}: {error.message}")

    def _push(self, index: int, leaf: bytes, nodes: dict[tree.Place, tuple[int, bytes]]) -> None:
        level, computed = 0, leaf
        while self.peaks and self.peaks[-1][0] == level:
            computed = node_hash(self.peaks.pop()[1], computed)
            level += 1
            nodes[level, index >> level] = index, computed
        self.peaks.append((level, computed))

    def _check_nodes(self, start: int, end: int, nodes: dict[tree.Place, tuple[int, bytes]]) -> None:
        for level in range(1, end.bit_length()):
            stored = dict(
                self.session.execute(
                    select(LedgerNode.position, LedgerNode.hash).where(
                        LedgerNode.level == level,
                        LedgerNode.position >= start >> level,
                        LedgerNode.position < end >> level,
                    )
                )
                .tuples()
                .all()
            )
            for (node_level, position), (index, computed) in nodes.items():
                if node_level == level and stored.get(position) != computed:
                    self._note(index, f"tree node {position} of level {level} is missing or wrong")

    def _check_checkpoints(self, first: int, last: int) -> None:
        for size, note in self._checkpoint_rows(first, last).items():
            self._check_checkpoint(size, note)

    def _check_checkpoint(self, size: int, note: bytes) -> None:
        index = size - 1 if size else None
        try:
            checkpoint = open_checkpoint(note.decode("utf-8"), self.key, self.origin, check_signature)
        except (VerificationError, UnicodeDecodeError) as error:
            self._note(index, f"the checkpoint of size {size} is not valid: {error}")
            return
        if checkpoint.size != size:
            self._note(index, f"the checkpoint stored for size {size} is of size {checkpoint.size}")
        if checkpoint.root != tree.root_of([computed for _, computed in self.peaks]):
            self._note(index, f"the checkpoint of size {size} was signed for another root than the entries have")

    def _check_head(self, size: int, root: bytes, head: Any) -> None:
        identity = self._one(select(self._bytes(LedgerHead.origin), self._bytes(LedgerHead.verifier_key)))
        if identity is None or tuple(identity) != (self.origin.encode(), str(self.key).encode()):
            self._note(None, "the head row names another origin or key")
        if head[1] != root:
            self._note(None, f"the head row's root is not the root of its {size} entries")
        if head[2] != self.previous or head[3] != self.time:
            self._note(None, "the head row does not say what the newest entry says")
        if not self._checkpoint_rows(size, size):
            self._note(size - 1 if size else None, f"there is no checkpoint of the newest size {size}")

    def _check_nothing_beyond(self, size: int) -> None:
        for what, column in (
            ("entry", LedgerEntry.index),
            ("claim field", LedgerClaimField.entry_index),
        ):
            if (last := self._last_of(column)) > size:
                self._note(last - 1, f"there is an {what} beyond the head's size {size}".replace("an claim", "a claim"))
        if (last := self._last_of(LedgerCheckpoint.size)) > size + 1:
            self._note(None, f"there is a checkpoint of size {last - 1}, beyond the head's size {size}")
        expected = sum(size >> level for level in range(1, size.bit_length()))
        stored = self.session.scalar(select(func.count()).select_from(LedgerNode)) or 0
        if stored > expected:
            self._note(None, f"there are {stored - expected} tree nodes that belong to no entry")
        negative = self._one(select(func.min(LedgerEntry.index), func.min(LedgerClaimField.entry_index)))
        if negative is not None and any(number is not None and number < 0 for number in negative):
            self._note(None, "there is a row before entry 0")

    def _entry_rows(self, start: int, end: int) -> Iterator[Any]:
        entry = LedgerEntry
        columns = (entry.index, self._bytes(entry.kind), self._bytes(entry.subject), entry.encoded, entry.leaf_hash)
        yield from self.session.execute(select(*columns).where(entry.index >= start, entry.index < end))

    def _claim_rows(self, start: int, end: int) -> dict[int, list[Any]]:
        field_ = LedgerClaimField
        grouped: dict[int, list[Any]] = {}
        for row in self.session.execute(
            select(
                field_.entry_index,
                field_.position,
                field_.salt,
                self._bytes(field_.name),
                self._bytes(field_.value),
                field_.digest,
            )
            .where(field_.entry_index >= start, field_.entry_index < end)
            .order_by(field_.entry_index, field_.position)
        ):
            grouped.setdefault(row[0], []).append(row)
        return grouped

    def _checkpoint_rows(self, first: int, last: int) -> dict[int, bytes]:
        size = LedgerCheckpoint.size
        query = select(size, self._bytes(LedgerCheckpoint.note)).where(size >= first, size <= last)
        return dict(self.session.execute(query).tuples().all())

    def _bytes(self, column: InstrumentedAttribute[Any]) -> Any:
        """A text column as bytes: damaged text must become a finding, not an error of the driver."""
        return func.convert_to(column, "UTF8") if self.dialect == "postgresql" else cast(column, LargeBinary)

    def _last_of(self, column: InstrumentedAttribute[int]) -> int:
        """One more than the largest value of ``column``, 0 for an empty table."""
        largest = self.session.scalar(select(func.max(column)))
        return 0 if largest is None else int(largest) + 1

    def _one(self, query: Any) -> Any:
        return self.session.execute(query).first()

    def _note(self, index: int | None, what: str) -> None:
        self.result.errors.append(Finding(index, what))
        if len(self.result.errors) >= MOST_FINDINGS:
            raise _TooMany
