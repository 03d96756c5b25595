"""Refitting the decision on parts of listings to what people decided about listings of this registry's own."""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from registry.errors import Refused
from registry.installation import Installation
from registry.similarity.decision import MEASUREMENTS, Calibration
from registry.similarity.fitting import LabelledListing, fit
from registry.similarity.verdicts import measured
from registry.storage import durable_file

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes; a decided pair takes about a hundred."""
LARGEST_LISTING = 50 * 1024 * 1024


@dataclass(frozen=True)
class DecidedPair:
    """What a person decided: whether ``listing`` shows work ``work_id``; with None, that it shows none at all."""

    listing: Path
    work_id: str | None
    copy: bool


def read_pairs(content: bytes) -> list[DecidedPair]:
    """One JSON object a line: ``{"listing": FILE, "work_id": ID or null, "copy": true or false}``.

    Refused (``pairs_malformed``), naming the line.
    """
    pairs = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            pairs.append(_parsed(line, number))
    return pairs


def _parsed(line: bytes, number: int) -> DecidedPair:
    try:
        listed = json.loads(line)
    except (ValueError, RecursionError):
        listed = None
    if isinstance(listed, dict) and set(listed) == {"listing", "work_id", "copy"}:
        listing, work_id, copy = listed["listing"], listed["work_id"], listed["copy"]
        named = isinstance(listing, str) and listing and "\0" not in listing
        if named and isinstance(work_id, str | None) and isinstance(copy, bool) and not (copy and work_id is None):
            return DecidedPair(Path(listing), work_id, copy)
    raise Refused(
        "pairs_malformed",
        f"Line {number} of the decided pairs is not one; the calibration in use was not touched.",
        hint='Write each as {"listing": "photo.jpg", "work_id": "wrk_…", "copy": true}; "work_id": null with '
        '"copy": false says that the listing shows no registered work.',
    )


def calibrate(
    installation: Installation,
    pairs: Iterable[DecidedPair],
    read_listing: Callable[[Path], bytes],
    model: str,
    advance: Callable[[], None] = lambda: None,
) -> tuple[Calibration, int, int]:
    """Fit to ``pairs`` and use the result from the next start on; also how many copies and strangers there were.

    Listings that cannot be read as pictures are left out. Refused (``calibration_too_small``). A crash leaves
    the calibration that was in use.
    """
    by_listing: dict[Path, list[DecidedPair]] = {}
    for pair in pairs:
        by_listing.setdefault(pair.listing, []).append(pair)
    listings = []
    for path, decided in by_listing.items():
        content = read_listing(path)
        with suppress(Refused):
            listings.append(_labelled(installation, content, decided))
        advance()
    found = fit(listings, model)
    durable_file.replace(installation.settings.calibration_file, found.to_json())
    return found, sum(int(one.copies.sum()) for one in listings), sum(one.stranger for one in listings)


def _labelled(installation: Installation, content: bytes, decided: Sequence[DecidedPair]) -> LabelledListing:
    copies = {pair.work_id: pair.copy for pair in decided}
    stranger = None in copies
    reading = installation.pictures.read(content)
    places = [one for one in installation.finder.places(reading) if stranger or one.work_id in copies]
    values = np.array([measured(one) for one in places], np.float64).reshape(-1, len(MEASUREMENTS))
    labels = np.array([copies.get(one.work_id, False) for one in places], np.bool_)
    return LabelledListing(values, labels, stranger and True not in copies.values())
