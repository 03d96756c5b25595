from pathlib import Path

from registry.imaging.reader import PictureReader
from tests.works.killed_registration import kill_at_random_moments

KILLS = 4
"""A fair sample; `make torture` does 200 on each database."""


def test_a_kill_at_any_moment_loses_nothing_acknowledged_and_leaves_nothing_half_done(
    database_url: str, tmp_path: Path, picture_reader: PictureReader
) -> None:
    outcome = kill_at_random_moments(iter([database_url]), tmp_path, picture_reader, kills=KILLS, seed=2)
    assert outcome.kills == KILLS
