"""Private claims in the database: keeping what opens a commitment, disclosing some of it, forgetting all of it."""

from collections.abc import Collection, Iterator

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.errors import Broken
from registry.ledger.entry import BUCKET_BITS
from registry.ledger.models import LedgerClaim, LedgerEntry, LedgerHead
from registry.ledger.openings import unpack
from registry.verify.commitment import ClaimField, Disclosure, opening_digest
from registry.verify.encoding import hashes_in
from registry.verify.entry import parse_entry
from registry.verify.errors import Malformed, VerificationError

_BUCKETS_AT_ONCE = 1_000
"""In one query: below SQLite's and PostgreSQL's limits of 32,766 and 65,535 parameters."""


def disclosure(session: Session, index: int, encoded: bytes, names: Collection[str] | None) -> Disclosure:
    """The fields called ``names`` (all where None) of the claim of entry ``index``, whose bytes are ``encoded``.

    Fields that were forgotten stay undisclosed. Broken (``ledger_claim_differs``) if what is stored
    is not what the entry commits to.
    """
    table = LedgerClaim
    stored = session.execute(select(table.digests, table.openings).where(table.entry_index == index)).first()
    digests, openings = (b"", None) if stored is None else stored
    try:
        kept = set(hashes_in(digests))
        shown: list[ClaimField] = []
        for opening in unpack(openings or b""):
            field = ClaimField.from_opening(opening)
            if names is None or field.name in names:
                kept.discard(opening_digest(opening))
                shown.append(field)
        shown.sort(key=lambda field: field.name)
        found = Disclosure(tuple(shown), tuple(sorted(kept)))
        found.verify(parse_entry(encoded).commit)
    except VerificationError as error:
        raise Broken(
            "ledger_claim_differs",
            f"The stored claim of entry {index} is not the one that the entry commits to. {error}",
            hint="Run 'registry ledger verify' and restore the database from its newest good backup.",
        ) from error
    return found


def forget(session: Session, subject: str) -> int:
    """Destroys salt, name and value of every field of the claims of ``subject``; answers how many had them.

    A crash before the unit of work is committed leaves all of it readable: the erasure must be asked for again.
    """
    table = LedgerClaim
    forgotten = 0
    for indices in _entries_of(session, subject):
        held = (table.entry_index.in_(indices), table.openings.is_not(None))
        forgotten += sum(map(_count, session.scalars(select(table.openings).where(*held))))
        session.execute(update(table).where(*held).values(openings=None).execution_options(synchronize_session=False))
    return forgotten


def _entries_of(session: Session, subject: str) -> Iterator[list[int]]:
    """The indices of the entries of ``subject``, in some lists."""
    entry = LedgerEntry
    size = session.scalar(select(LedgerHead.size)) or 0
    newest = session.scalar(select(entry.bucket).order_by(entry.index.desc()).limit(1)) or 0
    last = max(newest, size >> BUCKET_BITS)  # entries of this unit of work may be beyond the head
    for start in range(0, last + 1, _BUCKETS_AT_ONCE):
        buckets = range(start, min(start + _BUCKETS_AT_ONCE, last + 1))
        found = session.scalars(select(entry.index).where(entry.bucket.in_(buckets), entry.subject == subject))
        if indices := list(found):
            yield indices


def _count(openings: bytes | None) -> int:
    """How many fields ``openings`` holds; a damaged one is no reason not to erase it."""
    try:
        return len(unpack(openings or b""))
    except Malformed:
        return 1
