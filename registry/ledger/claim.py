"""Private claims in the database: keeping what opens a commitment, disclosing some of it, forgetting all of it."""

from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import CursorResult, insert, or_, select, update
from sqlalchemy.orm import Session

from registry.errors import Broken
from registry.ledger.commitment import CommittedClaim
from registry.ledger.models import LedgerClaimField, LedgerEntry
from registry.verify import canonical_json
from registry.verify.commitment import ClaimField, Disclosure
from registry.verify.entry import parse_entry
from registry.verify.errors import VerificationError


def store(session: Session, index: int, claim: CommittedClaim) -> None:
    """Keeps what opens the commitment of entry ``index``, in the unit of work that appends the entry."""
    if claim.fields:
        session.execute(
            insert(LedgerClaimField),
            [
                {
                    "entry_index": index,
                    "digest": digest,
                    "salt": field.salt,
                    "name": field.name,
                    "value": canonical_json.encode(field.value).decode("utf-8"),
                }
                for digest, field in claim.fields.items()
            ],
        )


def disclosure(session: Session, index: int, encoded: bytes, names: Collection[str] | None) -> Disclosure:
    """The fields called ``names`` (all where None) of the claim of entry ``index``, whose bytes are ``encoded``.

    Fields that were forgotten stay undisclosed. Broken (``ledger_claim_differs``) if what is stored
    is not what the entry commits to.
    """
    shown: list[ClaimField] = []
    kept: list[bytes] = []
    table = LedgerClaimField
    try:
        for digest, salt, name, value in session.execute(
            select(table.digest, table.salt, table.name, table.value).where(table.entry_index == index)
        ):
            if salt is None or name is None or value is None or (names is not None and name not in names):
                kept.append(digest)
            else:
                shown.append(ClaimField(name, canonical_json.parse(value.encode("utf-8")), salt))
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
    table = LedgerClaimField
    indices = select(LedgerEntry.index).where(LedgerEntry.subject == subject)
    emptied = session.execute(
        update(table)
        .where(
            table.entry_index.in_(indices), or_(*(part.is_not(None) for part in (table.salt, table.name, table.value)))
        )
        .values(salt=None, name=None, value=None)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], emptied).rowcount
