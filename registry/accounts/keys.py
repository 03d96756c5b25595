"""API keys: made, recognised, listed, revoked."""

import hmac
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry import errors
from registry.accounts.caller import Caller, Scope
from registry.accounts.models import Account, ApiKey
from registry.accounts.token import Token
from registry.clock import Clock
from registry.ids import Randomness, new_id
from registry.storage.database import Database

LONGEST_NAME = 100
"""Characters of the name that a person gives a key to know it by."""
USE_NOTED_EVERY = 60_000
"""Milliseconds. A key's last use is written at most so often, so that a reading request is rarely a writing one."""
USE_NOTED_WITHIN = 0.1
"""Seconds that a request waits for other writers to note its key's use; the note is then left to the next request."""


@dataclass(frozen=True)
class IssuedKey:
    """A key just made. ``token`` is shown once: nobody, not even the operator, can show it again."""

    id: str
    account_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: int
    expires_at: int | None
    token: str = field(repr=False)


def create_key(
    session: Session,
    account: Account,
    name: str,
    *,
    scopes: frozenset[Scope],
    expires_at: int | None,
    secret: bytes,
    clock: Clock,
    randomness: Randomness,
) -> IssuedKey:
    """Makes a key of ``account``. ``expires_at`` is in milliseconds since the Unix epoch, or None for never.

    Refuses a name that is empty, too long or not printable (``key_name``), and an expiry that has
    passed (``key_expiry``).
    """
    now = clock.milliseconds()
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise errors.Refused(
            "key_name",
            f"A key needs a printable name of at most {LONGEST_NAME} characters.",
            hint="Name it after who or what will use it.",
        )
    if expires_at is not None and expires_at <= now:
        raise errors.Refused(
            "key_expiry", "The key would have expired already.", hint="Give a time in the future, or none."
        )
    token = Token.generate(new_id("key", randomness), randomness)
    session.add(
        ApiKey(
            id=token.key_id,
            account_id=account.id,
            name=name,
            token_hmac=token.hmac(secret),
            scopes=" ".join(sorted(scopes)),
            created_at=now,
            expires_at=expires_at,
            last_used_at=None,
            revoked_at=None,
        )
    )
    session.flush()
    return IssuedKey(token.key_id, account.id, name, scopes, now, expires_at, token.text)


def authenticate(session: Session, token: str, secret: bytes, clock: Clock) -> Caller:
    """Who holds ``token``. Only reads; :func:`authenticate_request` notes the use too.

    Unauthenticated with the codes ``key_malformed``, ``key_unknown``, ``key_revoked``, ``key_expired``.
    """
    return _recognise(session, token, secret, clock.milliseconds())[1]


def authenticate_request(database: Database, token: str, secret: bytes, clock: Clock) -> Caller:
    """As :func:`authenticate`, in a transaction of its own, and notes the key's use at most once a minute.

    A crash between the two loses the note alone, and so does a database that is busy or read-only:
    better a note that is a minute old than a request that waits for it.
    """
    now = clock.milliseconds()
    with database.read() as session:
        key, caller = _recognise(session, token, secret, now)
    if key.last_used_at is None or now - key.last_used_at >= USE_NOTED_EVERY:
        with suppress(errors.Unavailable), database.write(patience=USE_NOTED_WITHIN) as session:
            session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=now))
    return caller


def list_keys(session: Session, account: Account | None = None) -> list[ApiKey]:
    """The keys of ``account``, or of everybody, oldest first; revoked and expired ones too."""
    query = select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)
    if account is not None:
        query = query.where(ApiKey.account_id == account.id)
    return list(session.scalars(query))


def revoke_key(session: Session, key_id: str, clock: Clock) -> ApiKey:
    """Ends a key now and for ever; one that was revoked before keeps its time. NotFound: ``key_not_found``."""
    key = session.get(ApiKey, key_id)
    if key is None:
        raise errors.NotFound("key_not_found", "There is no such key.", hint="List the keys to see their ids.")
    if key.revoked_at is None:
        key.revoked_at = clock.milliseconds()
        session.flush()
    return key


def _recognise(session: Session, text: str, secret: bytes, now: int) -> tuple[ApiKey, Caller]:
    token = Token.parse(text)
    row = session.execute(
        select(ApiKey, Account).join(Account, Account.id == ApiKey.account_id).where(ApiKey.id == token.key_id)
    ).one_or_none()
    # A key of another installation, or an invented one with a right checksum.
    if row is None or not hmac.compare_digest(row[0].token_hmac, token.hmac(secret)):
        raise errors.Unauthenticated(
            "key_unknown", "This API key does not belong here.", hint="Use a key that this installation made."
        )
    key, account = row
    if key.revoked_at is not None:
        raise errors.Unauthenticated("key_revoked", "This API key was revoked.", hint="Ask for a new key.")
    if key.expires_at is not None and key.expires_at <= now:
        raise errors.Unauthenticated("key_expired", "This API key has expired.", hint="Ask for a new key.")
    scopes = frozenset(Scope(name) for name in key.scopes.split())
    return key, Caller(account.id, account.name, scopes, key.id)
