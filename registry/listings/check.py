"""Checking a listing picture: read it, search, draw what was found, remember the answer."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.caller import Caller
from registry.errors import NotFound
from registry.ids import new_id
from registry.imaging.picture import Reading
from registry.imaging.shown import as_webp
from registry.installation import Installation
from registry.listings.evidence_picture import aligned_listing, evidence_picture
from registry.listings.models import Check
from registry.listings.schemas import CheckView, MatchView
from registry.similarity.answer import Match
from registry.similarity.catalogue import load
from registry.works.models import STATE_ERASED, CheckEvidence, Work, WorkVersion
from registry.works.originals import delete_unreferenced
from registry.works.schemas import NoteView, Upload

MOST_EVIDENCE_PICTURES = 5
"""The best matches get a picture; a moderator decides on those, and each takes some 30 ms to draw."""


@dataclass(frozen=True)
class _Drawn:
    """The pictures of one match, by their digests: three panels, the listing over the work, the whole listing."""

    match: Match
    panels: str
    aligned: str
    listing: str

    @property
    def digests(self) -> list[str]:
        return [self.panels, self.aligned, self.listing]


def check(installation: Installation, caller: Caller | None, upload: Upload) -> CheckView:
    """What ``upload`` shows of the registered works, recorded with the evidence. Raises Refused for a bad picture.

    A crash before the commit leaves evidence pictures in the object store that no check refers to.
    """
    started = time.monotonic()
    reading = installation.pictures.read(upload.content)
    answer = installation.finder.find(reading)
    pictures = _evidence(installation, reading, answer.matches[:MOST_EVIDENCE_PICTURES])
    check_id = new_id("chk", installation.randomness)
    with installation.database.read() as session:
        matches = [_match_view(session, check_id, match) for match in answer.matches]
    view = CheckView(
        id=check_id,
        verdict=answer.verdict,
        matches=matches,
        index_size=answer.index_size,
        model=answer.model,
        ms=round(1000 * (time.monotonic() - started)),
        width=reading.width,
        height=reading.height,
        notes=[NoteView(code=note.code, text=note.text) for note in reading.notes],
    )
    with installation.database.write() as session:
        unshown = _erased_meanwhile(session, [drawn.match.work_id for drawn in pictures])
        session.add(
            Check(
                id=check_id,
                account_id=None if caller is None else caller.account_id,
                checked_at=installation.clock.milliseconds(),
                picture_sha256=reading.sha256,
                verdict=view.verdict.value,
                answer=_without_names(view).model_dump_json(),
            )
        )
        session.flush()
        session.add_all(
            CheckEvidence(
                check_id=check_id,
                entry_index=drawn.match.entry_index,
                work_id=drawn.match.work_id,
                picture_sha256=drawn.panels,
                aligned_sha256=drawn.aligned,
                listing_sha256=None if unshown else drawn.listing,
            )
            for drawn in pictures
            if drawn.match.work_id not in unshown
        )
    if unshown:
        # The listing shows the erased work too.
        delete_unreferenced(installation, {digest for drawn in pictures for digest in drawn.digests})
    return view


def get_check(installation: Installation, check_id: str, account_id: str | None = None) -> CheckView:
    """A check once more, as it was answered, but for the names of works, which are those of now. NotFound."""
    with installation.database.read() as session:
        view = CheckView.model_validate_json(_owned(session, check_id, account_id).answer)
        matches = [match.model_copy(update=_names(session, match.work_id, match.index)) for match in view.matches]
    return view.model_copy(update={"matches": matches})


def drawn(installation: Installation, check_id: str, account_id: str | None = None) -> set[int]:
    """The ledger entries of the matches that have pictures. NotFound."""
    with installation.database.read() as session:
        _owned(session, check_id, account_id)
        rows = select(CheckEvidence.entry_index).where(
            CheckEvidence.check_id == check_id, CheckEvidence.aligned_sha256.is_not(None)
        )
        return set(session.scalars(rows))


def get_aligned(installation: Installation, check_id: str, index: int, account_id: str | None = None) -> bytes:
    """WebP of the listing as it lies over the picture of ledger entry ``index``. NotFound."""
    return _kept(installation, check_id, index, account_id, "aligned_sha256")


def get_listing(installation: Installation, check_id: str, index: int, account_id: str | None = None) -> bytes:
    """WebP of the whole listing picture, reduced, as it is kept for that match. NotFound."""
    return _kept(installation, check_id, index, account_id, "listing_sha256")


def get_evidence(installation: Installation, check_id: str, index: int, account_id: str | None = None) -> bytes:
    """The PNG that shows the match with the picture of ledger entry ``index``. NotFound."""
    return _kept(installation, check_id, index, account_id, "picture_sha256")


def _kept(installation: Installation, check_id: str, index: int, account_id: str | None, column: str) -> bytes:
    with installation.database.read() as session:
        _owned(session, check_id, account_id)
        row = session.get(CheckEvidence, (check_id, index))
    digest: str | None = None if row is None else getattr(row, column)
    if digest is None:
        raise NotFound(
            "no_such_evidence",
            "This check has no evidence picture for that match.",
            hint=f"Only the best {MOST_EVIDENCE_PICTURES} matches have one, until the work that it shows is erased.",
        )
    return installation.objects.get(digest)


def _owned(session: Session, check_id: str, account_id: str | None) -> Check:
    row = session.get(Check, check_id)
    if row is None or account_id not in (None, row.account_id):
        raise NotFound(
            "no_such_check",
            "There is no check of that id among yours.",
            hint="The id stands in the answer to the check.",
        )
    return row


def _evidence(installation: Installation, reading: Reading, matches: tuple[Match, ...]) -> list[_Drawn]:
    drawn: list[_Drawn] = []
    listing = None
    for match in matches:
        with installation.database.read() as session:
            work = load(session, match.entry_index)
        if work is None:
            continue
        picture = evidence_picture(
            work.raster,
            reading.features.view,
            match,
            (work.width, work.height),
            (reading.width, reading.height),
        )
        if listing is None:
            listing = installation.objects.put(as_webp(reading.features.view))
        aligned = aligned_listing(
            reading.features.view, match, (work.width, work.height), (reading.width, reading.height)
        )
        panels, laid_over = installation.objects.put(picture), installation.objects.put(as_webp(aligned))
        drawn.append(_Drawn(match, panels, laid_over, listing))
    return drawn


def _erased_meanwhile(session: Session, work_ids: Iterable[str]) -> set[str]:
    """Those of the works that were erased since they were found. The others stay what they are until the commit."""
    wanted = set(work_ids)
    held = select(Work.id).where(Work.id.in_(wanted), Work.state != STATE_ERASED).order_by(Work.id)
    return wanted - set(session.scalars(held.with_for_update(read=True)))


def _without_names(view: CheckView) -> CheckView:
    """What is stored: an erasure empties the names of a work where they stand, and they stand nowhere else."""
    matches = [match.model_copy(update={"title": None, "path": None}) for match in view.matches]
    return view.model_copy(update={"matches": matches})


def _names(session: Session, work_id: str, index: int) -> dict[str, str | None]:
    return {
        "title": session.scalar(select(Work.title).where(Work.id == work_id)),
        "path": session.scalar(select(WorkVersion.original_name).where(WorkVersion.entry_index == index)),
    }


def _match_view(session: Session, check_id: str, match: Match) -> MatchView:
    return MatchView(
        work_id=match.work_id,
        index=match.entry_index,
        **_names(session, match.work_id, match.entry_index),
        verdict="match" if match.verdict == "match" else "review",
        relation=match.relation,
        score=match.score,
        coverage_of_work=match.coverage_of_work,
        share_of_listing=match.share_of_listing,
        transform=match.transform,
        region=list(match.region),
        region_of_work=list(match.region_of_work),
        sibling_of=match.sibling_of,
        evidence=f"/v1/checks/{check_id}/evidence/{match.entry_index}.png",
    )
