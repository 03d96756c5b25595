"""Registering a picture: read it, keep the original, look for earlier works, and let the ledger commit to all of it.

Everything slow happens before the one write transaction, which the sequencer shares among those who
register at once and which holds the head of the ledger from its first statement: whether the file is
registered already is asked when nobody else can register it.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from registry.accounts.caller import Caller
from registry.ids import new_id
from registry.installation import Installation
from registry.ledger.appends import Appends
from registry.verify import canonical_json
from registry.verify.canonical_json import JsonValue
from registry.works import idempotency
from registry.works.answer import registered
from registry.works.claim_fields import registration_fields
from registry.works.models import STATE_REGISTERED, Work
from registry.works.owner_signature import check_owner_signature
from registry.works.schemas import ClaimInput, Registered, Upload
from registry.works.version import Picture, add_version, version_of_file


@dataclass(frozen=True)
class _Request:
    """What was asked for. ``sha256`` is of the file, ``digest`` of the whole request."""

    account_id: str
    upload: Upload
    claim: ClaimInput
    sha256: str
    digest: str
    idempotency_key: str | None


def register(
    installation: Installation,
    caller: Caller,
    upload: Upload,
    claim: ClaimInput,
    idempotency_key: str | None = None,
) -> Registered:
    """Register ``upload`` with ``claim`` for the caller's account.

    The same account and file get the first registration's receipt (``already_registered``), the same
    ``idempotency_key`` the first answer. Refused for pictures and claims that cannot be accepted, and for a
    key that was used for another request (``idempotency_key_reused``). A crash before the commit leaves at
    most an original in the object store that nothing refers to; a repeated request finishes what it began.
    """
    if idempotency_key is not None:
        idempotency.check_key(idempotency_key)
    sha256 = hashlib.sha256(upload.content).hexdigest()
    digest = _request_digest(upload, claim, sha256)
    request = _Request(caller.account_id, upload, claim, sha256, digest, idempotency_key)
    with installation.database.read() as session:
        if known := _known(session, request):
            return registered(installation, session, *known)
    check_owner_signature(claim, sha256)
    picture = Picture.looked_at(installation, upload)
    index, status = installation.sequencer.run(
        lambda session, appends: _record(installation, session, appends, request, picture)
    )
    with installation.database.read() as session:
        return registered(installation, session, index, status)


def _record(
    installation: Installation, session: Session, appends: Appends, request: _Request, picture: Picture
) -> tuple[int, str]:
    """In the write transaction. A crash before its commit leaves neither work nor entry, after it both."""
    picture.keep_original(installation)
    known = _known(session, request)
    index, status = known or (_append(installation, session, appends, request, picture), "registered")
    idempotency.record(session, request.account_id, request.idempotency_key, request.digest, (index, status))
    return index, status


def _append(installation: Installation, session: Session, appends: Appends, request: _Request, picture: Picture) -> int:
    work_id = new_id("wrk", installation.randomness)
    title = request.claim.title or _title_of(request.upload.name)
    claim = registration_fields(request.claim, title, picture)
    placed = appends.add("register", work_id, claim)
    session.add(
        Work(
            id=work_id,
            account_id=request.account_id,
            first_index=placed.index,
            registered_at=placed.time,
            state=STATE_REGISTERED,
            title=title,
            creator=request.claim.creator,
        )
    )
    session.flush()
    add_version(session, request.account_id, work_id, placed, picture)
    return placed.index


def _known(session: Session, request: _Request) -> tuple[int, str] | None:
    """The entry and status that answer this request already."""
    answered = idempotency.recorded(session, request.account_id, request.idempotency_key, request.digest)
    if answered is not None:
        return answered
    version = version_of_file(session, request.account_id, request.sha256)
    return None if version is None else (version.entry_index, "already_registered")


def _request_digest(upload: Upload, claim: ClaimInput, sha256: str) -> str:
    request: list[JsonValue] = [sha256, upload.name, claim.model_dump(mode="json")]
    return hashlib.sha256(canonical_json.encode(request)).hexdigest()


def _title_of(name: str) -> str:
    """Without a title, a work is called as its file was."""
    stem = name.rpartition(".")[0] or name
    return stem.strip() or name
