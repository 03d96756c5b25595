"""How the ledger grew, as a curve through the times of some of its entries."""

import json

from sqlalchemy.orm import Session

from registry.ledger.log import Ledger
from registry.web.chart import Chart, growth

POINTS = 60
"""Entries whose times draw the curve: as many rows are read, however long the log."""


def ledger_growth(ledger: Ledger, session: Session, size: int) -> Chart | None:
    """The curve up to ``size`` entries; None where there are too few for one."""
    if size < 2:
        return None
    places = sorted({round(number * (size - 1) / (POINTS - 1)) for number in range(POINTS)})
    times = [json.loads(encoded)["time"] for encoded in ledger.entries_at(session, places)]
    return growth([(time, place + 1) for time, place in zip(times, places, strict=True)])
