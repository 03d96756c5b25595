"""Amending a work: a new picture of it, drafts by digest, or both, under a new entry of the same subject.

As in ``register`` everything slow happens before the one write transaction.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import Conflict, NotFound, Refused
from registry.installation import Installation
from registry.ledger.appends import Appends
from registry.verify import canonical_json
from registry.verify.canonical_json import JsonValue
from registry.works import idempotency
from registry.works.answer import registered
from registry.works.claim_fields import amendment_fields
from registry.works.models import STATE_REGISTERED, Work, WorkVersion
from registry.works.originals import delete_unreferenced
from registry.works.owner_signature import check_amendment_signature
from registry.works.read import ended, owned_work
from registry.works.schemas import AmendmentInput, Registered, Upload
from registry.works.version import Picture, add_version, version_of_file


@dataclass(frozen=True)
class _Request:
    """What was asked for. ``sha256`` is of the picture's file, ``digest`` of the whole request."""

    work_id: str
    account_id: str | None
    amendment: AmendmentInput
    sha256: str | None
    digest: str
    idempotency_key: str | None


def amend(
    installation: Installation,
    work_id: str,
    amendment: AmendmentInput,
    upload: Upload | None = None,
    *,
    account_id: str | None = None,
    idempotency_key: str | None = None,
) -> Registered:
    """Add ``upload``, or the drafts of ``amendment``, or both, to the work of that account (any account's where None).

    A file that is a version of the work already, and drafts that one of its entries holds already, get
    that entry's receipt (``already_registered``); the same ``idempotency_key`` gets the first answer.
    Refused (``amendment_empty``, ``idempotency_key_reused``, or the picture's own code), NotFound
    (``no_such_work``), Conflict (``work_ended``, ``file_of_another_work``). A crash before the commit leaves
    at most an original in the object store that nothing refers to.
    """
    if upload is None and not amendment.drafts:
        raise Refused(
            "amendment_empty",
            "The amendment brings neither a picture nor a draft; nothing was recorded.",
            hint="Send the new picture, or the SHA-256 digests of drafts.",
        )
    if idempotency_key is not None:
        idempotency.check_key(idempotency_key)
    sha256 = None if upload is None else hashlib.sha256(upload.content).hexdigest()
    digest = _request_digest(work_id, amendment, upload, sha256)
    request = _Request(work_id, account_id, amendment, sha256, digest, idempotency_key)
    with installation.database.read() as session:
        work = owned_work(session, work_id, account_id)
        if known := _known(installation, session, work, request):
            return registered(installation, session, *known)
    check_amendment_signature(amendment, work_id, sha256)
    picture = None if upload is None else Picture.looked_at(installation, upload)
    try:
        index, status = installation.sequencer.run(
            lambda session, appends: _record(installation, session, appends, request, picture)
        )
    except (Conflict, NotFound):
        # The work ended since it was asked about. What its owner had destroyed must not come back as an original.
        delete_unreferenced(installation, [sha256])
        raise
    with installation.database.read() as session:
        return registered(installation, session, index, status)


def _record(
    installation: Installation, session: Session, appends: Appends, request: _Request, picture: Picture | None
) -> tuple[int, str]:
    """In the write transaction. A crash before its commit leaves neither version nor entry, after it both."""
    work = owned_work(session, request.work_id, request.account_id)
    known = _known(installation, session, work, request)
    if picture is not None:
        picture.keep_original(installation)
    index, status = known or (_append(session, appends, work, request, picture), "amended")
    idempotency.record(session, work.account_id, request.idempotency_key, request.digest, (index, status))
    return index, status


def _append(session: Session, appends: Appends, work: Work, request: _Request, picture: Picture | None) -> int:
    claim = amendment_fields(request.amendment, _versions(session, work), picture)
    placed = appends.add("amend", work.id, claim)
    add_version(session, work.account_id, work.id, placed, picture)
    return placed.index


def _known(installation: Installation, session: Session, work: Work, request: _Request) -> tuple[int, str] | None:
    """The entry and status that answer this request already. Conflict if the work cannot be amended so."""
    answered = idempotency.recorded(session, work.account_id, request.idempotency_key, request.digest)
    if answered is not None:
        return answered
    if work.state != STATE_REGISTERED:
        raise ended(work)
    if request.sha256 is None:
        index = _entry_with_drafts(installation, session, work, request.amendment)
        return None if index is None else (index, "already_registered")
    version = version_of_file(session, work.account_id, request.sha256)
    if version is not None and version.work_id != work.id:
        raise Conflict(
            "file_of_another_work",
            f"This file is registered already, as the work {version.work_id} of the same owner; nothing was changed.",
            hint="A file belongs to one work. Its entry proves it there; amend with a file that is new.",
        )
    return None if version is None else (version.entry_index, "already_registered")


def _entry_with_drafts(
    installation: Installation, session: Session, work: Work, amendment: AmendmentInput
) -> int | None:
    """The first entry of the work whose claim holds all these drafts."""
    wanted = [draft.model_dump(exclude_none=True) for draft in amendment.drafts]
    for version in _versions(session, work):
        disclosed = installation.ledger.disclosure(session, version.entry_index, ["drafts"])
        for field in disclosed.fields:
            if isinstance(field.value, list) and all(draft in field.value for draft in wanted):
                return version.entry_index
    return None


def _versions(session: Session, work: Work) -> list[WorkVersion]:
    of_work = select(WorkVersion).where(WorkVersion.work_id == work.id).order_by(WorkVersion.entry_index)
    return list(session.scalars(of_work))


def _request_digest(work_id: str, amendment: AmendmentInput, upload: Upload | None, sha256: str | None) -> str:
    name = None if upload is None else upload.name
    request: list[JsonValue] = ["amend", work_id, sha256, name, amendment.model_dump(mode="json")]
    return hashlib.sha256(canonical_json.encode(request)).hexdigest()
