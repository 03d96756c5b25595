"""The ledger's rows as they really are: text as bytes, nothing decoded, nothing believed.

A damaged row must become a finding of the self-check, not an error of a driver or a parser. So text
is read as its bytes, and on SQLite, which keeps values of any type in any column, the types are
asked for apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, LargeBinary, and_, cast, false, func, or_, select, text, true
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.ledger import tree
from registry.ledger.entry import BUCKET_BITS
from registry.ledger.models import LedgerCheckpoint, LedgerClaim, LedgerEntry, LedgerHead, LedgerKey, LedgerNode
from registry.ledger.tree import STORED_LEVELS, Place
from registry.storage.database import Base, table_of
from registry.verify.encoding import HASH_BYTES

ROWS_AT_ONCE = 512
"""Entries read together, with their claims, nodes and checkpoints: some megabytes."""
_TABLES: tuple[type[Base], ...] = (
    LedgerHead,
    LedgerEntry,
    LedgerNode,
    LedgerCheckpoint,
    LedgerClaim,
    LedgerKey,
)
_BY_ENTRY: tuple[type[Base], ...] = (LedgerEntry, LedgerClaim)
"""Tables whose rows are gone through one by one, or shown to be right by blocks."""


@dataclass(frozen=True, slots=True)
class HeadRow:
    """The ledger's head; on SQLite its numbers may be anything."""

    origin: bytes
    verifier_key: bytes
    size: Any
    root: bytes
    last_leaf: bytes
    last_time: Any
    peaks: bytes


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One row of entries."""

    index: int
    kind: bytes
    subject: bytes
    encoded: bytes
    leaf_hash: bytes
    bucket: Any


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One row of claims; ``openings`` are None when all of it was forgotten."""

    entry_index: int
    digests: bytes
    openings: bytes | None


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """One row of checkpoints."""

    note: bytes
    follows: Any


@dataclass(frozen=True, slots=True)
class Mistyped:
    """A value of a type that does not belong into its column; ``index`` is the entry it concerns, if it tells."""

    index: int | None
    table: str
    column: str

    @property
    def what(self) -> str:
        """What a finding says of it."""
        return f"A value in {self.table}.{self.column} is of the wrong type."


class StoredRows:
    """Reads the ledger's tables in one snapshot, in blocks."""

    def __init__(self, session: Session, dialect: str) -> None:
        self._session = session
        self._dialect = dialect

    def heads(self) -> list[HeadRow]:
        """Every row of the head's table, which should be one."""
        head = LedgerHead
        query = select(
            self._bytes(head.origin),
            self._bytes(head.verifier_key),
            head.size,
            self._bytes(head.root),
            self._bytes(head.last_leaf),
            head.last_time,
            self._bytes(head.peaks),
        )
        return [HeadRow(*_without_none(row)) for row in self._session.execute(query.limit(2))]

    def reach(self) -> int:
        """One more than the highest index of any entry."""
        highest = self._session.scalar(select(func.max(LedgerEntry.index)))
        return 0 if highest is None else max(0, highest + 1)

    def count_entries(self) -> int:
        """How many rows of entries there are."""
        return self._session.scalar(select(func.count()).select_from(LedgerEntry)) or 0

    def entries(self, start: int, end: int) -> list[EntryRow]:
        """The first block of the entries from ``start`` up to, not including, ``end``, in their order."""
        index = LedgerEntry.index
        return self._entries(index >= start, index < end, limit=ROWS_AT_ONCE)

    def entries_outside(self, size: int, limit: int) -> list[EntryRow]:
        """Entries that a ledger of ``size`` entries does not have."""
        index = LedgerEntry.index
        # Two questions: one for both ends would look at every entry between them.
        return [row for outside in (index < 0, index >= size) for row in self._entries(outside, limit=limit)]

    def claims(self, start: int, end: int) -> dict[int, ClaimRow]:
        """The claims of the entries from ``start`` up to, not including, ``end``."""
        claim = LedgerClaim
        query = self._claim_query().where(claim.entry_index >= start, claim.entry_index < end)
        return {row[0]: _claim_row(row) for row in self._session.execute(query)}

    def claims_outside(self, size: int, limit: int) -> list[ClaimRow]:
        """Claims of entries that a ledger of ``size`` entries does not have."""
        index = LedgerClaim.entry_index
        return [
            _claim_row(row)
            for outside in (index < 0, index >= size)
            for row in self._session.execute(self._claim_query().where(outside).order_by(index).limit(limit))
        ]

    def checkpoints(self, first: int, last: int) -> dict[int, CheckpointRow]:
        """The checkpoints of ``first`` to ``last`` entries, both included; the first block of them."""
        size = LedgerCheckpoint.size
        return self._checkpoints(size >= first, size <= last, limit=ROWS_AT_ONCE)

    def checkpoints_outside(self, size: int, limit: int) -> dict[int, CheckpointRow]:
        """Checkpoints that a ledger of ``size`` entries cannot have signed yet."""
        column = LedgerCheckpoint.size
        return self._checkpoints(or_(column < 0, column > size), limit=limit)

    def nodes(self, start: int, end: int) -> dict[Place, bytes]:
        """The stored nodes that the entries from ``start`` up to, not including, ``end`` complete."""
        node = LedgerNode
        ranges = [
            and_(node.level == level, node.position >= start >> level, node.position < end >> level)
            for level in range(STORED_LEVELS, end.bit_length(), STORED_LEVELS)
            if start >> level < end >> level
        ]
        if not ranges:
            return {}
        query = select(node.level, node.position, self._bytes(node.hash)).where(or_(*ranges))
        return {(level, position): hash_ for level, position, hash_ in self._session.execute(query)}

    def subtree(self, place: Place) -> bytes | None:
        """The hash of a complete subtree as the stored ones give it; None if one of them is missing or no hash."""
        level, position = place
        rise = level % STORED_LEVELS
        base, start, end = level - rise, position << rise, position + 1 << rise
        if base:
            number: InstrumentedAttribute[int] = LedgerNode.position
            query = select(self._bytes(LedgerNode.hash)).where(LedgerNode.level == base)
        else:
            number = LedgerEntry.index
            query = select(self._bytes(LedgerEntry.leaf_hash))
        found = list(self._session.scalars(query.where(number >= start, number < end).order_by(number)))
        if len(found) != end - start or any(one is None or len(one) != HASH_BYTES for one in found):
            return None
        return tree.complete_root(found)

    def nodes_outside(self, size: int, limit: int) -> list[Place]:
        """Stored nodes that a ledger of ``size`` entries does not have."""
        node = LedgerNode
        levels = range(STORED_LEVELS, size.bit_length(), STORED_LEVELS)
        outside = [node.level.not_in(levels), node.position < 0]
        outside += [and_(node.level == level, node.position >= size >> level) for level in levels]
        query = select(node.level, node.position).where(or_(*outside)).order_by(node.level, node.position)
        return [(level, position) for level, position in self._session.execute(query.limit(limit))]

    def keys_outside(self, size: int, limit: int) -> list[int]:
        """The entries that idempotency keys lead to which are none of ``size``, or of another bucket than the key."""
        key = LedgerKey
        elsewhere = key.bucket != key.entry_index // (1 << BUCKET_BITS)
        outside = or_(key.entry_index < 0, key.entry_index >= size, elsewhere)
        return list(self._session.scalars(select(key.entry_index).where(outside).limit(limit)))

    def mistyped(self, limit: int) -> Iterator[Mistyped]:
        """Values of the wrong type, those of entries and claims left out. PostgreSQL has none."""
        for model in _TABLES:
            if model not in _BY_ENTRY:
                yield from self._mistyped(model, true(), limit)

    def mistyped_between(self, doubtful: Sequence[range], limit: int) -> Iterator[Mistyped]:
        """Values of the wrong type in the entries and claims with a ``doubtful`` index. PostgreSQL has none."""
        for model in _BY_ENTRY:
            (key,) = table_of(model).primary_key
            between = or_(false(), *(key.between(some.start, some.stop - 1) for some in doubtful))
            yield from self._mistyped(model, between, limit)

    def _mistyped(self, model: type[Base], where: ColumnElement[bool], limit: int) -> Iterator[Mistyped]:
        if self._dialect != "sqlite":
            return
        table = table_of(model)
        wrong = {column.name: _is_mistyped(column) for column in table.columns}
        query = select(*(column.label(f"key_{column.name}") for column in table.primary_key), *wrong.values())
        keys = len(table.primary_key.columns)
        for row in self._session.execute(query.where(where, or_(*wrong.values())).limit(limit)):
            for name, is_wrong in zip(wrong, row[keys:], strict=True):
                if is_wrong:
                    yield Mistyped(_entry_of(model, row[:keys]), table.name, name)

    def query(self, statement: str) -> list[Any]:
        """The rows of a statement that needs no parameters, as the driver gives them. ValueError if it cannot."""
        try:
            return list(self._session.connection().exec_driver_sql(statement))
        except (DBAPIError, UnicodeDecodeError) as error:
            raise ValueError("the database cannot be read") from error

    def inconsistencies(self, limit: int) -> Iterator[str]:
        """What SQLite says of its own structures that hold the ledger's rows; PostgreSQL is not asked.

        Where a row's key stands in its table and in an index, the database answers from either, so both are
        compared; entries, claims and keys are read by the key that their table is ordered by.
        """
        if self._dialect == "sqlite":
            for model in _TABLES:
                check = "quick_check" if model in (LedgerEntry, LedgerClaim, LedgerKey) else "integrity_check"
                pragma = text(f"PRAGMA {check}({model.__tablename__})")
                for (said,) in self._session.execute(pragma).fetchmany(limit):
                    if said != "ok":
                        yield f"{model.__tablename__}: {said}"

    def _entries(self, *where: ColumnElement[bool], limit: int) -> list[EntryRow]:
        entry = LedgerEntry
        query = select(
            entry.index,
            self._bytes(entry.kind),
            self._bytes(entry.subject),
            self._bytes(entry.encoded),
            self._bytes(entry.leaf_hash),
            entry.bucket,
        )
        rows = self._session.execute(query.where(*where).order_by(entry.index).limit(limit))
        return [EntryRow(*_without_none(row)) for row in rows]

    def _claim_query(self) -> Any:
        claim = LedgerClaim
        return select(claim.entry_index, self._bytes(claim.digests), self._bytes(claim.openings))

    def _checkpoints(self, *where: ColumnElement[bool], limit: int) -> dict[int, CheckpointRow]:
        row = LedgerCheckpoint
        query = select(row.size, self._bytes(row.note), row.follows).where(*where).order_by(row.size).limit(limit)
        return {size: CheckpointRow(note or b"", follows) for size, note, follows in self._session.execute(query)}

    def _bytes(self, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
        """A column as bytes, whatever is in it."""
        if self._dialect == "sqlite":
            return cast(column, LargeBinary)
        return column.expression if isinstance(column.type, LargeBinary) else func.convert_to(column, "UTF8")


def _without_none(row: Any) -> tuple[Any, ...]:
    """A damaged file can hold NULL where no NULL may be; that is reported as a wrong type."""
    return tuple(b"" if value is None else value for value in row)


def _claim_row(row: Any) -> ClaimRow:
    entry_index, digests, openings = row
    return ClaimRow(entry_index, digests or b"", openings)


def _is_mistyped(column: Any) -> ColumnElement[bool]:
    belongs = "blob" if isinstance(column.type, LargeBinary) else "integer" if _is_integer(column) else "text"
    allowed = [belongs, "null"] if column.nullable else [belongs]
    return func.typeof(column).not_in(allowed)


def _is_integer(column: Any) -> bool:
    return isinstance(column.type, Integer)


def _entry_of(model: type[Base], key: Any) -> int | None:
    """The index of the entry that a row concerns."""
    first = key[0]
    if not isinstance(first, int) or model in (LedgerHead, LedgerNode, LedgerKey):
        return None
    return first - 1 if model is LedgerCheckpoint else first
