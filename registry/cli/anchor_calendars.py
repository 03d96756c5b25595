"""What `registry anchor` does with the calendars of OpenTimestamps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.cli.moments import in_words
from registry.cli.output import Output

if TYPE_CHECKING:
    from registry.anchoring.opentimestamps.service import CalendarOutcome, CalendarStamping
    from registry.installation import Installation


def calendar_round(calendars: CalendarStamping, output: Output) -> bool:
    """Makes a round and tells what came of it; answers whether no calendar failed."""
    outcomes = calendars.round()
    for one in outcomes:
        failure = None if one.error is None else one.error.code
        output.record(
            {"witness": one.calendar, "size": one.size, "block": one.height, "time": one.time, "code": failure}
        )
        if one.error is not None:
            output.failure(one.error)
        else:
            output.say(_sentence(one))
    return all(one.error is None for one in outcomes)


def show_promises(installation: Installation, output: Output) -> bool:
    """Shows how far the newest proof of each calendar has come; answers whether there is one."""
    from registry.anchoring.opentimestamps.stored_proofs import newest_submitted

    with installation.database.read() as session:
        proofs = newest_submitted(session)
        rows = [(one.calendar, one.checkpoint_size, one.submitted_at, one.height, one.time) for one in proofs]
    for calendar, size, submitted_at, height, time in rows:
        output.record({"calendar": calendar, "size": size, "submitted": submitted_at, "block": height, "time": time})
    if rows:
        shown = [
            (calendar, size, in_words(submitted_at), _block(height, time))
            for calendar, size, submitted_at, height, time in rows
        ]
        output.table(("calendar", "entries submitted", "at", "in Bitcoin"), shown, fold=("at",))
    return bool(rows)


def _sentence(one: CalendarOutcome) -> str:
    if one.height is None:
        return f"{one.calendar} promised a block of Bitcoin for the first {one.size} entries; ask again in some hours."
    if one.time is None:
        return f"{one.calendar} put the first {one.size} entries into block {one.height} of Bitcoin."
    return f"Block {one.height} of Bitcoin has the first {one.size} entries, by {one.calendar}: {in_words(one.time)}."


def _block(height: int | None, time: int | None) -> str:
    if height is None:
        return "promised"
    return f"block {height}" if time is not None else f"block {height}, not looked up"
