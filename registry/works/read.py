"""Looking works up. An owner sees their own works; whoever sits at the home's own command line sees all."""

from collections.abc import Sequence
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import Conflict, NotFound
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


def ended(work: Work) -> Conflict:
    """The refusal to change a work that was withdrawn or erased."""
    return Conflict(
        "work_ended",
        f"The work is {work.state}; nothing was changed.",
        hint="Its entries stay in the ledger: 'registry ledger proof' still proves them.",
    )


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
        return WorkPage(items=_views(session, shown), next_index=following)


def list_newest(
    installation: Installation, account_id: str, before_index: int | None = None, limit: int = MOST_PER_PAGE
) -> WorkPage:
    """The account's works whose first entry is before ``before_index``, newest first; ``next_index`` is the next's."""
    with installation.database.read() as session:
        query = select(Work).where(Work.account_id == account_id).order_by(Work.first_index.desc())
        if before_index is not None:
            query = query.where(Work.first_index < before_index)
        works = session.scalars(query.limit(min(limit, MOST_PER_PAGE) + 1)).all()
        shown = works[: min(limit, MOST_PER_PAGE)]
        following = shown[-1].first_index if len(works) > len(shown) else None
        return WorkPage(items=_views(session, shown), next_index=following)


def get_receipt(
    installation: Installation, work_id: str, account_id: str | None = None, index: int | None = None
) -> Registered:
    """What was answered to the first registration, or to the amendment at entry ``index``. NotFound."""
    with installation.database.read() as session:
        version = version_of(session, owned_work(session, work_id, account_id), index)
        return registered(installation, session, version.entry_index, "already_registered")


def version_of(session: Session, work: Work, index: int | None) -> WorkVersion:
    """The version of the work at entry ``index``, the first where None. NotFound (``no_such_version``)."""
    wanted = work.first_index if index is None else index
    version = session.get(WorkVersion, wanted)
    if version is None or version.work_id != work.id:
        raise NotFound(
            "no_such_version",
            f"Entry {wanted} neither registered nor amended this work.",
            hint="'registry works show' and GET /v1/works/{id} tell the entries of its versions.",
        )
    return version


def work_view(session: Session, work: Work) -> WorkView:
    """A work and its versions, oldest first."""
    return _views(session, [work])[0]


def _views(session: Session, works: Sequence[Work]) -> list[WorkView]:
    """One query for the versions of all of them."""
    versions: dict[str, list[VersionView]] = {work.id: [] for work in works}
    of_works = select(WorkVersion).where(WorkVersion.work_id.in_(versions)).order_by(WorkVersion.entry_index)
    for version in session.scalars(of_works):
        versions[version.work_id].append(
            VersionView(
                index=version.entry_index,
                sha256=version.file_sha256,
                original_name=version.original_name,
                media_type=version.media_type,
                width=version.width,
                height=version.height,
            )
        )
    return [
        WorkView(
            id=work.id,
            state=cast(Literal["registered", "withdrawn", "erased"], work.state),
            title=work.title,
            creator=work.creator,
            registered_at=work.registered_at,
            index=work.first_index,
            versions=versions[work.id],
        )
        for work in works
    ]
