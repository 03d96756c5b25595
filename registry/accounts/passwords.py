"""Passwords: hashed with Argon2id, set, and compared."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from registry import errors
from registry.accounts.models import Account, AccountPassword, BrowserSession
from registry.clock import Clock

SHORTEST, LONGEST = 12, 256
"""Characters. NIST SP 800-63B: long passwords and no rules about what is in them; an end, so that hashing has one."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB (RFC 9106, the second recommended choice): a crowd of strangers must not take more."""
_HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """What is kept of ``password``. Slow on purpose: call it outside of any unit of work.

    Refused (``password_weak``) for one that is too short or endless.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise errors.Refused(
            "password_weak",
            f"A password needs {SHORTEST} to {LONGEST} characters.",
            hint="Take a sentence that only you would say.",
        )
    with _AT_ONCE:
        return _HASHER.hash(_encoded(password))


def is_right(encoded: str | None, password: str) -> bool:
    """Whether ``password`` was hashed to ``encoded``; takes as long where there is none.

    Outside of any unit of work.
    """
    if len(password) > LONGEST:
        return False
    with _AT_ONCE:
        try:
            return (
                _HASHER.verify(_nobodys() if encoded is None else encoded, _encoded(password)) and encoded is not None
            )
        except (VerificationError, InvalidHashError):
            return False


def set_password(
    session: Session, account: Account, encoded: str, clock: Clock, *, is_administrator: bool | None = None
) -> None:
    """Lets the account sign in with the password that was :func:`hashed`, and ends whoever is signed in as it.

    ``is_administrator`` None leaves it as it is, for a new one: no.
    """
    known = session.get(AccountPassword, account.id)
    if known is None:
        known = AccountPassword(account_id=account.id)
        session.add(known)
    known.encoded, known.changed_at = encoded, clock.milliseconds()
    if is_administrator is not None:
        account.is_administrator = is_administrator
    session.execute(delete(BrowserSession).where(BrowserSession.account_id == account.id))
    session.flush()


@cache
def _nobodys() -> str:
    return _HASHER.hash(b"nobody's")


def _encoded(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
