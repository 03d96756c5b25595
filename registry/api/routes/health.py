"""Whether the process lives, and whether it can do its work."""

from http import HTTPStatus

from fastapi import APIRouter

from registry import errors
from registry.anchoring.ethereum.overview import overviews
from registry.api.openapi import problems
from registry.api.opened import Opened
from registry.client.schemas import Alive, Ready

router = APIRouter(tags=["health"])


@router.get("/livez", operation_id="get_liveness", summary="Does the process answer?", response_description="It does.")
async def get_liveness() -> Alive:
    """Asks nothing of the database: a service whose database is away must not be restarted for it."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="get_readiness",
    summary="Can the service do its work?",
    response_description="It can.",
    responses=problems(HTTPStatus.SERVICE_UNAVAILABLE),
)
def get_readiness(installation: Opened) -> Ready:
    """Looks at the database, its schema, the ledger's head and how far the index and the anchors are behind it.

    Alarms of anchors do not make it unready: registration and checks go on without any chain.
    """
    current, newest = installation.database.migration()
    if current != newest:
        raise errors.Unavailable(
            "migration_missing",
            f"The database's schema is at revision {current}, and this version of the service needs {newest}.",
            hint="Start one process of this version: it brings the schema up to date.",
        )
    with installation.database.read() as session:
        size = installation.ledger.head(session).size
        networks = overviews(session, installation.ledger)
    return Ready(
        migration=newest,
        ledger_size=size,
        index_lag=max(size - installation.finder.refresh(), 0),
        anchor_lag=min((network.behind for network in networks), default=None),
        anchor_alarms=[f"{network.name}: {code}" for network in networks for code in sorted(network.alarms)],
    )
