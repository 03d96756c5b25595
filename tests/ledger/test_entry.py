"""The time that an entry says."""

import pytest

from registry import errors
from registry.ledger.entry import CLOCK_TOLERANCE_MILLISECONDS, time_after

NEWEST = 1_700_000_000_000


@pytest.mark.parametrize("newest", [0, NEWEST, NEWEST + 5])
def test_a_clock_that_is_not_behind_is_believed(newest: int) -> None:
    assert time_after(newest, NEWEST + 5) == NEWEST + 5


@pytest.mark.parametrize("behind", [0, 1, CLOCK_TOLERANCE_MILLISECONDS])
def test_a_clock_that_is_a_little_behind_repeats_the_time_before(behind: int) -> None:
    assert time_after(NEWEST, NEWEST - behind) == NEWEST


@pytest.mark.parametrize("now", [NEWEST - CLOCK_TOLERANCE_MILLISECONDS - 1, 0, -1, -(10**30)])
def test_a_clock_that_went_back_is_refused(now: int) -> None:
    with pytest.raises(errors.Refused) as caught:
        time_after(NEWEST, now)
    assert caught.value.code == "clock_went_back"
    assert "2023-11-14 22:13:20 UTC" in caught.value.message
