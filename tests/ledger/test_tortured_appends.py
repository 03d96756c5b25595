"""A fair sample of what ``make torture-ledger`` does thousands of times."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from registry.storage.objects import ObjectStore
from tests.ledger.tortured_appends import Case, Outcome, Victims, call_cases, statement_cases, torture

STATEMENTS, CALLS = 24, 36


def spread(cases: Sequence[Case], some: int) -> list[Case]:
    """``some`` of ``cases``, evenly."""
    return [cases[number * len(cases) // some] for number in range(some)]


def check_met(outcome: Outcome, cases: int) -> None:
    """The faults were met, early and late."""
    assert outcome.cases == cases
    assert outcome.killed + outcome.failed.total() > cases // 4
    assert outcome.acknowledged > 0
    assert outcome.recorded_unacknowledged > 0


def test_a_process_killed_at_any_statement_loses_nothing_acknowledged(
    dialect: str, fresh_database_urls: Iterator[str], objects: ObjectStore
) -> None:
    acts = ["kill"] if dialect == "sqlite" else ["kill", "lose"]
    with Victims() as victims:
        every = statement_cases(victims, next(fresh_database_urls), acts)
        after_the_last_commit = [case for case in every if case.act == "kill"][-1]
        cases = [*spread(every, STATEMENTS - 1), after_the_last_commit]
        check_met(torture(victims, fresh_database_urls, cases, objects), STATEMENTS)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_kill_or_an_error_at_any_file_system_call_loses_nothing_acknowledged(
    fresh_database_urls: Iterator[str], objects: ObjectStore, tmp_path: Path
) -> None:
    with Victims() as victims:
        cases = spread(call_cases(victims, next(fresh_database_urls), tmp_path), CALLS)
        check_met(torture(victims, fresh_database_urls, cases, objects), CALLS)
