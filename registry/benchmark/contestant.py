"""A system in the contest: what it registered, what it was asked, and what it made of that."""

import time
from collections import defaultdict
from collections.abc import Collection as AnyCollection
from collections.abc import Iterator, Mapping

from registry.benchmark.collection import Collection
from registry.benchmark.design_group import DesignGroup
from registry.benchmark.judgement import Kin, Outcome, calibration_error, judge, percentiles, row_of
from registry.benchmark.system import Claim, Listing, System
from registry.benchmark.thefts import Severity
from registry.similarity.answer import Polygon

ALL_GROUPS = "all"
Row = dict[str, object]
"""One line of the report, ready for JSON."""


class Contestant:
    """Keeps the books of one system. ``kin`` says which designs share art."""

    def __init__(self, system: System, kin: Kin) -> None:
        self.name = system.name
        self._system = system
        self._kin = kin
        self._enrolled: set[int] = set()
        self._outcomes: dict[tuple[str, Severity], list[Outcome]] = defaultdict(list)
        self._scores: list[tuple[float, bool]] = []
        self._milliseconds: list[float] = []

    @property
    def model(self) -> str | None:
        """The version that it says it is."""
        return getattr(self._system, "model", None)

    def register(self, collection: Collection) -> Row:
        """Enrol what is to be registered."""
        began = time.monotonic()
        for place in collection.registered:
            if self._system.enrol(place, collection.designs[place]):
                self._enrolled.add(place)
        seconds = time.monotonic() - began
        count = len(collection.registered)
        return {
            "case": "registration",
            "system": self.name,
            "n": count,
            "refused": count - len(self._enrolled),
            "per_second": round(count / max(seconds, 1e-9), 1),
        }

    def ask(self, listing: Listing, present: AnyCollection[int]) -> tuple[list[Claim], float]:
        """Its claims, and the milliseconds it took. ``present`` are the works whose art the listing does show."""
        _ = listing.file, listing.on_white  # made before the clock starts: an upload arrives as a file
        began = time.perf_counter()
        claims = self._system.ask(listing)
        milliseconds = 1000 * (time.perf_counter() - began)
        self._scores += [(claim.score, claim.work in present) for claim in claims]
        self._milliseconds.append(milliseconds)
        return claims, milliseconds

    def steal(
        self, case: str, severity: Severity, listing: Listing, shown: Mapping[int, Polygon]
    ) -> tuple[list[Claim], list[Outcome]]:
        """Ask about a theft that shows these works, and write down how it did."""
        present = set(shown).union(*(self._kin(work) for work in shown))
        claims, milliseconds = self.ask(listing, present)
        registered = {work: polygon for work, polygon in shown.items() if work in self._enrolled}
        size = (listing.pixels.shape[1], listing.pixels.shape[0])
        outcomes = judge(claims, registered, present, size=size, milliseconds=milliseconds)
        self._outcomes[case, severity] += outcomes
        return claims, outcomes

    def rows(self, case: str, severity: Severity, groups: Mapping[int, DesignGroup]) -> Iterator[Row]:
        """One row for all designs and one for each group that has some."""
        outcomes = self._outcomes[case, severity]
        grouped = {group.value: [one for one in outcomes if groups[one.work] is group] for group in DesignGroup}
        for group, some in {ALL_GROUPS: outcomes, **grouped}.items():
            if some:
                yield {"case": case, "severity": severity, "group": group, "system": self.name, **row_of(some)}

    def calibration(self) -> Row:
        """How far its scores are from the share that was right, over every claim of the run; and its times."""
        error = calibration_error(self._scores)
        return {
            "case": "calibration",
            "system": self.name,
            "n": len(self._scores),
            "expected_calibration_error": None if error is None else round(error, 4),
            **percentiles(self._milliseconds),
        }
