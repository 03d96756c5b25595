"""The public log for people: its head, its entries with their proofs, its witnesses of time, how to check all of it."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from registry.errors import NotFound
from registry.verify.tree import leaf_hash
from registry.web.answering import shown
from registry.web.ledger_growth import ledger_growth
from registry.web.newest_witnesses import by_anchors, by_stamps
from registry.web.numbers_in_addresses import whole_number
from registry.web.visit import Visit

PER_PAGE = 25


@dataclass(frozen=True)
class _Listed:
    """An entry in a list. ``time`` in milliseconds."""

    index: int
    kind: str
    subject: str
    time: int


def _log(visit: Visit) -> Response:
    home = visit.installation
    before = whole_number(visit.query("before"))
    with home.database.read() as session:
        head = home.ledger.head(session)
        end = head.size if before is None else min(before, head.size)
        start = max(0, end - PER_PAGE)
        entries = [
            _listed(start + number, json.loads(one))
            for number, one in enumerate(home.ledger.entries(session, start, end))
        ]
        witnesses = [*by_stamps(session, head.size), *by_anchors(session, home.ledger)]
        shown_note = home.publication.checkpoint(session)
        curve = None if visit.wants_part else ledger_growth(home.ledger, session, head.size)
    values: dict[str, Any] = {"entries": entries[::-1], "older": start or None}
    if visit.wants_part:
        return visit.page("log_entries.html", **values)
    return visit.page(
        "log.html",
        head=head,
        origin=home.ledger.origin,
        verifier_key=home.ledger.verifier_key,
        checkpoint=shown_note,
        witnesses=witnesses,
        now=home.clock.milliseconds(),
        curve=curve,
        **values,
    )


def _entry(visit: Visit) -> Response:
    home = visit.installation
    index = whole_number(visit.path("index"))
    if index is None:
        raise _no_such_entry()
    with home.database.read() as session:
        size = home.ledger.head(session).size
        if index >= size:
            raise _no_such_entry()
        encoded = home.ledger.entry(session, index)
        hashes = home.ledger.inclusion_proof(session, index, size)
    fields = json.loads(encoded)
    return visit.page(
        "entry.html",
        listed=_listed(index, fields),
        text=encoded.decode("ascii"),
        leaf=leaf_hash(encoded).hex(),
        hashes=[one.hex() for one in hashes],
        size=size,
    )


def _listed(index: int, fields: dict[str, Any]) -> _Listed:
    return _Listed(index, fields["kind"], fields["subject"], fields["time"])


def _no_such_entry() -> NotFound:
    return NotFound(
        "no_such_entry", "The ledger has no entry of this number.", hint="The page of the log lists those that it has."
    )


ROUTES = [shown("/log", _log), shown("/log/entries/{index}", _entry)]
