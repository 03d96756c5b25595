"""`registry index`: derived data, looked at and made again."""

from pathlib import Path

import pytest

from tests.cli.command import Answer, run

UNIT = {"REGISTRY_INDEX_UNIT": "2"}
"""Two works fill a segment: five works fill two, and one is held in memory."""


def index(home: Path, *arguments: str) -> Answer:
    return run("index", *arguments, "--home", home, environment=UNIT)


@pytest.fixture
def indexed_home(studio_home: Path) -> Path:
    assert index(studio_home, "rebuild", "--json").line["segments"] == 4
    return studio_home


def test_status_tells_what_lies_in_segments_and_what_in_memory(indexed_home: Path) -> None:
    answer = index(indexed_home, "status", "--json")
    told = answer.line
    assert answer.code == 0
    assert (told["ok"], told["belongs"], told["due"]) == (True, True, 0)
    assert (told["ledger_size"], told["in_segments"], told["works"]) == (5, 4, 5)
    assert [(one["kind"], one["first"], one["end"], one["pictures"], one["ok"]) for one in told["segments"]] == [
        ("hashes", 0, 2, 2, True),
        ("hashes", 2, 4, 2, True),
        ("features", 0, 2, 2, True),
        ("features", 2, 4, 2, True),
    ]
    assert told["bytes"] == sum(one["bytes"] for one in told["segments"])


def test_a_rebuild_tells_that_its_bytes_are_the_same(indexed_home: Path) -> None:
    answer = index(indexed_home, "rebuild", "--json")
    assert answer.code == 0
    assert (answer.line["segments"], answer.line["identical"], answer.line["in_segments"]) == (4, 4, 4)


def test_a_damaged_segment_fails_the_check_until_it_is_made_again(indexed_home: Path) -> None:
    file = next((indexed_home / "index").glob("hashes-2-*"))
    file.write_bytes(file.read_bytes()[:-1])
    answer = index(indexed_home, "status", "--json")
    assert answer.code == 1
    assert [one["ok"] for one in answer.line["segments"]] == [True, False, True, True]
    assert "registry index rebuild" in index(indexed_home, "status").stderr
    assert index(indexed_home, "rebuild", "--json").line["identical"] == 4
    assert index(indexed_home, "status", "--json").code == 0


def test_few_works_need_no_segment(studio_home: Path) -> None:
    told = run("index", "status", "--home", studio_home, "--json").line
    assert (told["ok"], told["ledger_size"], told["in_segments"], told["segments"]) == (True, 5, 0, [])
    assert "too few works" in run("index", "rebuild", "--home", studio_home).stderr


def test_an_index_that_cannot_be_written_is_told(studio_home: Path) -> None:
    (studio_home / "index").write_bytes(b"")
    answer = index(studio_home, "rebuild", "--json")
    assert answer.code == 3
    assert answer.error["code"] == "index_unwritable"


def test_a_check_after_a_restart_finds_works_in_segments(indexed_home: Path, designs: Path) -> None:
    answer = run("check", designs, "--home", indexed_home, "--json", environment=UNIT)
    assert [line["verdict"] for line in answer.lines] == ["match"] * 5
    assert {line["index_size"] for line in answer.lines} == {5}
