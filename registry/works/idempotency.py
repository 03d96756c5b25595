"""Idempotency keys: a request that is repeated under its key gets the first one's answer."""

import re

from sqlalchemy.orm import Session

from registry.errors import Refused
from registry.works.models import IdempotencyRecord

_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
"""Visible ASCII, long enough for any UUID or hash that clients make up."""


def check_key(key: str) -> None:
    """Refuses (``idempotency_key``) what is no key."""
    if not _KEY.fullmatch(key):
        raise Refused(
            "idempotency_key",
            "An Idempotency-Key has 1 to 200 visible ASCII characters.",
            hint="Use a UUID, one for each request.",
        )


def recorded(session: Session, account_id: str, key: str | None, request_sha256: str) -> tuple[int, str] | None:
    """Entry and status that answered the request before. Refused (``idempotency_key_reused``) if it was another."""
    record = session.get(IdempotencyRecord, (account_id, key)) if key is not None else None
    if record is None:
        return None
    if record.request_sha256 != request_sha256:
        raise Refused(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request; nothing was registered.",
            hint="Make a new key for each new request, and repeat a key only with the very same request.",
        )
    return record.entry_index, record.status


def record(session: Session, account_id: str, key: str | None, request_sha256: str, answer: tuple[int, str]) -> None:
    """Remember entry and status under ``key``, in the unit of work that gives it; nothing without a key."""
    if key is not None and session.get(IdempotencyRecord, (account_id, key)) is None:
        index, status = answer
        session.add(
            IdempotencyRecord(
                account_id=account_id, key=key, request_sha256=request_sha256, entry_index=index, status=status
            )
        )
