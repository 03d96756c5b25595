"""How a work came to be what it is: its states, newest first, each as its owner declared it."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.installation import Installation
from registry.works.models import WorkVersion
from registry.works.read import owned_work, version_of
from registry.works.schemas import Draft

MOST_SHOWN = 10
"""States in one answer: each may have a description of many lines."""


@dataclass(frozen=True)
class State:
    """What one entry brought. ``recorded_at`` in milliseconds; without a picture it brought drafts alone.

    What was erased is empty, and so is what was not declared.
    """

    index: int
    recorded_at: int
    original_name: str | None
    size: tuple[int, int] | None
    description: str | None
    created_on: str | None
    drafts: tuple[Draft, ...]


@dataclass(frozen=True)
class History:
    """Some states, newest first; ``older`` is where the next ones begin, None where there are no more."""

    states: tuple[State, ...]
    older: int | None


def history(
    installation: Installation,
    work_id: str,
    account_id: str | None,
    before_index: int | None = None,
    limit: int = MOST_SHOWN,
) -> History:
    """The states of the work whose entries are before ``before_index``. NotFound (``no_such_work``)."""
    with installation.database.read() as session:
        work = owned_work(session, work_id, account_id)
        query = select(WorkVersion).where(WorkVersion.work_id == work.id).order_by(WorkVersion.entry_index.desc())
        if before_index is not None:
            query = query.where(WorkVersion.entry_index < before_index)
        versions = session.scalars(query.limit(limit + 1)).all()
        states = tuple(_state(installation, session, version) for version in versions[:limit])
    return History(states, states[-1].index if len(versions) > limit else None)


def state(installation: Installation, work_id: str, account_id: str | None, index: int | None = None) -> State:
    """The state that entry ``index`` brought, the first where None. NotFound (``no_such_version``)."""
    with installation.database.read() as session:
        version = version_of(session, owned_work(session, work_id, account_id), index)
        return _state(installation, session, version)


def _state(installation: Installation, session: Session, version: WorkVersion) -> State:
    index = version.entry_index
    told = installation.ledger.disclosure(session, index, ["description", "created_on", "drafts"]).values()
    sized = version.width is not None and version.height is not None
    return State(
        index=index,
        recorded_at=json.loads(installation.ledger.entry(session, index))["time"],
        original_name=version.original_name,
        size=(version.width or 0, version.height or 0) if sized else None,
        description=_text(told.get("description")),
        created_on=_text(told.get("created_on")),
        drafts=tuple(map(Draft.model_validate, drafts)) if isinstance(drafts := told.get("drafts"), list) else (),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
