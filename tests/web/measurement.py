"""A measurement of the detection, as `registry bench quality` would have made it."""

from registry.benchmark.thefts import NAMES
from registry.listings.measured_quality import MeasuredQuality, of_rows


def measured() -> MeasuredQuality:
    """Of every theft, the harder the less found."""
    thefts = [
        {
            "case": case,
            "severity": severity,
            "group": group,
            "system": system,
            "n": 20,
            "found": 21 - severity,
            "match": 9,
        }
        for case in (*NAMES, "crop60_under_a_quarter")
        for severity in (1, 2, 3)
        for group in ("all", "flat_logo")
        for system in ("firstmark", "phash")
    ]
    strangers = [
        {"case": case, "system": "firstmark", "n": 40, "match": 0, "review": 1, "in_family": 2}
        for case in ("unregistered", "photos", "controls")
    ]
    timed = {"case": "calibration", "system": "firstmark", "n": 9, "ms_p50": 81.4, "ms_p95": 240.0}
    run = {"case": "run", "system": "firstmark", "model": "parts/1", "registered": 60, "unregistered": 40, "stolen": 20}
    return of_rows([*thefts, *strangers, timed, run], 1_700_000_000_000)
