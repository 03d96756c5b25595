"""The registry in numbers: how it grew, what checks came to, how long they took."""

from collections.abc import Sequence

from starlette.responses import Response

from registry.listings.measured_quality import by_theft, recorded
from registry.listings.recent import MEASURED_CHECKS, check_numbers
from registry.web.answering import shown
from registry.web.ledger_growth import ledger_growth
from registry.web.newest_witnesses import by_anchors, by_stamps
from registry.web.visit import Visit


def _numbers(visit: Visit) -> Response:
    home = visit.installation
    checks = check_numbers(home)
    with home.database.read() as session:
        head = home.ledger.head(session)
        curve = ledger_growth(home.ledger, session, head.size)
        witnesses = [*by_stamps(session, head.size), *by_anchors(session, home.ledger)]
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


def _percentile(ordered: Sequence[int], share: float) -> int | None:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


ROUTES = [shown("/numbers", _numbers)]
