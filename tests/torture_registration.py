"""200 kills at random moments of a registration, on SQLite and on PostgreSQL: ``make torture``."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from registry.imaging.reader import PictureReader
from tests.conftest import OWN_SERVER, PostgresqlDatabases, postgresql_server_in
from tests.works.killed_registration import PICTURES, kill_at_random_moments

KILLS = 200
DIALECTS = ("sqlite", "postgresql")


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
            with _databases(dialect, Path(folder)) as urls:
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


@contextmanager
def _databases(dialect: str, folder: Path) -> Iterator[Iterator[str]]:
    """Addresses of empty databases, one after the other."""
    if dialect == "sqlite":
        yield (f"sqlite:///{quote(str(folder))}/{number}.sqlite" for number in range(KILLS))
        return
    with _postgresql_server() as url:
        databases = PostgresqlDatabases(url)
        made: list[str] = []

        def fresh() -> Iterator[str]:
            while True:
                made.append(databases.create())
                yield databases.url(made[-1])

        yield fresh()
        for name in made:
            databases.drop(name)


@contextmanager
def _postgresql_server() -> Iterator[str]:
    """The server that the tests would use; one of our own is ended again."""
    if OWN_SERVER in os.environ:
        yield os.environ[OWN_SERVER]
        return
    # Not below a folder of ours: the server runs as another user, who may not enter that one.
    folder = Path(tempfile.mkdtemp(prefix="firstmark-servers-"))
    server = postgresql_server_in(folder)
    server.ensure_pgdata_inited()
    server.ensure_postgres_running()
    try:
        yield server.get_uri()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
