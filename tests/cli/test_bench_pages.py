"""`registry bench pages`, with too few works to say anything: that it asks for every page, not how long they take."""

from tests.cli.command import run

PAGES = {
    "front", "log", "log, in its middle", "entry", "verify", "numbers", "works", "works, in their middle",
    "works, the last ones", "work", "work among the others", "work, public", "checks", "checks, in their middle",
    "check", "keys", "administration", "work, a version",
}  # fmt: skip


def test_every_kind_of_page_is_asked_for(empty_database_url: str) -> None:
    answer = run("bench", "pages", "--works", "12", "--visits", "1", "--json", "--database", empty_database_url)
    assert answer.code == 0, answer.stderr
    assert {row["case"] for row in answer.lines} == PAGES
    for row in answer.lines:
        assert row["works"] == 12
        assert row["bytes"] > 1000
        assert row["p50_ms"] <= row["p95_ms"]


def test_nothing_is_measured_in_a_database_that_is_in_use(database_url: str) -> None:
    answer = run("bench", "pages", "--works", "12", "--json", "--database", database_url)
    assert answer.code == 3
    assert "in use already" in answer.stderr
