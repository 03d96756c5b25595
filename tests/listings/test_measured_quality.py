"""What is kept of a measurement, and what is read again."""

from pathlib import Path

import pytest

from registry import errors
from registry.listings.measured_quality import by_theft, record, recorded
from tests.web.measurement import measured


def test_only_our_own_rows_over_all_designs_are_kept() -> None:
    kept = measured()
    assert kept.listings == 20 * len(kept.thefts) == 20 * 31 * 3
    assert [one.case for one in kept.strangers] == ["unregistered", "photos", "controls"]
    assert (kept.ms_p50, kept.ms_p95, kept.registered) == (81.4, 240.0, 60)
    assert [theft.found for theft in by_theft(kept)[0].by_severity.values()] == [20, 19, 18]


def test_what_was_recorded_is_read_again_and_the_newest_counts(tmp_path: Path) -> None:
    file = tmp_path / "quality.json"
    assert recorded(file) is None
    record(file, measured())
    newer = measured().model_copy(update={"measured_at": 1_800_000_000_000})
    record(file, newer)
    assert recorded(file) == newer


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b'{"form":"firstmark-quality/2"}', b"\xff"])
def test_a_file_that_is_no_measurement_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "quality.json"
    file.write_bytes(content)
    with pytest.raises(errors.Broken) as broken:
        recorded(file)
    assert broken.value.code == "quality_unreadable"


def test_a_case_that_is_markup_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "quality.json"
    record(file, measured())
    file.write_text(file.read_text().replace('"mirror"', '"<script>"'))
    with pytest.raises(errors.Broken):
        recorded(file)


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(errors.Unavailable) as unavailable:
        record(tmp_path / "missing" / "quality.json", measured())
    assert unavailable.value.code == "quality_not_recorded"
