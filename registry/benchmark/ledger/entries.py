"""The entries that the ledger is measured with, and the home that is thrown away afterwards.

One entry is what the capture of a listing's picture would record: kind ``capture``, a random subject,
an idempotency key of 32 characters, and a private claim of two fields, the page's address and the
picture's SHA-256. Its public part has about 290 bytes, its claim some 230, salts included.
"""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.benchmark.empty_database import require_empty
from registry.ids import SystemRandomness, new_id
from registry.installation import Installation
from registry.ledger.group_call import Wanted
from registry.settings import Settings

ENTRIES_A_CALL = 256
"""What one caller hands over at once where many are appended: an importer's page, half a second of a busy market."""
THREADS = 8


def some_entries(count: int) -> list[Wanted]:
    """``count`` entries that nobody has appended yet."""
    randomness = SystemRandomness()
    entries = []
    for _ in range(count):
        unique = secrets.token_hex(16)
        claim = {"page": f"https://market.example/item/{unique[:12]}", "picture_sha256": secrets.token_hex(32)}
        entries.append(Wanted("capture", new_id("cap", randomness), claim, unique))
    return entries


@contextmanager
def throw_away_installation(database_url: str | None) -> Iterator[Installation]:
    """A new home, and in it a new ledger: in SQLite, or in the empty database at ``database_url``.

    Refused (``bench_database_used``) if that has a ledger already, as entries stay in a ledger for ever.
    """
    with tempfile.TemporaryDirectory(prefix="firstmark-bench-") as folder:
        if database_url is not None:
            require_empty(database_url)
        # Everything is named, so that no setting of the environment leads to a database or objects that are in use.
        settings = Settings.load(
            home=Path(folder) / "home",
            database_url=database_url or f"sqlite:///{folder}/ledger.sqlite",
            objects_url=(Path(folder) / "objects").as_uri(),
        )
        with Installation.open(settings) as installation:
            yield installation
