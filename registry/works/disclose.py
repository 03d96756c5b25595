"""What its owner shows everybody of a work, beside what the log shows, which says nothing of it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import NotFound, Refused
from registry.installation import Installation
from registry.verify.commitment import Disclosure
from registry.works.models import STATE_ERASED, STATE_REGISTERED, Work, WorkDisclosure, WorkVersion
from registry.works.read import ended, owned_work


@dataclass(frozen=True)
class PublicWork:
    """A work as anybody sees it. ``disclosure`` opens the shown fields of its first entry; the others by digest."""

    work_id: str
    state: str
    index: int
    registered_at: int
    entries: tuple[int, ...]
    disclosure: Disclosure
    picture: bool


def disclose(
    installation: Installation, work_id: str, names: frozenset[str], *, picture: bool, account_id: str | None = None
) -> None:
    """Show these fields of the first claim, and the picture, to everybody from now on; nothing: none of it.

    What somebody saw in the meantime cannot be taken back. NotFound, Conflict (``work_ended``), Refused
    (``no_such_field``). One row in one unit of work: a crash before its commit leaves what was shown before.
    """
    with installation.database.write() as session:
        work = owned_work(session, work_id, account_id)
        if work.state != STATE_REGISTERED and (names or picture):
            raise ended(work)
        known = field_names(installation, session, work.first_index)
        if unknown := names - set(known):
            raise Refused(
                "no_such_field",
                f"The claim of this version has no field {sorted(unknown)[0]!r}.",
                hint=f"It has: {', '.join(sorted(known))}.",
            )
        row = session.get(WorkDisclosure, work.id)
        if row is None:
            row = WorkDisclosure(work_id=work.id)
            session.add(row)
        row.fields, row.picture = "\n".join(sorted(names)), picture


def disclosed(session: Session, work_id: str) -> tuple[frozenset[str], bool]:
    """The names that are shown to everybody, and whether the picture is."""
    row = session.get(WorkDisclosure, work_id)
    return (frozenset(), False) if row is None else (frozenset(row.fields.split("\n")) - {""}, row.picture)


def field_names(installation: Installation, session: Session, index: int) -> list[str]:
    """The names of the claim's fields at that entry, sorted; none once erased."""
    return sorted(field.name for field in installation.ledger.disclosure(session, index).fields)


def seen_pictures(installation: Installation, work_ids: Collection[str], account_id: str | None) -> dict[str, int]:
    """Entries of the first pictures of those of the works whose picture that account may see: its own and public ones.

    One query, which asks for nothing if there are none.
    """
    if not work_ids:
        return {}
    may = (Work.account_id == account_id) & (Work.state != STATE_ERASED)
    shown = WorkDisclosure.picture.is_(True) & (Work.state == STATE_REGISTERED)
    asked = (
        select(Work.id, Work.first_index)
        .outerjoin(WorkDisclosure, WorkDisclosure.work_id == Work.id)
        .where(Work.id.in_(sorted(work_ids)), may | shown)
    )
    with installation.database.read() as session:
        return {work_id: index for work_id, index in session.execute(asked)}


def public_work(installation: Installation, work_id: str) -> PublicWork:
    """The work as its owner shows it. NotFound (``no_such_work``)."""
    with installation.database.read() as session:
        work = session.get(Work, work_id)
        if work is None:
            raise NotFound(
                "no_such_work", "There is no work of that id.", hint="Compare it with the one that you were given."
            )
        names, picture = disclosed(session, work_id)
        versions = select(WorkVersion.entry_index).where(WorkVersion.work_id == work_id)
        return PublicWork(
            work_id=work.id,
            state=work.state,
            index=work.first_index,
            registered_at=work.registered_at,
            entries=tuple(session.scalars(versions.order_by(WorkVersion.entry_index))),
            disclosure=installation.ledger.disclosure(session, work.first_index, names),
            picture=picture and work.state == STATE_REGISTERED,
        )
