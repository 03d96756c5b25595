"""Works and ledger held against each other: whatever is changed on one side is named."""

import pytest
from sqlalchemy import Delete, Update, delete, update

from registry.installation import Installation
from registry.ledger.models import LedgerEntry
from registry.similarity.models import IndexedFeatures, IndexedHash, IndexedPicture
from registry.works.amend import amend
from registry.works.consistency import check_works
from registry.works.end import erase, withdraw
from registry.works.models import Work, WorkVersion
from registry.works.register import register
from registry.works.schemas import AmendmentInput, Draft
from tests.works.test_register import CLAIM, caller, upload

REGISTERED, WITH_PICTURE, WITH_DRAFTS, WITHDRAWN_WORK, WITHDRAWAL, ERASED_WORK, ERASURE = range(7)


@pytest.fixture
def filled(installation: Installation) -> Installation:
    """A work with an amendment of each kind, a withdrawn and an erased one."""
    studio = caller(installation)
    work = register(installation, studio, upload(1), CLAIM)
    amend(installation, work.work_id, AmendmentInput(), upload(2))
    amend(installation, work.work_id, AmendmentInput(drafts=[Draft(sha256="9f" * 32)]))
    withdraw(installation, register(installation, studio, upload(3), CLAIM).work_id)
    erase(installation, register(installation, studio, upload(4), CLAIM).work_id)
    return installation


def test_works_of_every_kind_agree_with_the_ledger(filled: Installation) -> None:
    assert check_works(filled) == []


def version(index: int) -> Update:
    return update(WorkVersion).where(WorkVersion.entry_index == index)


def entry(index: int) -> Delete:
    return delete(LedgerEntry).where(LedgerEntry.index == index)


def work(first_index: int) -> Update:
    return update(Work).where(Work.first_index == first_index)


def of_picture(index: int) -> list[Update | Delete]:
    return [delete(table).where(table.entry_index == index) for table in (IndexedFeatures, IndexedHash, IndexedPicture)]


DISAGREEMENTS: dict[str, tuple[list[Update | Delete], int]] = {
    "a version is missing": ([delete(WorkVersion).where(WorkVersion.entry_index == WITH_PICTURE)], WITH_PICTURE),
    "drafts are missing": ([delete(WorkVersion).where(WorkVersion.entry_index == WITH_DRAFTS)], WITH_DRAFTS),
    "a registration's entry is missing": ([entry(REGISTERED)], REGISTERED),
    "an amendment's entry is missing": ([entry(WITH_DRAFTS)], WITH_DRAFTS),
    "an amendment claims to register": (
        [update(LedgerEntry).where(LedgerEntry.index == WITHDRAWN_WORK).values(kind="amend")],
        WITHDRAWN_WORK,
    ),
    "an entry is of another work": (
        [update(LedgerEntry).where(LedgerEntry.index == WITH_PICTURE).values(subject="wrk_other")],
        WITH_PICTURE,
    ),
    "a withdrawal's entry is missing": ([entry(WITHDRAWAL)], WITHDRAWN_WORK),
    "an erasure's entry is missing": ([entry(ERASURE)], ERASED_WORK),
    "a withdrawn work came back": ([work(WITHDRAWN_WORK).values(state="registered")], WITHDRAWAL),
    "a work is withdrawn without an entry": ([work(REGISTERED).values(state="withdrawn")], REGISTERED),
    "a version is emptied": ([version(WITH_DRAFTS).values(answer=None)], WITH_DRAFTS),
    "an erased version came back": ([version(ERASED_WORK).values(answer="{}")], ERASED_WORK),
    "a picture cannot be found": (of_picture(WITH_PICTURE), WITH_PICTURE),
    "a withdrawn picture is gone": (of_picture(WITHDRAWN_WORK), WITHDRAWN_WORK),
    "a picture is of another work": (
        [update(IndexedPicture).where(IndexedPicture.entry_index == REGISTERED).values(work_id="wrk_other")],
        REGISTERED,
    ),
    "a picture has no version": ([version(WITH_PICTURE).values(file_sha256=None)], WITH_PICTURE),
}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("changes", "index"), DISAGREEMENTS.values(), ids=DISAGREEMENTS.keys())
def test_a_disagreement_is_named_by_its_entry(filled: Installation, changes: list[Update | Delete], index: int) -> None:
    with filled.database.write() as session:
        for change in changes:
            session.execute(change)
    found = check_works(filled)
    assert index in [finding.index for finding in found], found
    assert len(found) <= 2
