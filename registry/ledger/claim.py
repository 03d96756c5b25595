"""Private claims in the database: committing to their fields, disclosing some of them, forgetting all of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.errors import NotFound
from registry.ids import Randomness
from registry.ledger.models import LedgerClaimField, LedgerEntry
from registry.verify import canonical_json
from registry.verify.canonical_json import JsonValue
from registry.verify.commitment import SALT_BYTES, DisclosedField, Disclosure, claim_commitment


def commit_to(values: Mapping[str, JsonValue], randomness: Randomness) -> list[DisclosedField]:
    """The fields of ``values`` in name order, each under a fresh salt. Raises Malformed for a value with no canonical form."""
    return [DisclosedField(name, values[name], randomness.take(SALT_BYTES)) for name in sorted(values)]


def commitment_of(fields: Sequence[DisclosedField]) -> bytes:
    """The 32-byte commitment that the entry carries."""
    return claim_commitment(field.digest() for field in fields)


def store(session: Session, entry_index: int, fields: Sequence[DisclosedField]) -> None:
    """Keep what opens the commitment of entry ``entry_index``, in the unit of work that appends the entry."""
    session.add_all(
        LedgerClaimField(
            entry_index=entry_index,
            position=position,
            salt=field.salt,
            name=field.name,
            value=canonical_json.encode(field.value).decode("utf-8"),
            digest=field.digest(),
        )
        for position, field in enumerate(fields)
    )


def disclosure(session: Session, entry_index: int, names: Collection[str] | None) -> Disclosure:
    """The fields called ``names`` (all where None) with their salts, the rest by digest. Raises NotFound."""
    rows = session.scalars(
        select(LedgerClaimField).where(LedgerClaimField.entry_index == entry_index).order_by(LedgerClaimField.position)
    ).all()
    if not rows:
        raise NotFound(
            "no_such_entry",
            f"The ledger has no entry {entry_index}.",
            hint="Entries are numbered from 0; 'registry ledger show' tells how many there are.",
        )
    shown, kept = [], []
    for row in rows:
        if row.salt is None or row.name is None or row.value is None or (names is not None and row.name not in names):
            kept.append(row.digest)
        else:
            value = canonical_json.parse(row.value.encode("utf-8"))
            shown.append(DisclosedField(row.name, value, row.salt))
    return Disclosure(tuple(sorted(shown, key=lambda field: field.name)), tuple(sorted(kept)))


def forget(session: Session, subject: str) -> int:
    """Destroy what opens the commitments of ``subject``'s entries; answers the number of fields emptied.

    A crash before the unit of work commits leaves all of it readable, and the erasure must be asked for again.
    """
    indices = select(LedgerEntry.index).where(LedgerEntry.subject == subject)
    emptied = session.execute(
        update(LedgerClaimField)
        .where(LedgerClaimField.entry_index.in_(indices), LedgerClaimField.salt.is_not(None))
        .values(salt=None, name=None, value=None)
        .execution_options(synchronize_session=False)
    )
    return cast(int, getattr(emptied, "rowcount"))  # noqa: B009
