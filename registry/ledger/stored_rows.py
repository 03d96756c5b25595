"""The ledger's rows as they really are: text as bytes, nothing decoded, nothing believed.

A damaged row must become a finding of the self-check, not an error of a driver or a parser. So text
is read as its bytes, and on SQLite, which keeps values of any type in any column, the types are
asked for apart.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, LargeBinary, Table, and_, cast, func, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.ledger.models import LedgerCheckpoint, LedgerClaimField, LedgerEntry, LedgerHead, LedgerNode
from registry.ledger.tree import Place
from registry.storage.database import Base

ROWS_AT_ONCE = 512
"""Entries read together, with their claims, nodes and checkpoints: some megabytes."""
_TABLES: tuple[type[Base], ...] = (LedgerHead, LedgerEntry, LedgerNode, LedgerCheckpoint, LedgerClaimField)


@dataclass(frozen=True, slots=True)
class HeadRow:
    """The ledger's head; on SQLite its numbers may be anything."""

    origin: bytes
    verifier_key: bytes
    size: Any
    root: bytes
    last_leaf: bytes
    last_time: Any


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One row of entries."""

    index: int
    kind: bytes
    subject: bytes
    encoded: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One row of claim fields; salt, name and value are None when they were forgotten."""

    entry_index: int
    digest: bytes
    salt: bytes | None
    name: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Mistyped:
    """A value of a type that does not belong into its column; ``index`` is the entry it concerns, if it tells."""

    index: int | None
    table: str
    column: str


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
        )
        return [HeadRow(*_without_none(row)) for row in self._session.execute(query.limit(2))]

    def count_entries(self) -> int:
        """How many rows of entries there are."""
        return self._session.scalar(select(func.count()).select_from(LedgerEntry)) or 0

    def entries(self, after: int | None) -> list[EntryRow]:
        """The next block of entries in the order of their indices; the first one for None."""
        entry = LedgerEntry
        query = select(
            entry.index,
            self._bytes(entry.kind),
            self._bytes(entry.subject),
            self._bytes(entry.encoded),
            self._bytes(entry.leaf_hash),
        )
        if after is not None:
            query = query.where(entry.index > after)
        return [
            EntryRow(*_without_none(row))
            for row in self._session.execute(query.order_by(entry.index).limit(ROWS_AT_ONCE))
        ]

    def leaf_hash(self, index: int) -> bytes | None:
        """What is stored as the leaf hash of an entry."""
        found: bytes | None = self._session.scalar(
            select(self._bytes(LedgerEntry.leaf_hash)).where(LedgerEntry.index == index)
        )
        return found

    def claims(self, start: int, end: int) -> dict[int, list[ClaimRow]]:
        """The claim fields of the entries from ``start`` up to, not including, ``end``."""
        field = LedgerClaimField
        found: dict[int, list[ClaimRow]] = {}
        for row in self._session.execute(
            self._claim_query().where(field.entry_index >= start, field.entry_index < end)
        ):
            found.setdefault(row[0], []).append(_claim_row(row))
        return found

    def claims_outside(self, size: int, limit: int) -> list[ClaimRow]:
        """Claim fields of entries that a ledger of ``size`` entries does not have."""
        field = LedgerClaimField
        outside = or_(field.entry_index < 0, field.entry_index >= size)
        query = self._claim_query().where(outside).order_by(field.entry_index).limit(limit)
        return [_claim_row(row) for row in self._session.execute(query)]

    def checkpoints(self, first: int, last: int) -> dict[int, bytes]:
        """The notes of the checkpoints of ``first`` to ``last`` entries, both included; the first block of them."""
        size = LedgerCheckpoint.size
        return self._notes(size >= first, size <= last, limit=ROWS_AT_ONCE)

    def checkpoints_outside(self, size: int, limit: int) -> dict[int, bytes]:
        """The notes of checkpoints that a ledger of ``size`` entries cannot have signed yet."""
        column = LedgerCheckpoint.size
        return self._notes(or_(column < 0, column > size), limit=limit)

    def nodes(self, start: int, end: int) -> dict[Place, bytes]:
        """The stored nodes that the entries from ``start`` up to, not including, ``end`` complete."""
        node = LedgerNode
        ranges = [
            and_(node.level == level, node.position >= start >> level, node.position < end >> level)
            for level in range(1, end.bit_length())
            if start >> level < end >> level
        ]
        if not ranges:
            return {}
        query = select(node.level, node.position, self._bytes(node.hash)).where(or_(*ranges))
        return {(level, position): hash_ for level, position, hash_ in self._session.execute(query)}

    def node(self, place: Place) -> bytes | None:
        """The stored hash of a complete subtree, leaves included."""
        level, position = place
        if level == 0:
            return self.leaf_hash(position)
        found: bytes | None = self._session.scalar(
            select(self._bytes(LedgerNode.hash)).where(LedgerNode.level == level, LedgerNode.position == position)
        )
        return found

    def nodes_outside(self, size: int, limit: int) -> list[Place]:
        """Stored nodes that a ledger of ``size`` entries does not have."""
        node = LedgerNode
        top = size.bit_length()
        outside = [node.level < 1, node.level >= max(top, 1), node.position < 0]
        outside += [and_(node.level == level, node.position >= size >> level) for level in range(1, top)]
        query = select(node.level, node.position).where(or_(*outside)).order_by(node.level, node.position)
        return [(level, position) for level, position in self._session.execute(query.limit(limit))]

    def erased_at(self, subjects: Iterable[bytes]) -> dict[bytes, int]:
        """The index of the newest ``erase`` entry of each of ``subjects`` that has one."""
        entry = LedgerEntry
        names = [subject.decode("utf-8", "replace") for subject in subjects]
        query = (
            select(self._bytes(entry.subject), func.max(entry.index))
            .where(entry.kind == "erase", entry.subject.in_(names))
            .group_by(entry.subject)
        )
        return {subject: index for subject, index in self._session.execute(query)}

    def mistyped(self, limit: int) -> Iterator[Mistyped]:
        """Values of the wrong type. PostgreSQL has none."""
        if self._dialect != "sqlite":
            return
        for model in _TABLES:
            table = model.__table__
            assert isinstance(table, Table)  # noqa: S101 - no model here maps anything else
            wrong = {column.name: _is_mistyped(column) for column in table.columns}
            query = select(*(column.label(f"key_{column.name}") for column in table.primary_key), *wrong.values())
            keys = len(table.primary_key.columns)
            for row in self._session.execute(query.where(or_(*wrong.values())).limit(limit)):
                for name, is_wrong in zip(wrong, row[keys:], strict=True):
                    if is_wrong:
                        yield Mistyped(_entry_of(model, row[:keys]), table.name, name)

    def inconsistencies(self, limit: int) -> Iterator[str]:
        """What SQLite says of its own structures that hold the ledger's rows; PostgreSQL is not asked.

        A row's key stands in its table and in an index; the database answers from either.
        """
        if self._dialect == "sqlite":
            for model in _TABLES:
                pragma = text(f"PRAGMA integrity_check({model.__tablename__})")
                for (said,) in self._session.execute(pragma).fetchmany(limit):
                    if said != "ok":
                        yield f"{model.__tablename__}: {said}"

    def _claim_query(self) -> Any:
        field = LedgerClaimField
        return select(
            field.entry_index,
            self._bytes(field.digest),
            self._bytes(field.salt),
            self._bytes(field.name),
            self._bytes(field.value),
        )

    def _notes(self, *where: ColumnElement[bool], limit: int) -> dict[int, bytes]:
        size = LedgerCheckpoint.size
        query = select(size, self._bytes(LedgerCheckpoint.note)).where(*where).order_by(size).limit(limit)
        return {size: note or b"" for size, note in self._session.execute(query)}

    def _bytes(self, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
        """A column as bytes, whatever is in it."""
        if self._dialect == "sqlite":
            return cast(column, LargeBinary)
        return column.expression if isinstance(column.type, LargeBinary) else func.convert_to(column, "UTF8")


def _without_none(row: Any) -> tuple[Any, ...]:
    """A damaged file can hold NULL where no NULL may be; that is reported as a wrong type."""
    return tuple(b"" if value is None else value for value in row)


def _claim_row(row: Any) -> ClaimRow:
    entry_index, digest, salt, name, value = row
    return ClaimRow(entry_index, digest or b"", salt, name, value)


def _is_mistyped(column: Any) -> ColumnElement[bool]:
    belongs = "blob" if isinstance(column.type, LargeBinary) else "integer" if _is_integer(column) else "text"
    allowed = [belongs, "null"] if column.nullable else [belongs]
    return func.typeof(column).not_in(allowed)


def _is_integer(column: Any) -> bool:
    return isinstance(column.type, Integer)


def _entry_of(model: type[Base], key: Any) -> int | None:
    """The index of the entry that a row concerns."""
    first = key[0]
    if not isinstance(first, int) or model in (LedgerHead, LedgerNode):
        return None
    return first - 1 if model is LedgerCheckpoint else first
