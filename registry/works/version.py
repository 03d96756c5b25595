"""One picture as a version of a work: looked at before the write transaction, recorded in it."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.imaging.picture import Note, Reading
from registry.imaging.purpose import Purpose
from registry.installation import Installation
from registry.ledger.appends import Placed
from registry.similarity.answer import Answer
from registry.similarity.enrol import Enrolment, enrol
from registry.works.models import Work, WorkVersion
from registry.works.schemas import Finding, NoteView, Upload

GENERIC = Note(
    "generic",
    "This design is plain, and unrelated pictures often contain something like it. Copies of the whole picture are "
    "found; where only a part of a picture looks like it, a person is asked, and nothing is called a match.",
)


@dataclass(frozen=True)
class Picture:
    """An upload with everything that is known of it before the transaction."""

    upload: Upload
    reading: Reading
    answer: Answer
    notes: tuple[Note, ...]
    enrolment: Enrolment

    @classmethod
    def looked_at(cls, installation: Installation, upload: Upload) -> "Picture":
        """Read ``upload``, keep the original, search for earlier works. Refused for a picture that cannot be accepted.

        A crash after this leaves at most an original that nothing refers to.
        """
        reading = installation.pictures.read(upload.content, Purpose.WORK)
        # The original is on disk before any entry speaks of it; its name is its digest: harmless to repeat.
        installation.objects.put(upload.content)
        answer, generic = installation.finder.find_for_new_work(reading)
        notes = (*reading.notes, GENERIC) if generic else reading.notes
        return cls(upload, reading, answer, notes, Enrolment.of(reading))

    def keep_original(self, installation: Installation) -> None:
        """Under the ledger's lock: put the original back if an erasure took it away since it was looked at."""
        if not installation.objects.contains(self.reading.sha256):
            installation.objects.put(self.upload.content)


def version_of_file(session: Session, account_id: str, sha256: str) -> WorkVersion | None:
    """The version that holds this file for the account: a file belongs to one work of an owner."""
    return session.scalars(
        select(WorkVersion).where(WorkVersion.account_id == account_id, WorkVersion.file_sha256 == sha256)
    ).one_or_none()


def add_version(session: Session, account_id: str, work_id: str, placed: Placed, picture: Picture | None) -> None:
    """Record what entry ``placed`` says of the work, and make its picture findable. None: drafts alone."""
    version = WorkVersion(
        entry_index=placed.index,
        work_id=work_id,
        account_id=account_id,
        answer=json.dumps({"findings": [], "notes": []}),
    )
    session.add(version)
    if picture is None:
        return
    reading = picture.reading
    version.file_sha256, version.original_name, version.media_type = (
        reading.sha256,
        picture.upload.name,
        reading.media_type,
    )
    version.width, version.height = reading.width, reading.height
    findings = _findings(session, account_id, picture.answer)
    version.answer = json.dumps(
        {
            "findings": [finding.model_dump(mode="json") for finding in findings],
            "notes": [NoteView(code=note.code, text=note.text).model_dump() for note in picture.notes],
        }
    )
    enrol(session, placed.index, work_id, picture.enrolment)


def _findings(session: Session, account_id: str, answer: Answer) -> list[Finding]:
    owners = {
        work.id: work.account_id
        for work in session.scalars(select(Work).where(Work.id.in_({match.work_id for match in answer.matches})))
    }
    return [
        Finding(
            work_id=match.work_id,
            own=owners.get(match.work_id) == account_id,
            verdict="match" if match.verdict == "match" else "review",
            relation=match.relation,
            score=match.score,
            transform=match.transform,
            sibling_of=match.sibling_of,
        )
        for match in answer.matches
    ]
