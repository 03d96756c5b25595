"""Ending a work: withdrawing it from the search, or erasing what is private of it. The ledger says that it happened."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import Conflict
from registry.installation import Installation
from registry.similarity import enrol
from registry.works.models import Work, WorkVersion
from registry.works.read import owned_work
from registry.works.register import STATE_REGISTERED
from registry.works.schemas import Ended

STATE_WITHDRAWN = "withdrawn"
STATE_ERASED = "erased"


def withdraw(installation: Installation, work_id: str, account_id: str | None = None) -> Ended:
    """Let listings match the work no more. Its registration and its proof stay. NotFound, Conflict (``work_ended``)."""
    with installation.database.write() as session:
        installation.ledger.lock(session)
        work = owned_work(session, work_id, account_id)
        if work.state != STATE_REGISTERED:
            raise _ended(work)
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
            raise _ended(work)
        indices = _indices(session, work)
        digests = list(session.scalars(select(WorkVersion.file_sha256).where(WorkVersion.work_id == work.id)))
        installation.ledger.forget(session, work.id)
        appended = installation.ledger.append(session, "erase", work.id, {"by": "owner"})
        enrol.erase(session, indices, appended.index)
        for version in session.scalars(select(WorkVersion).where(WorkVersion.work_id == work.id)):
            version.file_sha256 = version.original_name = version.media_type = version.answer = None
            version.width = version.height = None
        work.state, work.title, work.creator = STATE_ERASED, None, None
        ended = Ended(work_id=work.id, state="erased", index=appended.index)
    with installation.database.write() as session:
        # Under the head's lock nobody can register the same original between the question and the deletion.
        installation.ledger.lock(session)
        for digest in digests:
            still_held = select(WorkVersion.entry_index).where(WorkVersion.file_sha256 == digest).limit(1)
            if digest is not None and session.scalar(still_held) is None:
                installation.objects.delete(digest)
    return ended


def _indices(session: Session, work: Work) -> list[int]:
    return list(session.scalars(select(WorkVersion.entry_index).where(WorkVersion.work_id == work.id)))


def _ended(work: Work) -> Conflict:
    return Conflict(
        "work_ended",
        f"The work is {work.state} already; nothing was changed.",
        hint="Its entries stay in the ledger: 'registry ledger proof' still proves them.",
    )
