"""The registry in numbers: how it grew, what checks came to, how long they took."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.responses import Response

from registry.anchoring import stored
from registry.anchoring.ethereum.overview import overviews
from registry.anchoring.ethereum.stored_anchors import newest_final_of_all
from registry.installation import Installation
from registry.listings.measured_quality import by_theft, recorded
from registry.listings.recent import MEASURED_CHECKS, check_numbers
from registry.web.answering import shown
from registry.web.ledger_growth import ledger_growth
from registry.web.visit import Visit


def _numbers(visit: Visit) -> Response:
    home = visit.installation
    checks = check_numbers(home)
    with home.database.read() as session:
        head = home.ledger.head(session)
        curve = ledger_growth(home.ledger, session, head.size)
        witnesses = _witnesses(home, session, head.size)
    quality = recorded(home.settings.quality_file)
    return visit.page(
        "numbers.html",
        witnesses=witnesses,
        now=home.clock.milliseconds(),
        quality=quality,
        thefts=[] if quality is None else by_theft(quality),
        head=head,
        checks=checks,
        counted=sum(checks.verdicts.values()),
        most_counted=MEASURED_CHECKS,
        half=_percentile(checks.milliseconds, 0.5),
        nearly_all=_percentile(checks.milliseconds, 0.95),
        curve=curve,
    )


@dataclass(frozen=True)
class _Witnessed:
    """The newest moment that somebody independent knew the ledger at. ``time`` in ms; ``behind``: entries since."""

    witness: str
    time: int
    size: int
    behind: int


def _witnesses(home: Installation, session: Session, size: int) -> list[_Witnessed]:
    stamped = [
        _Witnessed(one.witness, one.time, one.checkpoint_size, max(size - one.checkpoint_size, 0))
        for one in stored.newest(session)
    ]
    final = {one.chain_id: one for one in newest_final_of_all(session)}
    anchored = [
        _Witnessed(network.name, (final[network.chain_id].block_time or 0) * 1000, network.anchored, network.behind)
        for network in overviews(session, home.ledger)
        if network.chain_id in final
    ]
    return stamped + anchored


def _percentile(ordered: Sequence[int], share: float) -> int | None:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


ROUTES = [shown("/numbers", _numbers)]
