"""`registry bench ledger`, on a ledger too small to say anything: that it measures, not how fast."""

import pytest

from tests.cli.command import run

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

CASES = [
    "bare sqlite3, group commit (the ceiling)",
    "bare sqlite3, group commit, duplicates unnoticed",
    "bare sqlite3, one INSERT per transaction (the naive way)",
    "alone",
    "8 threads",
    "8 threads, 256 a call",
    "over HTTP, 8 connections",
    "verification",
    "size",
]
AT_A_SIZE = ["8 threads, 256 a call", "8 threads, with proof", "verification", "size"]


def test_every_case_is_measured(environment: dict[str, str]) -> None:
    answer = run("bench", "ledger", "--entries", "2048", "--growth", "10000", "--json", environment=environment)
    assert answer.code == 0, answer.stderr
    assert [line["case"] for line in answer.lines] == [*CASES, *(f"at 10000: {case}" for case in AT_A_SIZE)]
    for line in answer.lines:
        assert {"case", "entries", "entries_per_second", "p50_ms", "p99_ms"} <= line.keys()
        assert line["entries"] > 0
    assert answer.lines[-1]["entries"] == 10_000
    assert answer.lines[-1]["bytes_per_entry"] > 100
    assert answer.lines[-1]["times_the_first"] == 1
    assert run("works", "list", "--json", environment=environment).lines == []  # the home at hand was left alone


def test_sizes_that_are_none_are_refused(environment: dict[str, str]) -> None:
    answer = run("bench", "ledger", "--growth", "10000,many", "--json", environment=environment)
    assert answer.code == 3
    assert answer.error["code"] == "bench_number_malformed"
