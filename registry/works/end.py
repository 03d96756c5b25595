"""Ending a work: withdrawing it from the search, or erasing what is private of it. The ledger says that it happened."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.installation import Installation
from registry.ledger.appends import Appends
from registry.ledger.models import LedgerClaim
from registry.similarity import enrol
from registry.similarity.models import IndexedHash, IndexedPicture
from registry.works.models import (
    STATE_ERASED,
    STATE_REGISTERED,
    STATE_WITHDRAWN,
    CheckEvidence,
    Work,
    WorkDisclosure,
    WorkVersion,
)
from registry.works.originals import delete_unreferenced
from registry.works.read import ended, owned_work
from registry.works.schemas import Ended


def withdraw(installation: Installation, work_id: str, account_id: str | None = None) -> Ended:
    """Let listings match the work no more. Its registration and its proof stay. NotFound, Conflict (``work_ended``)."""

    def record(session: Session, appends: Appends) -> Ended:
        work = owned_work(session, work_id, account_id)
        if work.state != STATE_REGISTERED:
            raise ended(work)
        placed = appends.add("withdraw", work.id, {"by": "owner"})
        enrol.retire(session, _indices(session, work), placed.index)
        work.state = STATE_WITHDRAWN
        return Ended(work_id=work.id, state="withdrawn", index=placed.index)

    return installation.sequencer.run(record)


def erase(installation: Installation, work_id: str, account_id: str | None = None) -> Ended:
    """Destroy the claim, its salts, names, the originals and what shows them; every other proof still verifies.

    NotFound, Conflict. A crash before the commit leaves everything; after it, at most objects that nothing refers to
    any more, and traces in the files of the database until the next erasure. Unavailable (``erasure_unfinished``)
    if a long read holds those up.
    """
    digests: list[str | None] = []

    def record(session: Session, appends: Appends) -> Ended:
        work = owned_work(session, work_id, account_id)
        if work.state == STATE_ERASED:
            raise ended(work)
        # From here on a check that found the work before waits, and then finds it erased.
        session.execute(select(Work.id).where(Work.id == work.id).with_for_update())
        indices = _indices(session, work)
        digests.extend(session.scalars(select(WorkVersion.file_sha256).where(WorkVersion.work_id == work.id)))
        evidence = CheckEvidence.work_id == work.id
        of_checks = CheckEvidence.check_id.in_(select(CheckEvidence.check_id).where(evidence))
        for shown in session.scalars(select(CheckEvidence).where(of_checks)).all():
            digests.append(shown.listing_sha256)
            shown.listing_sha256 = None  # the listing shows the work, also beside other works that it shows
            if shown.work_id == work.id:
                digests.extend([shown.picture_sha256, shown.aligned_sha256])
                session.delete(shown)
        session.execute(delete(WorkDisclosure).where(WorkDisclosure.work_id == work.id))
        installation.ledger.forget(session, work.id)
        placed = appends.add("erase", work.id, {"by": "owner"})
        enrol.erase(session, indices, placed.index)
        for version in session.scalars(select(WorkVersion).where(WorkVersion.work_id == work.id)):
            version.file_sha256 = version.original_name = version.media_type = version.answer = None
            version.width = version.height = None
        work.state, work.title, work.creator = STATE_ERASED, None, None
        return Ended(work_id=work.id, state="erased", index=placed.index)

    answer = installation.sequencer.run(record)
    delete_unreferenced(installation, digests)
    # Last, so that whoever is answered knows that the values are in no file of the database any more.
    installation.database.scrub(
        [LedgerClaim, Work, WorkVersion, WorkDisclosure, CheckEvidence, IndexedPicture, IndexedHash]
    )
    return answer


def _indices(session: Session, work: Work) -> list[int]:
    return list(session.scalars(select(WorkVersion.entry_index).where(WorkVersion.work_id == work.id)))
