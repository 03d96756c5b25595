"""Ending a work: withdrawing it from the search, or erasing what is private of it. The ledger says that it happened."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.installation import Installation
from registry.similarity import enrol
from registry.works.models import STATE_ERASED, STATE_REGISTERED, STATE_WITHDRAWN, Work, WorkVersion
from registry.works.originals import delete_unreferenced
from registry.works.read import ended, owned_work
from registry.works.schemas import Ended


def withdraw(installation: Installation, work_id: str, account_id: str | None = None) -> Ended:
    """Let listings match the work no more. Its registration and its proof stay. NotFound, Conflict (``work_ended``)."""
    with installation.database.write() as session:
        installation.ledger.lock(session)
        work = owned_work(session, work_id, account_id)
        if work.state != STATE_REGISTERED:
            raise ended(work)
        appended = installation.ledger.append(session, "withdraw", work.id, {"by": "owner"})
        enrol.retire(session, _indices(session, work), appended.index)
        work.state = STATE_WITHDRAWN
        return Ended(work_id=work.id, state="withdrawn", index=appended.index)


def erase(installation: Installation, work_id: str, account_id: str | None = None) -> Ended:
    """Destroy the claim, its salts, names and the originals; every other proof still verifies. NotFound, Conflict.

    A crash before the commit leaves everything; after it, at most originals that nothing refers to any
    more.
    """
    with installation.database.write() as session:
        installation.ledger.lock(session)
        work = owned_work(session, work_id, account_id)
        if work.state == STATE_ERASED:
            raise ended(work)
        indices = _indices(session, work)
        digests = list(session.scalars(select(WorkVersion.file_sha256).where(WorkVersion.work_id == work.id)))
        installation.ledger.forget(session, work.id)
        appended = installation.ledger.append(session, "erase", work.id, {"by": "owner"})
        enrol.erase(session, indices, appended.index)
        for version in session.scalars(select(WorkVersion).where(WorkVersion.work_id == work.id)):
            version.file_sha256 = version.original_name = version.media_type = version.answer = None
            version.width = version.height = None
        work.state, work.title, work.creator = STATE_ERASED, None, None
        answer = Ended(work_id=work.id, state="erased", index=appended.index)
    delete_unreferenced(installation, digests)
    return answer


def _indices(session: Session, work: Work) -> list[int]:
    return list(session.scalars(select(WorkVersion.entry_index).where(WorkVersion.work_id == work.id)))
