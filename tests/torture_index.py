"""100 kills at random moments of writing the search's index: ``make torture-index``."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from registry.storage.database import Database
from tests.conftest import make_schema
from tests.similarity.index.killed_writing import kill_at_random_moments
from tests.similarity.index.made_works import begin

KILLS = 100


def main() -> int:
    """Ends with an AssertionError that says what broke, or with 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture_index", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=1, help="draws other moments")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        url = f"sqlite:///{quote(folder)}/registry.sqlite"
        make_schema(url)
        database = Database.open(url)
        begin(database)
        outcome = kill_at_random_moments(database, url, Path(folder) / "index", kills=given.kills, seed=given.seed)
        database.close()
    print(  # noqa: T201
        f"{outcome.kills} kills of processes that wrote segments. Killed within a file: {outcome.left_unfinished};"
        f" with segments still due: {outcome.left_behind}. {time.monotonic() - started:.0f} s."
        " Every next start answered correctly and completely."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
