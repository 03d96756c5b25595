"""Homes to work on: as environment variables, the way a person sets them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Scope
from registry.accounts.keys import create_key
from registry.installation import Installation
from registry.settings import Settings
from tests.api.served import served
from tests.cli.command import Answer, run
from tests.drawn_pictures import design, encoded


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


@pytest.fixture(scope="session")
def designs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with five different designs."""
    folder = tmp_path_factory.mktemp("designs")
    for seed in range(5):
        (folder / f"design-{seed}.png").write_bytes(encoded(design(seed)))
    return folder


@pytest.fixture(scope="session")
def registered_once(designs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A home in which the designs are registered, and the answer to that. Not to be written to."""
    home = tmp_path_factory.mktemp("registered") / "home"
    return home, run("register", designs, "--creator", "Studio", "--home", home, "--json")


@pytest.fixture
def studio_home(registered_once: tuple[Path, Answer], tmp_path: Path) -> Path:
    """A home of the test's own in which the designs are registered."""
    return Path(shutil.copytree(registered_once[0], tmp_path / "studio"))
