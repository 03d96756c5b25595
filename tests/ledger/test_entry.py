"""What an entry says of its place and time."""

import pytest

from registry import errors
from registry.ledger.entry import CLOCK_TOLERANCE_MILLISECONDS, EMPTY, Tip, following, time_after
from registry.verify.entry import NO_PREVIOUS

NEWEST = 1_700_000_000_000


def test_the_first_entry_follows_nothing() -> None:
    entry = following(EMPTY, "register", "wrk_1", bytes(32), NEWEST)
    assert (entry.index, entry.previous, entry.time) == (0, NO_PREVIOUS, NEWEST)


def test_the_next_entry_names_the_one_before() -> None:
    entry = following(Tip(7, b"\x07" * 32, NEWEST), "amend", "wrk_1", bytes(32), NEWEST + 5)
    assert (entry.index, entry.previous, entry.time) == (7, b"\x07" * 32, NEWEST + 5)


@pytest.mark.parametrize("behind", [0, 1, CLOCK_TOLERANCE_MILLISECONDS])
def test_a_clock_that_is_a_little_behind_repeats_the_time_before(behind: int) -> None:
    assert time_after(NEWEST, NEWEST - behind) == NEWEST


@pytest.mark.parametrize("now", [NEWEST - CLOCK_TOLERANCE_MILLISECONDS - 1, 0, -1, -(10**30)])
def test_a_clock_that_went_back_is_refused(now: int) -> None:
    with pytest.raises(errors.Refused) as caught:
        time_after(NEWEST, now)
    assert caught.value.code == "clock_went_back"
    assert "2023-11-14 22:13:20 UTC" in caught.value.message
