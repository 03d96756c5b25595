"""Homes to work on: as environment variables, the way a person sets them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Scope
from registry.accounts.keys import create_key
from registry.installation import Installation
from registry.settings import Settings
from tests.api.served import served


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """An empty home on the database that the test asks for."""
    return {"REGISTRY_HOME": str(tmp_path / "home"), "REGISTRY_DATABASE_URL": database_url}


@pytest.fixture
def opened(environment: dict[str, str]) -> Iterator[Installation]:
    """The same home, opened in the test itself to arrange things with."""
    settings = Settings.load(home=Path(environment["REGISTRY_HOME"]), database_url=environment["REGISTRY_DATABASE_URL"])
    with Installation.open(settings) as installation:
        yield installation


@pytest.fixture
def server(opened: Installation) -> Iterator[dict[str, str]]:
    """The home served on this machine: an environment in which commands work on the server alone."""
    with opened.database.write() as session:
        studio = find_or_create_account(session, "Studio", opened.clock, opened.randomness)
        key = create_key(
            session,
            studio,
            "tests",
            scopes=frozenset(Scope),
            expires_at=None,
            secret=opened.key_secret,
            clock=opened.clock,
            randomness=opened.randomness,
        )
    with served(opened) as address:
        yield {"REGISTRY_SERVER": address, "REGISTRY_API_KEY": key.token}
