"""What is found where nothing is: designs that are not registered, photographs, and pictures of nothing."""

from collections.abc import Iterator

from registry.benchmark.collection import Collection
from registry.benchmark.contact_sheet import Exhibit
from registry.benchmark.contestant import Contestant, Row
from registry.benchmark.controls import controls
from registry.benchmark.families import Families
from registry.benchmark.system import Claim, Listing
from registry.benchmark.thefts.finishing import on_plain_ground
from registry.benchmark.thefts.plate import Plate


def strangers(collection: Collection, families: Families, seed: int) -> Iterator[tuple[str, str, Listing, set[int]]]:
    """Cases, names and listings that show no registered design, and the works that share art with each."""
    for place in collection.unregistered:
        design = collection.designs[place]
        pixels = on_plain_ground(Plate.of_design(design.pixels), design.pixels).pixels[..., :3]
        yield "unregistered", design.name, Listing(pixels), families.kin(place)
    for photo in collection.photos:
        yield "photos", photo.name, Listing(photo.pixels[..., :3]), set()
    for name, picture in controls(seed):
        yield "controls", name, Listing(picture), set()


class FalseAlarms:
    """Counts them for one contestant. ``exhibits`` show each of them, and each find within a family."""

    def __init__(self, contestant: Contestant, collection: Collection) -> None:
        self._contestant = contestant
        self._collection = collection
        self._counts: dict[str, dict[str, int]] = {}
        self.exhibits: list[Exhibit] = []

    def ask(self, case: str, name: str, listing: Listing, kin: set[int]) -> None:
        """A picture counts once, under the worst that is said of it; what shares its art is counted apart."""
        claims, _ = self._contestant.ask(listing, kin)
        wrong = [claim for claim in claims if claim.work not in kin]
        counts = self._counts.setdefault(case, {"n": 0, "match": 0, "review": 0, "in_family": 0})
        counts["n"] += 1
        if any(claim.certain for claim in wrong):
            counts["match"] += 1
        elif wrong:
            counts["review"] += 1
        if len(claims) > len(wrong):
            counts["in_family"] += 1
        self.exhibits += [self._exhibit(name, listing, claim, claim.work in kin) for claim in claims[:2]]

    def rows(self) -> Iterator[Row]:
        for case, counts in self._counts.items():
            yield {"case": case, "system": self._contestant.name, **counts}

    def _exhibit(self, name: str, listing: Listing, claim: Claim, within_family: bool) -> Exhibit:
        work = self._collection.designs[claim.work]
        verdict = "match" if claim.certain else "review"
        return Exhibit.reduced(
            f"{verdict} {claim.score:.2f}{' in family' if within_family else ''}: {name[:20]} as {work.name[:20]}",
            hit=within_family,
            work=work.pixels,
            listing=listing.pixels,
            found=claim.polygon,
        )
