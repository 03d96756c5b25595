"""A long run of generated requests against the served API, on an installation of its own: ``make fuzz-api``."""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Scope
from registry.accounts.keys import create_key
from registry.installation import Installation
from registry.settings import Settings
from tests.api.fuzzing import fuzz
from tests.api.served import served


def main() -> int:
    """Exit code 0 if nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz_api", description=__doc__)
    parser.add_argument("--examples", type=int, default=500, help="requests for each operation and phase")
    parser.add_argument("--seed", type=int, help="repeats an earlier run")
    parser.add_argument("--database-url", help="a PostgreSQL database to use instead of SQLite")
    given = parser.parse_args()
    logging.getLogger("registry").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.load(home=Path(home), database_url=given.database_url)
        with Installation.open(settings) as installation:
            with installation.database.write() as session:
                owner = find_or_create_account(session, "Fuzzing", installation.clock, installation.randomness)
                key = create_key(
                    session,
                    owner,
                    "fuzzing",
                    scopes=frozenset(Scope),
                    expires_at=None,
                    secret=installation.key_secret,
                    clock=installation.clock,
                    randomness=installation.randomness,
                )
            with served(installation) as address:
                return fuzz(address, key.token, examples=given.examples, seed=given.seed, capture=False).returncode


if __name__ == "__main__":
    sys.exit(main())
