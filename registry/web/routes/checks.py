"""Checking listings: pictures in, a verdict and what it rests on out."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from registry import errors
from registry.api.form import Form, Part
from registry.imaging.shown import MEDIA_TYPE
from registry.listings import check as checks
from registry.listings.recent import checked_at, recent_checks
from registry.listings.schemas import CheckView, MatchView
from registry.web.answering import done, shown
from registry.web.numbers_in_addresses import whole_number
from registry.web.visit import Visit
from registry.works import picture
from registry.works.schemas import Upload

RECENT = 20
_KEPT = {"Cache-Control": "private, max-age=3600"}


@dataclass(frozen=True)
class _Outcome:
    """What came of one file: either a check, or an error that concerns it alone."""

    name: str
    check: CheckView | None = None
    error: errors.RegistryError | None = None


@dataclass(frozen=True)
class _Compared:
    """A match as a page shows it. ``size`` is of the registered picture in pixels; None once it was erased."""

    match: MatchView
    size: tuple[int, int] | None
    drawn: bool


def _ask(visit: Visit) -> Response:
    before = visit.query("before"), visit.query("id")
    time = whole_number(before[0])
    place = None if time is None or before[1] is None else (time, before[1])
    listed = recent_checks(visit.installation, visit.account_id, place, RECENT + 1)
    values: dict[str, Any] = {"checks": listed[:RECENT], "older": listed[RECENT - 1] if len(listed) > RECENT else None}
    if visit.wants_part:
        return visit.page("checks_listed.html", **values)
    return visit.page("check.html", **values)


def _check(visit: Visit, form: Form) -> Response:
    outcomes = [_outcome(visit, part) for part in form.all("file") if part.filename]
    if visit.wants_part:
        return visit.page("checked_rows.html", outcomes=outcomes)
    if len(outcomes) == 1 and outcomes[0].check is not None:
        return visit.to(f"/checks/{outcomes[0].check.id}")
    return visit.page("checked.html", outcomes=outcomes)


def _outcome(visit: Visit, part: Part) -> _Outcome:
    name = part.filename or ""
    try:
        return _Outcome(name, checks.check(visit.installation, visit.who.caller, Upload(part.bytes(), name)))
    except errors.Refused as error:
        return _Outcome(name, error=error)


def _answer(visit: Visit) -> Response:
    home, check_id = visit.installation, visit.path("check_id")
    view = checks.get_check(home, check_id, visit.account_id)
    drawn = checks.drawn(home, check_id, visit.account_id)
    compared = [
        _Compared(match, picture.size(home, match.index) if match.index in drawn else None, match.index in drawn)
        for match in view.matches
    ]
    return visit.page("checked_listing.html", view=view, compared=compared, checked_at=checked_at(home, check_id))


def _listing(visit: Visit) -> Response:
    return _picture(checks.get_listing(visit.installation, visit.path("check_id"), _index(visit), visit.account_id))


def _aligned(visit: Visit) -> Response:
    return _picture(checks.get_aligned(visit.installation, visit.path("check_id"), _index(visit), visit.account_id))


def _work(visit: Visit) -> Response:
    # Who may see the check may see what it found: the evidence picture shows the work too.
    checks.get_evidence(visit.installation, visit.path("check_id"), _index(visit), visit.account_id)
    return _picture(picture.thumbnail(visit.installation, _index(visit)))


def _large_work(visit: Visit) -> Response:
    checks.get_evidence(visit.installation, visit.path("check_id"), _index(visit), visit.account_id)
    return _picture(picture.large(visit.installation, _index(visit)))


def _panels(visit: Visit) -> Response:
    found = checks.get_evidence(visit.installation, visit.path("check_id"), _index(visit), visit.account_id)
    return Response(found, media_type="image/png", headers=_KEPT)


def _picture(content: bytes) -> Response:
    return Response(content, media_type=MEDIA_TYPE, headers=_KEPT)


def _index(visit: Visit) -> int:
    index = whole_number(visit.path("index"))
    if index is None:
        raise picture.no_picture()
    return index


def _fields(visit: Visit) -> dict[str, int]:
    return {"file": visit.installation.settings.max_upload_bytes}


ROUTES = [
    shown("/check", _ask, signed_in=True),
    done("/check", _check, _fields, many=frozenset({"file"}), pictures=True),
    shown("/checks/{check_id}", _answer, signed_in=True),
    shown("/checks/{check_id}/{index}/listing", _listing, signed_in=True),
    shown("/checks/{check_id}/{index}/aligned", _aligned, signed_in=True),
    shown("/checks/{check_id}/{index}/work", _work, signed_in=True),
    shown("/checks/{check_id}/{index}/enlarged", _large_work, signed_in=True, pictures=True),
    shown("/checks/{check_id}/{index}/panels", _panels, signed_in=True),
]
