"""Registering a picture: read it, keep the original, look for earlier works, and let the ledger commit to all of it.

Everything slow happens before the one write transaction, which holds the head of the ledger from
its first statement: whether the file is registered already is asked when nobody else can register it.
"""

import hashlib
import json
import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.caller import Caller
from registry.errors import Conflict, Refused
from registry.ids import new_id
from registry.imaging.picture import Reading
from registry.installation import Installation
from registry.similarity.answer import Answer
from registry.similarity.enrol import enrol
from registry.verify import canonical_json
from registry.verify.canonical_json import JsonValue
from registry.works.answer import registered
from registry.works.claim_fields import claim_fields
from registry.works.models import IdempotencyRecord, Work, WorkVersion
from registry.works.owner_signature import check_owner_signature
from registry.works.schemas import ClaimInput, Finding, NoteView, Registered, Upload

STATE_REGISTERED = "registered"
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
"""Visible ASCII, long enough for any UUID or hash that clients make up."""


@dataclass(frozen=True)
class _Prepared:
    """Everything that is known before the transaction."""

    upload: Upload
    claim: ClaimInput
    title: str
    reading: Reading
    answer: Answer
    idempotency_key: str | None
    request_sha256: str


def register(
    installation: Installation,
    caller: Caller,
    upload: Upload,
    claim: ClaimInput,
    idempotency_key: str | None = None,
) -> Registered:
    """Register ``upload`` with ``claim`` for the caller's account.

    The same account and file get the first registration's receipt (``already_registered``), the same
    ``idempotency_key`` the first answer. Refused for pictures and claims that cannot be accepted,
    Conflict (``idempotency_key_reused``). A crash before the commit leaves at most an original in the
    object store that nothing refers to; a repeated request finishes what it began.
    """
    request_sha256 = _request_digest(upload, claim)
    if idempotency_key is not None:
        _check_key(idempotency_key)
    with installation.database.read() as session:
        if known := _known(session, caller, upload, idempotency_key, request_sha256):
            return registered(installation, session, *known)
    reading = installation.pictures.read(upload.content)
    check_owner_signature(claim, reading.sha256)
    # The original is on disk before any entry speaks of it; its name is its digest, so this is harmless to repeat.
    installation.objects.put(upload.content)
    prepared = _Prepared(
        upload,
        claim,
        claim.title or _title_of(upload.name),
        reading,
        installation.finder.find(reading),
        idempotency_key,
        request_sha256,
    )
    with installation.database.write() as session:
        index, status = _record(installation, session, caller, prepared)
        return registered(installation, session, index, status)


def _record(installation: Installation, session: Session, caller: Caller, prepared: _Prepared) -> tuple[int, str]:
    """In the write transaction. A crash before its commit leaves neither work nor entry, after it both."""
    installation.ledger.lock(session)
    if not installation.objects.contains(prepared.reading.sha256):
        # Another owner's erasure took the same original away in the meantime; under the lock no other can follow.
        installation.objects.put(prepared.upload.content)
    known = _known(session, caller, prepared.upload, prepared.idempotency_key, prepared.request_sha256)
    if known is None:
        index, status = _append(installation, session, caller, prepared), "registered"
    else:
        index, status = known
    if prepared.idempotency_key is not None and (
        session.get(IdempotencyRecord, (caller.account_id, prepared.idempotency_key)) is None
    ):
        session.add(
            IdempotencyRecord(
                account_id=caller.account_id,
                key=prepared.idempotency_key,
                request_sha256=prepared.request_sha256,
                entry_index=index,
                status=status,
            )
        )
    session.flush()
    return index, status


def _append(installation: Installation, session: Session, caller: Caller, prepared: _Prepared) -> int:
    reading, name = prepared.reading, prepared.upload.name
    work_id = new_id("wrk", installation.randomness)
    findings = _findings(session, caller, prepared.answer)
    appended = installation.ledger.append(
        session,
        "register",
        work_id,
        claim_fields(prepared.claim, prepared.title, name, reading, prepared.answer),
    )
    session.add(
        Work(
            id=work_id,
            account_id=caller.account_id,
            first_index=appended.index,
            registered_at=appended.time,
            state=STATE_REGISTERED,
            title=prepared.title,
            creator=prepared.claim.creator,
        )
    )
    session.flush()
    session.add(
        WorkVersion(
            entry_index=appended.index,
            work_id=work_id,
            account_id=caller.account_id,
            checkpoint_size=appended.checkpoint_size,
            file_sha256=reading.sha256,
            original_name=name,
            media_type=reading.media_type,
            width=reading.width,
            height=reading.height,
            answer=json.dumps(
                {
                    "findings": [finding.model_dump(mode="json") for finding in findings],
                    "notes": [NoteView(code=note.code, text=note.text).model_dump() for note in reading.notes],
                }
            ),
        )
    )
    enrol(session, appended.index, work_id, reading)
    return appended.index


def _known(
    session: Session, caller: Caller, upload: Upload, key: str | None, request_sha256: str
) -> tuple[int, str] | None:
    """The entry and status that answer this request already."""
    record = session.get(IdempotencyRecord, (caller.account_id, key)) if key is not None else None
    if record is not None:
        if record.request_sha256 != request_sha256:
            raise Conflict(
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request; nothing was registered.",
                hint="Make a new key for each new request, and repeat a key only with the very same request.",
            )
        return record.entry_index, record.status
    digest = hashlib.sha256(upload.content).hexdigest()
    index = session.scalar(
        select(WorkVersion.entry_index).where(
            WorkVersion.account_id == caller.account_id, WorkVersion.file_sha256 == digest
        )
    )
    return None if index is None else (index, "already_registered")


def _findings(session: Session, caller: Caller, answer: Answer) -> list[Finding]:
    owners = {
        work.id: work.account_id
        for work in session.scalars(select(Work).where(Work.id.in_({match.work_id for match in answer.matches})))
    }
    return [
        Finding(
            work_id=match.work_id,
            own=owners.get(match.work_id) == caller.account_id,
            verdict="match" if match.verdict == "match" else "review",
            relation=match.relation,
            score=match.score,
            transform=match.transform,
        )
        for match in answer.matches
    ]


def _request_digest(upload: Upload, claim: ClaimInput) -> str:
    request: list[JsonValue] = [hashlib.sha256(upload.content).hexdigest(), upload.name, claim.model_dump(mode="json")]
    return hashlib.sha256(canonical_json.encode(request)).hexdigest()


def _check_key(key: str) -> None:
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Refused(
            "idempotency_key",
            "An Idempotency-Key has 1 to 200 visible ASCII characters.",
            hint="Use a UUID, one for each request.",
        )


def _title_of(name: str) -> str:
    """Without a title, a work is called as its file was."""
    stem = name.rpartition(".")[0] or name
    return stem.strip() or name
