"""The proofs that are kept, with what their calendars still owe."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.anchoring.models import BitcoinTimestamp


def unfinished(session: Session, calendar: str, most: int, *, headers: bool) -> list[BitcoinTimestamp]:
    """Those of ``calendar`` that lead to no block yet, or with ``headers`` have no header yet, the newest first: what
    they lead to covers the older ones."""
    table = BitcoinTimestamp
    wanted = select(table).where(table.calendar == calendar)
    if headers:
        wanted = wanted.where(table.height.is_not(None), table.header.is_(None))
    else:
        wanted = wanted.where(table.height.is_(None))
    return list(session.scalars(wanted.order_by(table.checkpoint_size.desc()).limit(most)))


def earliest_over(session: Session, index: int) -> BitcoinTimestamp | None:
    """Of those that lead to a block and have entry ``index`` under them, the one in the lowest; with its header, where
    one has it."""
    table = BitcoinTimestamp
    wanted = select(table).where(table.checkpoint_size > index, table.height.is_not(None))
    order = (table.header.is_(None), table.height, table.checkpoint_size, table.calendar)
    return session.scalars(wanted.order_by(*order).limit(1)).first()


def newest_seen(session: Session) -> list[BitcoinTimestamp]:
    """Of each calendar the newest proof whose header is known; sorted by calendar."""
    table = BitcoinTimestamp
    sizes = (
        select(table.calendar, func.max(table.checkpoint_size))
        .where(table.time.is_not(None))
        .group_by(table.calendar)
        .order_by(table.calendar)
    )
    return [session.get_one(table, (calendar, size)) for calendar, size in session.execute(sizes)]


def newest_submitted(session: Session) -> list[BitcoinTimestamp]:
    """Of each calendar the newest proof, whatever it leads to; sorted by calendar."""
    table = BitcoinTimestamp
    sizes = select(table.calendar, func.max(table.checkpoint_size)).group_by(table.calendar).order_by(table.calendar)
    return [session.get_one(table, (calendar, size)) for calendar, size in session.execute(sizes)]
