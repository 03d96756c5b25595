"""The registry in numbers: how it grew, what checks came to, how long they took."""

import json
from collections.abc import Sequence

from starlette.responses import Response

from registry.listings.recent import MEASURED_CHECKS, check_numbers
from registry.web.answering import shown
from registry.web.chart import Chart, growth
from registry.web.visit import Visit

_POINTS = 60
"""Entries whose times draw the curve: as many look-ups, however long the log."""


def _numbers(visit: Visit) -> Response:
    home = visit.installation
    checks = check_numbers(home)
    with home.database.read() as session:
        head = home.ledger.head(session)
        places = sorted(
            {round(number * (head.size - 1) / (_POINTS - 1)) for number in range(_POINTS)} if head.size else []
        )
        curve: Chart | None = growth(
            [(json.loads(home.ledger.entry(session, place))["time"], place + 1) for place in places]
        )
    return visit.page(
        "numbers.html",
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
