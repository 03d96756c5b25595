"""Looking works up. An owner sees their own works; whoever sits at the home's own command line sees all."""

from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import NotFound
from registry.installation import Installation
from registry.works.answer import registered
from registry.works.models import Work, WorkVersion
from registry.works.schemas import Registered, VersionView, WorkPage, WorkView

MOST_PER_PAGE = 200


def owned_work(session: Session, work_id: str, account_id: str | None) -> Work:
    """The work, if it is that account's, or any account's where None. NotFound (``no_such_work``)."""
    work = session.get(Work, work_id)
    if work is None or account_id not in (None, work.account_id):
        raise NotFound(
            "no_such_work",
            "There is no work of that id among yours.",
            hint="'registry works list' and GET /v1/works tell the ids of your works.",
        )
    return work


def get_work(installation: Installation, work_id: str, account_id: str | None = None) -> WorkView:
    """One work with its versions. NotFound."""
    with installation.database.read() as session:
        return work_view(session, owned_work(session, work_id, account_id))


def list_works(
    installation: Installation, account_id: str | None = None, from_index: int = 0, limit: int = MOST_PER_PAGE
) -> WorkPage:
    """Works whose first entry is at ``from_index`` or later, oldest first."""
    with installation.database.read() as session:
        query = select(Work).where(Work.first_index >= from_index).order_by(Work.first_index)
        if account_id is not None:
            query = query.where(Work.account_id == account_id)
        works = session.scalars(query.limit(min(limit, MOST_PER_PAGE) + 1)).all()
        shown = works[: min(limit, MOST_PER_PAGE)]
        following = works[len(shown)].first_index if len(works) > len(shown) else None
        return WorkPage(items=[work_view(session, work) for work in shown], next_index=following)


def get_receipt(installation: Installation, work_id: str, account_id: str | None = None) -> Registered:
    """The first registration's answer once more. NotFound."""
    with installation.database.read() as session:
        work = owned_work(session, work_id, account_id)
        return registered(installation, session, work.first_index, "already_registered")


def work_view(session: Session, work: Work) -> WorkView:
    """A work and its versions, oldest first."""
    versions = session.scalars(
        select(WorkVersion).where(WorkVersion.work_id == work.id).order_by(WorkVersion.entry_index)
    )
    return WorkView(
        id=work.id,
        state=cast(Literal["registered", "withdrawn", "erased"], work.state),
        title=work.title,
        creator=work.creator,
        registered_at=work.registered_at,
        index=work.first_index,
        versions=[
            VersionView(
                index=version.entry_index,
                sha256=version.file_sha256,
                original_name=version.original_name,
                media_type=version.media_type,
                width=version.width,
                height=version.height,
            )
            for version in versions
        ],
    )
