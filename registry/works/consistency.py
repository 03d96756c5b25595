"""Whether works and ledger say the same: no work without its entries, no entry without its work."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.installation import Installation
from registry.ledger.finding import Finding
from registry.ledger.models import LedgerEntry
from registry.similarity.models import IndexedPicture
from registry.works.models import STATE_ERASED, STATE_REGISTERED, STATE_WITHDRAWN, Work, WorkVersion

_OF_VERSIONS = ("register", "amend")
_STATE_AFTER = {"withdraw": STATE_WITHDRAWN, "erase": STATE_ERASED}


def check_works(installation: Installation) -> list[Finding]:
    """Everything that works and ledger disagree on, by ledger entry."""
    with installation.database.read() as session:
        rows = _Rows.of(session)
    return [*_versions(rows), *_works(rows)]


@dataclass(frozen=True)
class _Version:
    work_id: str
    has_picture: bool
    is_emptied: bool


@dataclass(frozen=True)
class _Rows:
    """``entries`` are (kind, subject) by index, of the kinds that speak of works; all in one snapshot."""

    entries: dict[int, tuple[str, str]]
    works: dict[str, tuple[int, str]]
    versions: dict[int, _Version]
    indexed: dict[int, str]

    @classmethod
    def of(cls, session: Session) -> "_Rows":
        kinds = (*_OF_VERSIONS, *_STATE_AFTER)
        entry, version = LedgerEntry, WorkVersion
        entries = session.execute(
            select(entry.index, entry.kind, entry.subject).where(entry.kind.in_(kinds)).order_by(entry.index)
        )
        versions = session.execute(
            select(version.entry_index, version.work_id, version.file_sha256.is_not(None), version.answer.is_(None))
        )
        return cls(
            entries={index: (kind, subject) for index, kind, subject in entries},
            works={
                work_id: (first, state)
                for work_id, first, state in session.execute(select(Work.id, Work.first_index, Work.state))
            },
            versions={index: _Version(work_id, held, emptied) for index, work_id, held, emptied in versions},
            indexed=dict(session.execute(select(IndexedPicture.entry_index, IndexedPicture.work_id)).all()),
        )


def _versions(rows: _Rows) -> Iterator[Finding]:
    expected = {index: subject for index, (kind, subject) in rows.entries.items() if kind in _OF_VERSIONS}
    for index in sorted(expected.keys() | rows.versions.keys()):
        version = rows.versions.get(index)
        if version is None:
            yield Finding(index, f"the entry is of the work {expected[index]}, which has no such version")
        elif expected.get(index) != version.work_id:
            yield Finding(index, f"the work {version.work_id} is said to be of this entry, which is not its")
        elif version.work_id not in rows.works:
            yield Finding(index, f"the work {version.work_id} is missing")
        elif version.is_emptied != (rows.works[version.work_id][1] == STATE_ERASED):
            yield Finding(index, f"the work {version.work_id} is erased only in part")
        elif version.has_picture and rows.indexed.get(index) != version.work_id:
            yield Finding(index, f"the search does not know the picture of work {version.work_id}")
        elif not version.has_picture and index in rows.indexed:
            yield Finding(index, f"the search knows a picture that the work {version.work_id} does not have")
    for index in sorted(rows.indexed.keys() - rows.versions.keys()):
        yield Finding(index, "the search knows a picture that is no work's")


def _works(rows: _Rows) -> Iterator[Finding]:
    last: dict[str, tuple[int, str]] = {}
    for index, (kind, subject) in rows.entries.items():
        if kind in _STATE_AFTER:
            last[subject] = (index, _STATE_AFTER[kind])
    for work_id, (first, state) in sorted(rows.works.items(), key=lambda work: work[1]):
        if rows.entries.get(first) != ("register", work_id):
            yield Finding(first, f"the work {work_id} has no entry that registers it")
        index, told = last.get(work_id, (first, STATE_REGISTERED))
        if state != told:
            yield Finding(index, f"the work {work_id} is {state}, but the ledger says that it is {told}")
