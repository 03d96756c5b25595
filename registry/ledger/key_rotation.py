"""Changing the ledger's key: both keys sign for a while, and the log itself says when it begins and ends."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from registry import errors
from registry.ledger import key_history
from registry.ledger.log import Appended, Ledger
from registry.ledger.models import LedgerHead
from registry.verify.note import VerifierKey


def begin(session: Session, ledger: Ledger, new: VerifierKey) -> Appended:
    """Records that ``new`` begins to take over; ``ledger`` signs with both keys already.

    Conflict (``key_change_under_way``). A crash before the unit of work is committed leaves the new key without
    any meaning; the same call makes it good.
    """
    ledger.lock(session)
    if ledger.keys(session).successor is not None:
        raise errors.Conflict(
            "key_change_under_way",
            "A change of the ledger's key has begun already.",
            hint="End it first with: registry ledger key finish",
        )
    old = VerifierKey.parse(ledger.verifier_key)
    return ledger.append(session, key_history.KIND, key_history.SUBJECT, key_history.claim_of("begin", old, new))


def finish(session: Session, ledger: Ledger) -> tuple[Appended, VerifierKey]:
    """Records that the old key has signed its last checkpoint, and makes the new key the ledger's own.

    Conflict (``no_key_change``). From the commit on, a process that was opened before refuses to append.
    """
    ledger.lock(session)
    new = ledger.keys(session).successor
    if new is None:
        raise errors.Conflict(
            "no_key_change",
            "No change of the ledger's key is under way.",
            hint="Begin one with: registry ledger key rotate",
        )
    old = VerifierKey.parse(ledger.verifier_key)
    appended = ledger.append(session, key_history.KIND, key_history.SUBJECT, key_history.claim_of("end", old, new))
    session.execute(update(LedgerHead).values(verifier_key=str(new)).execution_options(synchronize_session=False))
    return appended, new
