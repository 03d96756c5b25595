"""Signing in to the pages: a limit on guesses, a session for each browser, and its end."""

import hmac
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from registry import errors
from registry.accounts.account import LONGEST_NAME
from registry.accounts.caller import Caller, Scope
from registry.accounts.models import Account, AccountPassword, BrowserSession, SignInAttempts
from registry.accounts.passwords import is_right
from registry.clock import Clock
from registry.ids import Randomness
from registry.storage.database import Database

TOKEN_BYTES = 32
MOST_ATTEMPTS = 10
"""Of one name within WINDOW: a person who mistypes gets by, a guesser gets a thousand a day."""
WINDOW = 15 * 60_000
"""Milliseconds."""
MOST_NAMES = 10_000
"""Names tried within WINDOW that are remembered: more is an attack, and nobody else signs in until it abates."""
IDLE = 12 * 3_600_000
"""Milliseconds without a page after which a session has ended: a working day."""
LONGEST_SESSION = 7 * 86_400_000
USE_NOTED_EVERY = 5 * 60_000
"""Milliseconds. So that reading a page is rarely a write."""
USE_NOTED_WITHIN = 0.1
"""Seconds that a page waits for other writers to note it."""

_TOKEN = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TOKEN_DOMAIN = b"registry/browser-session/v1\n"
_NAME_DOMAIN = b"registry/sign-in-name/v1\n"


@dataclass(frozen=True)
class SignedIn:
    """Whom a browser is signed in as."""

    account_id: str
    account_name: str
    is_administrator: bool

    @property
    def caller(self) -> Caller:
        """As the verbs know them: everything in their own account."""
        return Caller(self.account_id, self.account_name, frozenset(Scope), None)

    def require_administrator(self) -> None:
        """Forbidden (``administrator_needed``)."""
        if not self.is_administrator:
            raise errors.Forbidden(
                "administrator_needed",
                "Only an administrator of this installation may see this.",
                hint="Whoever runs it makes one with: registry accounts create NAME --administrator",
            )


def sign_in(
    database: Database, name: str, password: str, *, secret: bytes, clock: Clock, randomness: Randomness
) -> str:
    """The token of a new session for whoever knows the account's password.

    Unauthenticated (``sign_in_wrong``) does not tell whether there is such an account. Refused
    (``sign_in_too_often``) after too many attempts, before the password is looked at. The attempt is counted
    first, in a unit of work of its own: a crash after it costs one attempt, and many at once are all counted.
    """
    name = unicodedata.normalize("NFC", name[: 4 * LONGEST_NAME]).strip()
    name_hmac = hmac.digest(secret, _NAME_DOMAIN + name.encode("utf-8", "surrogatepass"), "sha256")
    with database.write() as session:
        _count(session, name_hmac, clock.milliseconds())
        found = _password_of(session, name)
    if not is_right(None if found is None else found.encoded, password) or found is None:
        raise _wrong()
    with database.write() as session:
        current = session.get(AccountPassword, found.account_id)
        if current is None or current.encoded != found.encoded:
            raise _wrong()
        session.execute(delete(SignInAttempts).where(SignInAttempts.name_hmac == name_hmac))
        return begin_session(session, found.account_id, secret=secret, clock=clock, randomness=randomness)


def begin_session(session: Session, account_id: str, *, secret: bytes, clock: Clock, randomness: Randomness) -> str:
    """The token of a new session of that account, for whoever was found to be its person.

    A crash before the commit leaves no session; one after it leaves one whose token nobody has, until it ends.
    """
    token, now = randomness.take(TOKEN_BYTES).hex(), clock.milliseconds()
    session.execute(delete(BrowserSession).where(_has_ended(now)))
    session.add(
        BrowserSession(token_hmac=_token_hmac(token, secret), account_id=account_id, created_at=now, last_used_at=now)
    )
    return token


def signed_in(database: Database, token: str, secret: bytes, clock: Clock) -> SignedIn | None:
    """Whom the session of ``token`` is of; None for one that has ended or never was. Notes its use now and then."""
    if not _TOKEN.fullmatch(token):
        return None
    now = clock.milliseconds()
    with database.read() as session:
        row = session.execute(
            select(BrowserSession, Account)
            .join(Account, Account.id == BrowserSession.account_id)
            .where(BrowserSession.token_hmac == _token_hmac(token, secret), ~_has_ended(now))
        ).one_or_none()
    if row is None:
        return None
    known, account = row
    if now - known.last_used_at >= USE_NOTED_EVERY:
        with suppress(errors.Unavailable), database.write(patience=USE_NOTED_WITHIN) as session:
            session.execute(
                update(BrowserSession).where(BrowserSession.token_hmac == known.token_hmac).values(last_used_at=now)
            )
    return SignedIn(account.id, account.name, account.is_administrator)


def sign_out(database: Database, token: str, secret: bytes) -> None:
    """Ends the session of ``token``, if there is one."""
    if not _TOKEN.fullmatch(token):
        return
    with database.write() as session:
        session.execute(delete(BrowserSession).where(BrowserSession.token_hmac == _token_hmac(token, secret)))


def _count(session: Session, name_hmac: bytes, now: int) -> None:
    session.execute(delete(SignInAttempts).where(SignInAttempts.since <= now - WINDOW))
    session.execute(
        update(SignInAttempts).where(SignInAttempts.name_hmac == name_hmac).values(attempts=SignInAttempts.attempts + 1)
    )
    known = session.get(SignInAttempts, name_hmac)
    if known is not None:
        if known.attempts > MOST_ATTEMPTS:
            raise _too_often()
        return
    if (session.scalar(select(func.count()).select_from(SignInAttempts)) or 0) >= MOST_NAMES:
        raise _too_often()
    session.add(SignInAttempts(name_hmac=name_hmac, attempts=1, since=now))
    session.flush()


def _password_of(session: Session, name: str) -> AccountPassword | None:
    return session.scalar(
        select(AccountPassword).join(Account, Account.id == AccountPassword.account_id).where(Account.name == name)
    )


def _has_ended(now: int) -> ColumnElement[bool]:
    return (BrowserSession.last_used_at <= now - IDLE) | (BrowserSession.created_at <= now - LONGEST_SESSION)


def _token_hmac(token: str, secret: bytes) -> bytes:
    return hmac.digest(secret, _TOKEN_DOMAIN + bytes.fromhex(token), "sha256")


def _too_often() -> errors.Refused:
    return errors.Refused(
        "sign_in_too_often",
        "There were too many attempts to sign in; this one was not looked at.",
        hint="Wait a quarter of an hour, or have whoever runs this installation set a new password.",
    )


def _wrong() -> errors.Unauthenticated:
    return errors.Unauthenticated(
        "sign_in_wrong",
        "This name and this password do not belong together.",
        hint="Try again; whoever runs this installation can set another password.",
    )
