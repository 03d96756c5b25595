from pathlib import Path

import pytest

from registry.storage.database import Database
from tests.similarity.index.killed_writing import kill_at_random_moments
from tests.similarity.index.made_works import begin

KILLS = 4
"""A fair sample; `make torture-index` does 100."""


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_kill_at_any_moment_of_writing_leaves_an_index_that_answers_completely(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    begin(database)
    outcome = kill_at_random_moments(database, database_url, tmp_path / "index", kills=KILLS, seed=3)
    assert outcome.kills == KILLS
