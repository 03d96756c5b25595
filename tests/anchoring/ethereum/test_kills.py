"""`kill -9` at every arrow: whatever the moment, one transaction comes of it, and it becomes final."""

from pathlib import Path

import pytest

from registry.installation import Installation
from tests.anchoring.ethereum.killed_worker import NOT_KILLED, Where, round_killed_at
from tests.anchoring.ethereum.scene import Scene
from tests.api.appended import append
from tests.deterministic import SteppingClock

LIFE = (0, 1, 2, 2)
"""Blocks before each round of an anchor: signed and sent, mined, safe, final."""
FEWEST_ARROWS = 12
DAY = 86_400_000


def arrows_in(where: Where, one: Scene) -> list[int]:
    """A life in processes that are not killed: how many arrows each of its rounds has."""
    found = []
    for blocks in LIFE:
        if blocks:
            one.mine(blocks)
        passed = round_killed_at(where, NOT_KILLED, one.installation.clock.milliseconds())
        assert passed is not None
        found.append(passed)
    return found


def finish(one: Scene) -> None:
    """What is left of a life, in this process."""
    for blocks in LIFE[1:]:
        one.round()
        one.mine(blocks)
    one.round()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # on PostgreSQL: make torture-anchors
def test_after_a_kill_at_any_arrow_one_transaction_becomes_final(
    installation: Installation, one: Scene, database_url: str, tmp_path: Path
) -> None:
    where = Where(tmp_path / "home", database_url, [one.node.url], {})
    clock = installation.clock
    assert isinstance(clock, SteppingClock)
    lives = 2
    append(installation, 1)
    finish(one)  # the first life is another one: it pins a block before there is an anchor
    append(installation, 1)
    clock.now += DAY
    arrows = arrows_in(where, one)
    assert sum(arrows) >= FEWEST_ARROWS
    for place, count in enumerate(arrows):
        for fatal in range(count):
            clock.now += DAY  # each life has a whole budget
            append(installation, 1)
            lives += 1
            for blocks in LIFE[:place]:
                one.mine(blocks)
                one.round()
            one.mine(LIFE[place])
            assert round_killed_at(where, fatal, clock.milliseconds()) is None
            finish(one)
            assert one.states() == ["pinned"] * lives
            assert len(one.anchored()) == lives
