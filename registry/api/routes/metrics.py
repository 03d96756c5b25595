"""Numbers for whoever watches the service, in the text form of Prometheus (version 0.0.4)."""

from collections.abc import Iterator

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from registry.anchoring.ethereum.overview import overviews
from registry.anchoring.stored import newest
from registry.api.opened import Opened
from registry.installation import Installation

router = APIRouter(tags=["health"])

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Numbers to watch",
    response_class=Response,
    responses={
        200: {"description": "The text form of Prometheus.", "content": {PROMETHEUS: {"schema": {"type": "string"}}}}
    },
)
def get_metrics(installation: Opened) -> Response:
    """The ledger's size, and how far its witnesses of time have come; an alarm is 1 for as long as it lasts."""
    with installation.database.read() as session:
        lines = list(_lines(installation, session))
    return Response("".join(f"{line}\n" for line in lines).encode(), media_type=PROMETHEUS)


def _lines(installation: Installation, session: Session) -> Iterator[str]:
    size = installation.ledger.head(session).size
    yield from _described("ledger_entries", "Entries in the ledger.")
    yield f"firstmark_ledger_entries {size}"
    yield from _described("timestamp_lag_entries", "Entries since the newest timestamp by a witness.")
    for stamp in newest(session):
        yield f'firstmark_timestamp_lag_entries{{witness="{stamp.witness}"}} {size - stamp.checkpoint_size}'
    networks = overviews(session, installation.ledger)
    yield from _described("anchor_lag_entries", "Entries that no final anchor covers.")
    for network in networks:
        yield f'firstmark_anchor_lag_entries{{chain="{network.chain_id}"}} {network.behind}'
    yield from _described("anchor_checked_seconds", "When the network was looked at last, since 1970.")
    for network in networks:
        yield f'firstmark_anchor_checked_seconds{{chain="{network.chain_id}"}} {(network.checked_at or 0) // 1000}'
    yield from _described("anchor_nodes_usable", "Nodes of the network that answered as they should.")
    for network in networks:
        yield f'firstmark_anchor_nodes_usable{{chain="{network.chain_id}"}} {network.nodes_usable}'
    yield from _described("anchor_alarm", "Something that a person has to look at.")
    for network in networks:
        for code in sorted(network.alarms):
            yield f'firstmark_anchor_alarm{{chain="{network.chain_id}",code="{code}"}} 1'


def _described(name: str, text: str) -> Iterator[str]:
    yield f"# HELP firstmark_{name} {text}"
    yield f"# TYPE firstmark_{name} gauge"
