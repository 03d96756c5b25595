"""An empty log to let grow."""

from pathlib import Path

import pytest

from registry.storage.database import Database
from tests.publication.growing_log import GrowingLog


@pytest.fixture
def log(database: Database, tmp_path: Path) -> GrowingLog:
    return GrowingLog(database, tmp_path / "home")
