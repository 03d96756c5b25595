"""Accounts by name."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from registry import errors
from registry.accounts.account import find_or_create_account
from registry.ids import SystemRandomness
from registry.storage.database import Database
from tests.deterministic import SteppingClock


def found(database: Database, name: str) -> str:
    with database.write() as session:
        return find_or_create_account(session, name, SteppingClock(), SystemRandomness()).id


def test_the_same_name_is_the_same_account(database: Database) -> None:
    assert found(database, "Studio") == found(database, "Studio")


def test_another_name_is_another_account(database: Database) -> None:
    assert len({found(database, name) for name in ("Studio", "studio", "Studio 2", "工作室")}) == 4


def test_a_name_is_compared_in_composed_form_and_without_space_around_it(database: Database) -> None:
    assert found(database, "José") == found(database, "  Jose\u0301 ")


def test_one_account_is_made_by_many_who_ask_at_once(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: found(database, "Studio"), range(24)))) == 1


@pytest.mark.parametrize(
    "name", ["", " ", "x" * 201, "two\nlines", "nul\0", "\ud800", "line\u2028separator", "\u202eoidutS", "a\u2066b"]
)
def test_a_name_that_misleads_or_is_none_is_refused(database: Database, name: str) -> None:
    with pytest.raises(errors.Refused) as caught:
        found(database, name)
    assert caught.value.code == "account_name"


@pytest.mark.parametrize("name", ["Ω", "O'Brien & Söhne", "株式会社", "مصمم", "नाम\u200dक", "x" * 200])
def test_names_of_all_scripts_are_accepted(database: Database, name: str) -> None:
    assert found(database, name).startswith("acc_")
