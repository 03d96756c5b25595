"""200 kills at random moments of a registration, on SQLite and on PostgreSQL: ``make torture``."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from registry.imaging.reader import PictureReader
from tests.torture_databases import DIALECTS, empty_databases
from tests.works.killed_registration import PICTURES, kill_at_random_moments

KILLS = 200


def main() -> int:
    """Ends with an AssertionError that says what broke, or with 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture_registration", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help="on each database")
    parser.add_argument("--seed", type=int, default=1, help="draws other moments")
    parser.add_argument("--database", choices=DIALECTS, action="append", help="only this one")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, PictureReader() as pictures:
        for dialect in given.database or DIALECTS:
            started = time.monotonic()
            with empty_databases(dialect, Path(folder)) as urls:
                outcome = kill_at_random_moments(
                    urls, Path(folder) / dialect, pictures, kills=given.kills, seed=given.seed
                )
            print(  # noqa: T201
                f"{dialect}: {outcome.kills} kills of processes that registered {PICTURES} pictures each."
                f" Acknowledged and found again: {outcome.acknowledged}; recorded, but killed before the answer:"
                f" {outcome.recorded_unacknowledged}; registered by repeating the request: {outcome.left_to_do};"
                f" originals that waited for their entry: {outcome.originals_without_entry}."
                f" {time.monotonic() - started:.0f} s. Nothing was lost.",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
