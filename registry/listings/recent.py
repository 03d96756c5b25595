"""The newest checks: of one account to look at again, and of everybody as numbers."""

import json
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select, tuple_

from registry.installation import Installation
from registry.listings.models import Check

MEASURED_CHECKS = 500
"""So many of the newest checks are counted: a page of numbers costs the same however many there ever were."""


@dataclass(frozen=True)
class CheckSummary:
    """One check in a list. ``checked_at`` in milliseconds."""

    id: str
    checked_at: int
    verdict: str
    matches: int


@dataclass(frozen=True)
class CheckNumbers:
    """Of the newest checks: how many of each verdict, and how long they took, sorted, in milliseconds."""

    verdicts: Counter[str]
    milliseconds: tuple[int, ...]
    since: int | None


def recent_checks(
    installation: Installation, account_id: str, before: tuple[int, str] | None, limit: int
) -> list[CheckSummary]:
    """The account's checks before that time and id, newest first."""
    query = select(Check).where(Check.account_id == account_id).order_by(Check.checked_at.desc(), Check.id.desc())
    if before is not None:
        query = query.where(tuple_(Check.checked_at, Check.id) < before)
    with installation.database.read() as session:
        rows = session.scalars(query.limit(limit)).all()
    return [CheckSummary(row.id, row.checked_at, row.verdict, len(json.loads(row.answer)["matches"])) for row in rows]


def checked_at(installation: Installation, check_id: str) -> int | None:
    """When that check was made, in milliseconds; None if there is none."""
    with installation.database.read() as session:
        return session.scalar(select(Check.checked_at).where(Check.id == check_id))


def check_numbers(installation: Installation) -> CheckNumbers:
    """Of the newest MEASURED_CHECKS of everybody."""
    query = select(Check.verdict, Check.answer, Check.checked_at).order_by(Check.checked_at.desc())
    with installation.database.read() as session:
        rows = session.execute(query.limit(MEASURED_CHECKS)).all()
    return CheckNumbers(
        Counter(verdict for verdict, _, _ in rows),
        tuple(sorted(int(json.loads(answer)["ms"]) for _, answer, _ in rows)),
        rows[-1][2] if rows else None,
    )
