"""This installation's own code as a contestant: registered and checked as users do, in a home that is thrown away."""

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Caller
from registry.benchmark.collection import PictureFile
from registry.benchmark.empty_database import require_empty
from registry.benchmark.system import Claim, Listing
from registry.errors import Refused
from registry.imaging.picture import Reading
from registry.installation import Installation
from registry.listings.check import check
from registry.settings import DATABASE_FILE, OBJECTS_FOLDER, Settings
from registry.similarity.verdicts import Place
from registry.works.register import register
from registry.works.schemas import Upload, parse_claim

ORIGIN = "firstmark.local/benchmark"
"""The name of the ledger that is thrown away; nobody can own .local (RFC 6762)."""
_DESIGNER = "Benchmark"


class Firstmark:
    """`registry register` and `registry check` by their own functions."""

    name = "firstmark"

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        with installation.database.write() as session:
            account = find_or_create_account(session, _DESIGNER, installation.clock, installation.randomness)
            self._caller = Caller.local(account)
        self._numbers: dict[str, int] = {}
        self._entries: dict[int, int] = {}
        self.model = ""

    def enrol(self, work: int, design: PictureFile) -> bool:
        try:
            upload = Upload(design.content, design.name)
            answer = register(self.installation, self._caller, upload, parse_claim({"creator": _DESIGNER}))
        except Refused:
            return False
        self._numbers[answer.work_id] = work
        self._entries[work] = answer.index
        return True

    def ask(self, listing: Listing) -> list[Claim]:
        try:
            answer = check(self.installation, None, Upload(listing.file, "listing.png"))
        except Refused:  # too flat or too small to show anything
            return []
        self.model = answer.model
        return [
            Claim(self._numbers[match.work_id], match.verdict == "match", match.score, tuple(match.region))
            for match in answer.matches
        ]

    def read(self, listing: Listing) -> Reading:
        """Raises Refused for a listing that is no picture to search with."""
        return self.installation.pictures.read(listing.file)

    def places(self, reading: Reading, hidden: Collection[int] = ()) -> list[tuple[int, Place]]:
        """Where it would look closely, with the work of each place; as if the ``hidden`` were not registered."""
        entries = {self._entries[work] for work in hidden if work in self._entries}
        return [(self._numbers[one.work_id], one) for one in self.installation.finder.places(reading, entries)]


@contextmanager
def throw_away_installation(without: str = "", database_url: str | None = None) -> Iterator[Installation]:
    """An empty registry of its own: the settings of a real one decide nothing here.

    ``without`` names the parts of the search to switch off. Its database is SQLite, or the empty one at
    ``database_url``; Refused (``bench_database_used``) for one that is not empty.
    """
    with tempfile.TemporaryDirectory(prefix="firstmark-benchmark-") as folder:
        home = Path(folder)
        if database_url is not None:
            require_empty(database_url)
        settings = Settings.load(
            home=home,
            database_url=database_url or f"sqlite:///{quote(str(home / DATABASE_FILE))}",
            objects_url=(home / OBJECTS_FOLDER).as_uri(),
            ledger_origin=ORIGIN,
            picture_workers=1,
            search_without=without,
        )
        with Installation.open(settings) as installation:
            yield installation
