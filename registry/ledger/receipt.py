"""The receipt of an entry: what its holder keeps, and can verify offline without this ledger, for ever."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from registry.ledger.log import Ledger
from registry.verify.canonical_json import JsonValue
from registry.verify.encoding import utf8_text
from registry.verify.receipt import Receipt


def receipt(
    ledger: Ledger, session: Session, index: int, size: int | None = None, names: Collection[str] | None = None
) -> dict[str, JsonValue]:
    """The receipt of entry ``index`` under the checkpoint of ``size``, or the newest, as a JSON object.

    It discloses the claim's fields called ``names``, all where None. :mod:`registry.verify.receipt`
    describes and checks it; as a file it is canonical JSON and a line feed. NotFound, Broken as the
    ledger's reads.
    """
    disclosure = ledger.disclosure(session, index, names)  # Broken here if the entry itself is damaged
    note = ledger.checkpoint(session, size)
    return Receipt(
        entry=utf8_text(ledger.entry(session, index)),
        disclosure=disclosure,
        tlog_proof=ledger.tlog_proof(session, index, size),
        verifier_key=ledger.key_that_signed(session, note),
    ).to_json()
