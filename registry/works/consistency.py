"""Whether works and ledger say the same: no work without its entry, no entry without its work."""

from sqlalchemy import select

from registry.installation import Installation
from registry.ledger.finding import Finding
from registry.ledger.models import LedgerEntry
from registry.similarity.models import IndexedPicture
from registry.works.end import STATE_ERASED
from registry.works.models import Work, WorkVersion

_KINDS_OF_WORKS = ("register", "amend")


def check_works(installation: Installation) -> list[Finding]:
    """Everything that works and ledger disagree on, by ledger entry."""
    with installation.database.read() as session:
        registering = select(LedgerEntry.index, LedgerEntry.subject).where(LedgerEntry.kind.in_(_KINDS_OF_WORKS))
        entries = dict(session.execute(registering).all())
        states = dict(session.execute(select(Work.id, Work.state)).all())
        versions = dict(session.execute(select(WorkVersion.entry_index, WorkVersion.work_id)).all())
        indexed = set(session.scalars(select(IndexedPicture.entry_index)))
        first = dict(session.execute(select(Work.id, Work.first_index)).all())
    findings = []
    for index in sorted(entries.keys() | versions.keys()):
        if index not in versions:
            findings.append(Finding(index, "the entry registers a work that is missing"))
        elif entries.get(index) != versions[index]:
            findings.append(Finding(index, f"the work {versions[index]} is said to be of this entry, which is not its"))
        elif versions[index] not in states:
            findings.append(Finding(index, f"the work {versions[index]} is missing"))
        elif states[versions[index]] != STATE_ERASED and index not in indexed:
            findings.append(Finding(index, f"the search does not know the picture of work {versions[index]}"))
    for work_id, index in first.items():
        if entries.get(index) != work_id:
            findings.append(Finding(index, f"the work {work_id} has no entry that registers it"))
    return findings
