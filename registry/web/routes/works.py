"""A designer's works: registered, listed, shown with receipts, given out as evidence, made public, withdrawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

from starlette.responses import Response, StreamingResponse

from registry import errors
from registry.api.form import Form, Part
from registry.client.problem import status_of
from registry.imaging.shown import MEDIA_TYPE
from registry.verify import canonical_json
from registry.verify.container import MIMETYPE
from registry.web.answering import LINE_BYTES, TEXT_BYTES, done, shown
from registry.web.languages import LANGUAGES
from registry.web.numbers_in_addresses import whole_number
from registry.web.problem_pages import nothing_here
from registry.web.visit import Visit
from registry.works import disclose, end, history, picture, read
from registry.works.amend import amend
from registry.works.certificate import get_certificate
from registry.works.evidence import get_evidence
from registry.works.evidence_material import Selection
from registry.works.register import register
from registry.works.schemas import Registered, Upload, parse_amendment, parse_claim

PER_PAGE = 24
_LARGEST_FIELDS = 64


@dataclass(frozen=True)
class _Outcome:
    """What came of one file: either a registration, or an error that concerns it alone."""

    name: str
    registered: Registered | None = None
    error: errors.RegistryError | None = None


def _works(visit: Visit) -> Response:
    page = read.list_newest(visit.installation, visit.account_id, whole_number(visit.query("before")), PER_PAGE)
    values: dict[str, Any] = {"works": page.items, "older": page.next_index}
    if visit.wants_part:
        return visit.page("works_listed.html", **values)
    return visit.page("works.html", creator=visit.who.account_name, **values)


def _register(visit: Visit, form: Form) -> Response:
    claim = {name: value for name in ("creator", "title") if (value := form.text(name).strip())}
    claim.setdefault("creator", visit.who.account_name)
    outcomes = [_outcome(visit, part, claim) for part in form.all("file") if part.filename]
    done = [one.registered for one in outcomes if one.registered is not None]
    template = "works_registered_rows.html" if visit.wants_part else "works_registered.html"
    return visit.page(template, outcomes=outcomes, seen=_seen(visit, done))


def _seen(visit: Visit, registered: Iterable[Registered]) -> dict[str, int]:
    """Where the pictures of resembling works are that the visitor may see, by work."""
    works = {found.work_id for one in registered for found in one.findings}
    return disclose.seen_pictures(visit.installation, works, visit.account_id)


def _outcome(visit: Visit, part: Part, claim: Mapping[str, str]) -> _Outcome:
    name = part.filename or ""
    try:
        upload = Upload(part.bytes(), name)
        return _Outcome(name, register(visit.installation, visit.who.caller, upload, parse_claim(claim)))
    except (errors.Refused, errors.Conflict) as error:
        return _Outcome(name, error=error)


def _work(visit: Visit) -> Response:
    if visit.wants_part:
        older = history.history(
            visit.installation, visit.path("work_id"), visit.account_id, whole_number(visit.query("before"))
        )
        return visit.page("work_states.html", work_id=visit.path("work_id"), history=older, index=None)
    return _work_page(visit)


def _version(visit: Visit) -> Response:
    index = whole_number(visit.path("index"))
    if index is None:
        raise nothing_here()
    return _work_page(visit, index)


def _work_page(
    visit: Visit,
    index: int | None = None,
    *,
    error: errors.RegistryError | None = None,
    filled: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """The work in the state that entry ``index`` brought, the first where None. ``filled`` is what was typed."""
    home, work_id = visit.installation, visit.path("work_id")
    work = read.get_work(home, work_id, visit.account_id)
    shown_state = history.state(home, work_id, visit.account_id, index)
    erased = work.state == "erased"
    receipt = None if erased else read.get_receipt(home, work_id, visit.account_id, shown_state.index)
    with home.database.read() as session:
        names = disclose.field_names(home, session, shown_state.index)
        public, with_picture = disclose.disclosed(session, work_id)
    return visit.page(
        "work.html",
        status=200 if error is None else int(status_of(error)),
        work=work,
        state=shown_state,
        history=history.history(home, work_id, visit.account_id, whole_number(visit.query("before"))),
        receipt=receipt,
        seen=_seen(visit, [receipt] if receipt is not None else []),
        names=names,
        public=public,
        with_picture=with_picture,
        erased=erased,
        error=error,
        filled=filled,
    )


def _amend(visit: Visit, form: Form) -> Response:
    work_id = visit.path("work_id")
    pictures = [part for part in form.all("file") if part.filename]
    # A browser ends the lines of a text in CR LF, and may write letters in pieces.
    filled = {
        name: normalize("NFC", form.text(name).replace("\r\n", "\n").strip())
        for name in ("description", "created_on", "note")
    }
    digests = [sha256 for part in form.all("draft_sha256") if (sha256 := part.bytes().decode("utf-8", "replace"))]
    digests += [part.sha256() for part in form.all("draft") if part.filename]
    note = {"note": filled["note"]} if filled["note"] else {}
    declared = {name: filled[name] for name in ("description", "created_on") if filled[name]}
    try:
        amendment = parse_amendment({**declared, "drafts": [{"sha256": digest, **note} for digest in digests]})
        upload = Upload(pictures[0].bytes(), pictures[0].filename or "") if pictures else None
        done_as = amend(visit.installation, work_id, amendment, upload, account_id=visit.account_id)
    except (errors.Refused, errors.Conflict) as error:
        return _work_page(visit, error=error, filled=filled)
    return visit.to(f"/works/{work_id}/versions/{done_as.index}")


def _receipt(visit: Visit) -> Response:
    work_id = visit.path("work_id")
    found = read.get_receipt(visit.installation, work_id, visit.account_id, whole_number(visit.query("index")))
    return Response(
        canonical_json.encode(found.receipt) + b"\n",
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{work_id}.receipt.json"'},
    )


def _selection(visit: Visit) -> Selection:
    asked = visit.request.query_params
    return Selection(frozenset(asked.getlist("field")[:_LARGEST_FIELDS]), asked.get("original") == "yes")


def _evidence(visit: Visit) -> Response:
    work_id = visit.path("work_id")
    asked = visit.request.query_params
    made = get_evidence(
        visit.installation,
        work_id,
        visit.account_id,
        index=whole_number(asked.get("index")),
        selection=_selection(visit),
        sealed=asked.get("seal") == "yes",
        certified=asked.get("certificate") == "yes",
    )
    return StreamingResponse(
        made.chunks(),
        media_type=MIMETYPE.decode(),
        headers={
            "Content-Length": str(made.size),
            "Content-Disposition": f'attachment; filename="{work_id}.evidence.zip"',
        },
    )


def _certificate(visit: Visit) -> Response:
    work_id = visit.path("work_id")
    wanted = visit.query("language") or ""
    language = wanted if wanted in LANGUAGES else visit.say.language
    made = get_certificate(
        visit.installation,
        work_id,
        language,
        account_id=visit.account_id,
        index=whole_number(visit.query("index")),
        selection=_selection(visit),
    )
    name = f"{work_id}.certificate.{language}.pdf"
    return Response(
        made, media_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _thumbnail(visit: Visit) -> Response:
    work = read.get_work(visit.installation, visit.path("work_id"), visit.account_id)
    return _shown(visit, [version.index for version in work.versions])


def _large(visit: Visit) -> Response:
    work = read.get_work(visit.installation, visit.path("work_id"), visit.account_id)
    index = whole_number(visit.path("index"))
    if index not in [version.index for version in work.versions]:
        raise picture.no_picture()
    return Response(
        picture.large(visit.installation, index),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "private, max-age=3600"},
    )


def _shown(visit: Visit, indices: list[int]) -> Response:
    index = whole_number(visit.path("index"))
    if index not in indices:
        raise picture.no_picture()
    return Response(
        picture.thumbnail(visit.installation, index),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "private, max-age=3600"},
    )


def _show(visit: Visit, form: Form) -> Response:
    work_id = visit.path("work_id")
    names = frozenset(part.bytes().decode("utf-8", "replace") for part in form.all("field"))
    disclose.disclose(
        visit.installation, work_id, names, picture=form.text("picture") == "yes", account_id=visit.account_id
    )
    return visit.to(f"/works/{work_id}#public")


def _withdraw(visit: Visit, form: Form) -> Response:
    work_id = visit.path("work_id")
    if form.text("sure") != "yes":
        raise errors.Refused(
            "not_confirmed", "The box that confirms it was not ticked; nothing was done.", hint="Go back and tick it."
        )
    end.withdraw(visit.installation, work_id, visit.account_id)
    return visit.to(f"/works/{work_id}")


def _public(visit: Visit) -> Response:
    return visit.page("public_work.html", work=disclose.public_work(visit.installation, visit.path("work_id")))


def _public_picture(visit: Visit) -> Response:
    work = disclose.public_work(visit.installation, visit.path("work_id"))
    return _shown(visit, list(work.entries) if work.picture else [])


def _registration_fields(visit: Visit) -> dict[str, int]:
    return {"file": visit.installation.settings.max_upload_bytes, "creator": LINE_BYTES, "title": LINE_BYTES}


def _amendment_fields(visit: Visit) -> dict[str, int]:
    largest = visit.installation.settings.max_upload_bytes
    lines = dict.fromkeys(("created_on", "note", "draft_sha256"), LINE_BYTES)
    return {"file": largest, "draft": largest, "description": TEXT_BYTES, **lines}


ROUTES = [
    shown("/works", _works, signed_in=True),
    done("/works", _register, _registration_fields, many=frozenset({"file"}), pictures=True),
    shown("/works/{work_id}", _work, signed_in=True),
    shown("/works/{work_id}/versions/{index}", _version, signed_in=True),
    done(
        "/works/{work_id}/versions",
        _amend,
        _amendment_fields,
        many=frozenset({"draft", "draft_sha256"}),
        pictures=True,
    ),
    shown("/works/{work_id}/receipt", _receipt, signed_in=True),
    shown("/works/{work_id}/evidence", _evidence, signed_in=True, pictures=True),
    shown("/works/{work_id}/certificate", _certificate, signed_in=True, pictures=True),
    shown("/works/{work_id}/pictures/{index}/small", _thumbnail, signed_in=True),
    shown("/works/{work_id}/pictures/{index}/large", _large, signed_in=True, pictures=True),
    done("/works/{work_id}/shown", _show, {"field": LINE_BYTES, "picture": LINE_BYTES}, many=frozenset({"field"})),
    done("/works/{work_id}/withdraw", _withdraw, {"sure": LINE_BYTES}),
    shown("/works/{work_id}/public", _public),
    shown("/works/{work_id}/public/{index}", _public_picture),
]
