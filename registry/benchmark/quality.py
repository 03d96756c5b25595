"""The benchmark of design theft: what is found of each theft, and what is found where nothing is.

Every contestant registers the same designs and is asked about the same listings.
"""

import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from registry.benchmark import contact_sheet
from registry.benchmark.collection import Collection
from registry.benchmark.contact_sheet import Exhibit
from registry.benchmark.contestant import Contestant, Row
from registry.benchmark.design_group import DesignGroup, measured
from registry.benchmark.false_alarms import FalseAlarms, strangers
from registry.benchmark.families import Families, save_pairs
from registry.benchmark.judgement import GOOD_OVERLAP, Outcome
from registry.benchmark.stealing import StolenDesign, Thief
from registry.benchmark.system import Claim, System
from registry.benchmark.thefts import NAMES, SEVERITIES, Severity

_EXHIBITS = 24
"""Pairs of cells on a contact sheet, misses first."""


class Progress(Protocol):
    def advance(self, done: int = 1) -> None: ...


@dataclass(frozen=True)
class Plan:
    """What to do. ``slow`` contestants compare with every work, and see only ``slow_sample`` designs of each row."""

    seed: int = 7
    sample: int = 20
    thefts: Sequence[str] = NAMES
    severities: Sequence[Severity] = SEVERITIES
    save: Path | None = None
    slow: Sequence[str] = ("sift",)
    slow_sample: int = 5

    def listings(self, collection: Collection) -> int:
        """How many will be made, for a progress bar."""
        stolen = min(self.sample, len(collection.registered))
        return stolen * len(self.thefts) * len(self.severities) + len(collection.unregistered) + len(collection.photos)


class QualityBenchmark:
    """One run. Pictures are saved of the first of ``systems``."""

    def __init__(self, collection: Collection, families: Families, systems: Sequence[System], plan: Plan) -> None:
        self._collection = collection
        self._families = families
        self._contestants = [Contestant(system, families.kin) for system in systems]
        self._thief = Thief(collection, families, seed=plan.seed, sample=plan.sample)
        self._plan = plan
        self._groups: dict[int, DesignGroup] = {}

    def run(self, progress: Progress) -> Iterator[Row]:
        """Rows as they are measured: registration, thefts, false alarms, families, calibration, the run itself.

        A crash leaves what was yielded and the pictures saved by then.
        """
        began = time.monotonic()
        self._groups = {
            place: measured(self._collection.designs[place].pixels).group for place in self._collection.registered
        }
        for contestant in self._contestants:
            yield contestant.register(self._collection)
        for name in self._plan.thefts:
            for severity in self._plan.severities:
                yield from self._theft(name, severity, progress)
        yield from self._false_alarms(progress)
        yield self._family_row()
        for contestant in self._contestants:
            yield contestant.calibration()
        yield {
            "case": "run",
            "system": self._contestants[0].name,
            "model": self._contestants[0].model,
            "registered": len(self._collection.registered),
            "unregistered": len(self._collection.unregistered),
            "stolen": len(self._thief.stolen),
            "seed": self._plan.seed,
            "seconds": round(time.monotonic() - began, 1),
            "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }

    def _theft(self, name: str, severity: Severity, progress: Progress) -> Iterator[Row]:
        exhibits: list[Exhibit] = []
        cases: set[str] = set()
        for number, stolen in enumerate(self._thief.steal(name, severity)):
            cases.add(stolen.case)
            for contestant in self._contestants:
                if contestant.name in self._plan.slow and number >= self._plan.slow_sample:
                    continue
                answer = contestant.steal(stolen.case, severity, stolen.listing, stolen.shown)
                if self._plan.save and contestant is self._contestants[0]:
                    exhibits += self._exhibits(stolen, *answer)
            progress.advance()
        for case in sorted(cases):
            for contestant in self._contestants:
                yield from contestant.rows(case, severity, self._groups)
        if self._plan.save:
            exhibits.sort(key=lambda exhibit: exhibit.hit)
            contact_sheet.draw(exhibits[:_EXHIBITS], self._plan.save / f"{name}-{severity}.png")

    def _exhibits(self, stolen: StolenDesign, claims: list[Claim], outcomes: list[Outcome]) -> Iterator[Exhibit]:
        for outcome in outcomes:
            claim = next((one for one in claims if one.work == outcome.work), None)
            words = "match" if outcome.match else "review" if outcome.found else "behind another" if claim else "missed"
            if outcome.overlap is not None:
                words += f", overlap {outcome.overlap:.2f}"
            design = self._collection.designs[outcome.work]
            yield Exhibit.reduced(
                f"{words}; {design.name[:20]} ({self._groups[outcome.work]})",
                hit=outcome.found and (outcome.overlap is None or outcome.overlap >= GOOD_OVERLAP),
                work=design.pixels,
                listing=stolen.listing.pixels,
                true=stolen.shown[outcome.work],
                found=claim.polygon if claim else None,
            )

    def _false_alarms(self, progress: Progress) -> Iterator[Row]:
        counters = [FalseAlarms(contestant, self._collection) for contestant in self._contestants]
        listings = strangers(self._collection, self._families, self._plan.seed)
        asked: dict[str, int] = {}
        for case, name, listing, kin in listings:
            asked[case] = asked.get(case, 0) + 1
            for counter, contestant in zip(counters, self._contestants, strict=True):
                if contestant.name not in self._plan.slow or asked[case] <= self._plan.slow_sample:
                    counter.ask(case, name, listing, kin)
            progress.advance()
        for counter in counters:
            yield from counter.rows()
        if self._plan.save:
            shown = sorted(counters[0].exhibits, key=lambda exhibit: exhibit.hit)
            contact_sheet.draw(shown[: 2 * _EXHIBITS], self._plan.save / "false-alarms.png")

    def _family_row(self) -> Row:
        shared = [pair for pair in self._families.pairs if pair.share_art]
        if self._plan.save:
            save_pairs(self._plan.save / "families.json", self._families)
            pictures = {design.name: design for design in self._collection.designs}
            pairs = [pair for pair in shared if pair.one in pictures and pair.other in pictures]
            contact_sheet.draw(
                [
                    Exhibit.reduced(
                        f"{pair.one[:14]} {pair.other[:14]}: {pair.why}",
                        hit=True,
                        work=pictures[pair.one].pixels,
                        listing=pictures[pair.other].pixels,
                    )
                    for pair in pairs[: 8 * _EXHIBITS]
                ],
                self._plan.save / "families.png",
            )
        return {"case": "families", "pairs": len(shared), "decided_otherwise": len(self._families.pairs) - len(shared)}
