"""200 seeds of kills, reorganisations, fees and faulty nodes against the anchor worker: ``make torture-anchors``."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.anchoring.ethereum.tortured_anchors import Outcome, torture
from tests.torture_databases import DIALECTS, copied_databases

SEEDS = 200


def main() -> int:
    """Ends with an AssertionError that says what broke, or with 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture_anchors", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="divided among the databases")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--database", choices=DIALECTS, action="append", help="only this one")
    given = parser.parse_args()
    dialects = given.database or DIALECTS
    seeds = range(given.first, given.first + given.seeds)
    for number, dialect in enumerate(dialects):
        started, outcome = time.monotonic(), Outcome()
        share = seeds[number :: len(dialects)]
        with tempfile.TemporaryDirectory() as folder, copied_databases(dialect, Path(folder)) as copies:
            for seed in share:
                try:
                    torture(seed, Path(folder), copies.fresh(), outcome)
                except BaseException:
                    print(f"{dialect}, seed {seed}:", file=sys.stderr)  # noqa: T201
                    raise
        met = ", ".join(f"{name} {count}" for name, count in sorted(outcome.faults.items()))
        print(  # noqa: T201
            f"{dialect}: {len(share)} seeds, {sum(outcome.faults.values())} faults ({met}). {outcome.anchors} anchors "
            f"are final, {outcome.lost_nonces} nonces were given up, {outcome.transactions} transactions came of it. "
            f"{time.monotonic() - started:.0f} s. Nothing was lost, nothing was wrongly called final.",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
