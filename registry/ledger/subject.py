"""All entries of one subject: what the ledger says of a work from its registration on."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.ledger.models import LedgerEntry
from registry.verify.entry import Entry, parse_entry


def entries_of(session: Session, subject: str) -> list[tuple[Entry, bytes]]:
    """The entries of ``subject`` with their leaf hashes, oldest first."""
    rows = session.execute(
        select(LedgerEntry.encoded, LedgerEntry.leaf_hash)
        .where(LedgerEntry.subject == subject)
        .order_by(LedgerEntry.index)
    )
    return [(parse_entry(encoded), leaf) for encoded, leaf in rows]
