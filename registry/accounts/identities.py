"""People whom a provider of identity signs in: whose account each of them has, and who gets a new one."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry import errors
from registry.accounts.account import find_or_create_account, normal_name
from registry.accounts.models import Account, AccountIdentity, BrowserSession
from registry.clock import Clock
from registry.ids import Randomness


def account_of_identity(session: Session, issuer: str, subject: str) -> Account | None:
    """The account of whom the provider calls ``subject``, if that was decided before."""
    known = session.get(AccountIdentity, (issuer, subject))
    return None if known is None else session.get_one(Account, known.account_id)


def link_identity(session: Session, account: Account, issuer: str, subject: str, clock: Clock) -> None:
    """From now on whom the provider calls ``subject`` signs in as the account. Conflict (``identity_of_another``)."""
    known = session.get(AccountIdentity, (issuer, subject))
    if known is not None and known.account_id != account.id:
        raise errors.Conflict(
            "identity_of_another",
            "This person of the provider signs in as another account already; nothing was changed.",
            hint="Take it from that account first: registry accounts unlink NAME",
        )
    if known is None:
        session.add(
            AccountIdentity(issuer=issuer, subject=subject, account_id=account.id, created_at=clock.milliseconds())
        )
        session.flush()


def unlink_identities(session: Session, account: Account) -> int:
    """No person of any provider signs in as the account any more; ends its sessions. Answers how many there were."""
    found = session.scalars(select(AccountIdentity).where(AccountIdentity.account_id == account.id)).all()
    for one in found:
        session.delete(one)
    session.execute(delete(BrowserSession).where(BrowserSession.account_id == account.id))
    session.flush()
    return len(found)


def new_account_of_identity(
    session: Session,
    issuer: str,
    subject: str,
    name: str,
    *,
    is_administrator: bool,
    clock: Clock,
    randomness: Randomness,
) -> Account:
    """An account called ``name`` for whom the provider calls ``subject``.

    Conflict (``account_name_taken``) if there is one of that name: a name that somebody chose at a provider must open
    nobody's works. Refused (``account_name``). Account and identity are one unit of work: a crash leaves both or none.
    """
    if session.scalar(select(Account.id).where(Account.name == normal_name(name))) is not None:
        raise errors.Conflict(
            "account_name_taken",
            f"There is an account called {normal_name(name)} already, and nobody said that it is yours.",
            hint="Ask whoever runs this registry for: registry accounts link NAME SUBJECT",
        )
    account = find_or_create_account(session, name, clock, randomness)
    account.is_administrator = is_administrator
    link_identity(session, account, issuer, subject, clock)
    return account
