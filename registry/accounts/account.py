"""Accounts by name."""

import unicodedata

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry import errors
from registry.accounts.models import Account
from registry.clock import Clock
from registry.ids import Randomness, new_id

LONGEST_NAME = 200
"""Characters. Longer than any personal or company name we know of, short enough for one line of a certificate."""
_INVISIBLE = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories: control characters, lone surrogates (no database keeps them), line and paragraph separators."""
_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Direction overrides make one name look like another (Unicode Technical Report 36)."""


def find_or_create_account(session: Session, name: str, clock: Clock, randomness: Randomness) -> Account:
    """The account called ``name`` (in Unicode's NFC, without space around it), made if it is new.

    Refuses (``account_name``) an empty, too long or misleading name. Two processes that make the same
    account at once get the same one: the second waits for the first.
    """
    name = normal_name(name)
    found = session.scalar(select(Account).where(Account.name == name))
    if found is not None:
        return found
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(Account)
        .values(id=new_id("acc", randomness), name=name, created_at=clock.milliseconds())
        .on_conflict_do_nothing(index_elements=[Account.name])
    )
    return session.scalars(select(Account).where(Account.name == name)).one()


def existing_account(session: Session, name: str) -> Account:
    """The account of this name. NotFound (``no_such_account``)."""
    found = session.scalar(select(Account).where(Account.name == normal_name(name)))
    if found is None:
        raise errors.NotFound(
            "no_such_account", "There is no account of this name.", hint="Write it as it stands on the account's pages."
        )
    return found


def normal_name(name: str) -> str:
    """``name`` as it is kept and compared. Refused (``account_name``)."""
    normal = unicodedata.normalize("NFC", name).strip()
    if not normal:
        raise _refused("it is empty")
    if len(normal) > LONGEST_NAME:
        raise _refused(f"it has more than {LONGEST_NAME} characters")
    if any(unicodedata.category(character) in _INVISIBLE or character in _OVERRIDES for character in normal):
        raise _refused("it has control characters in it")
    return normal


def _refused(why: str) -> errors.Refused:
    return errors.Refused(
        "account_name",
        f"This name cannot be an account's: {why}.",
        hint="Give the creator's or owner's name as it should stand on a certificate.",
    )
