"""A kill and an I/O error at every statement and every file-system call of appends: ``make torture-ledger``."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from registry.storage.objects import ObjectStore
from tests.ledger.tortured_appends import PAGES_BETWEEN_CHECKPOINTS, Case, Victims, call_cases, statement_cases, torture
from tests.torture_databases import DIALECTS, empty_databases

PAGES = (1, PAGES_BETWEEN_CHECKPOINTS, 40, 8_000)
"""How often SQLite folds its write-ahead log into its file: at every commit, now and then, hardly ever."""


def main() -> int:
    """Ends with an AssertionError that says what broke, or with 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture_ledger", description=__doc__)
    parser.add_argument("--database", choices=DIALECTS, action="append", help="only this one")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth case")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        objects = ObjectStore.open((folder / "objects").as_uri())
        for dialect in given.database or DIALECTS:
            server = dialect == "postgresql"
            with empty_databases(dialect, folder) as urls:
                for pages in (PAGES_BETWEEN_CHECKPOINTS,) if server else PAGES:
                    with Victims(pages) as victims:
                        acts = ["kill", "lose"] if server else ["kill"]
                        what = dialect if server else f"{dialect}, log folded every {pages} pages"
                        for kind, cases in (
                            ("statements", statement_cases(victims, next(urls), acts)),
                            ("file-system calls", call_cases(victims, next(urls), folder, server=server)),
                        ):
                            _run(victims, urls, f"{what}, {kind}", cases[:: given.every], objects, server=server)
    return 0


def _run(
    victims: Victims, urls: Iterator[str], what: str, cases: list[Case], objects: ObjectStore, *, server: bool
) -> None:
    started = time.monotonic()
    outcome = torture(victims, urls, cases, objects, server=server)
    failed = ", ".join(f"{code} {times}" for code, times in sorted(outcome.failed.items())) or "none"
    print(  # noqa: T201
        f"{what}: {outcome.cases} cases, {outcome.killed} processes killed; steps that failed and said so: {failed}."
        f" Acknowledged and found again: {outcome.acknowledged}; recorded, but never answered:"
        f" {outcome.recorded_unacknowledged}. {time.monotonic() - started:.0f} s."
        " Nothing was lost, forked or repaired.",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
