"""Units of work and snapshots."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from registry import errors
from registry.accounts.models import Account, ApiKey
from registry.storage.database import Base, Database

SECRET = "a name that is to be forgotten"


def account(number: int, name: str | None = None) -> Account:
    return Account(id=f"acc_{number}", name=name or f"Studio {number}", created_at=0)


def count(session: Session) -> int | None:
    return session.scalar(select(func.count()).select_from(Account))


def test_a_unit_of_work_is_recorded_when_its_block_ends(database: Database) -> None:
    with database.write() as session:
        session.add(account(1))
    with database.read() as session:
        assert count(session) == 1


def test_a_unit_of_work_that_raises_leaves_nothing(database: Database) -> None:
    def change_my_mind() -> None:
        with database.write() as session:
            session.add(account(1))
            session.flush()
            raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        change_my_mind()
    with database.read() as session:
        assert count(session) == 0


def test_a_constraint_that_fails_at_the_end_leaves_nothing(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add_all([account(1, "same"), account(2, "same")])
    with database.read() as session:
        assert count(session) == 0


def test_a_row_that_refers_to_nothing_is_refused(database: Database) -> None:
    key = ApiKey(id="k", account_id="acc_none", name="", token_hmac=b"", scopes="", created_at=0)
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(key)


def test_a_snapshot_does_not_change_while_others_write(database: Database) -> None:
    with database.read() as before:
        assert count(before) == 0
        with database.write() as session:
            session.add(account(1))
        assert count(before) == 0
        with database.read() as after:
            assert count(after) == 1


def test_a_reader_does_not_wait_for_an_open_unit_of_work(database: Database) -> None:
    with database.write() as session:
        session.add(account(1))
        session.flush()
        with database.read() as other:
            assert count(other) == 0


def test_a_snapshot_cannot_be_written_to(database: Database) -> None:
    with pytest.raises(DBAPIError), database.read() as session:
        session.execute(delete(Account))
    with database.read() as session:
        assert count(session) == 0


def test_objects_stay_readable_after_the_block(database: Database) -> None:
    with database.write() as session:
        written = account(1)
        session.add(written)
    with database.read() as session:
        read = session.get_one(Account, "acc_1")
    assert written.name == read.name == "Studio 1"


def test_a_unit_of_work_inside_another_is_a_mistake(database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError, match="second unit of work"), database.write():
        pass


def test_no_change_of_many_threads_is_lost(database: Database) -> None:
    with database.write() as session:
        session.add(account(1))

    def add_one(_: int) -> None:
        with database.write() as session:
            session.execute(update(Account).values(created_at=Account.created_at + 1))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add_one, range(48)))
    with database.read() as session:
        assert session.scalar(select(Account.created_at)) == 48


def test_who_waits_too_long_for_another_is_told_so(database: Database) -> None:
    with database.write() as session:
        session.add(account(1))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write() as session:
            session.execute(update(Account).values(created_at=1))
            held.set()
            done.wait()

    with ThreadPoolExecutor(1) as threads:
        holding = threads.submit(hold)
        held.wait()
        with pytest.raises(errors.Unavailable) as caught, database.write(patience=0.05) as session:
            session.execute(update(Account).values(created_at=2))
        done.set()
        holding.result()
    assert caught.value.code == "database_busy"


def test_two_installations_on_one_database_take_turns(database: Database, database_url: str) -> None:
    other = Database.open(database_url)
    with database.write() as session:
        session.add(account(1))

    def add_one(through: Database) -> None:
        with through.write() as session:
            session.execute(update(Account).values(created_at=Account.created_at + 1))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add_one, [database, other] * 16))
    other.close()
    with database.read() as session:
        assert session.scalar(select(Account.created_at)) == 32


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_sqlite_commits_survive_a_power_cut_and_erased_rows_are_overwritten(database: Database) -> None:
    def told(session: Session, pragma: str) -> object:
        return session.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar()

    with database.write() as session:
        assert told(session, "journal_mode") == "wal"
        assert told(session, "synchronous") == 2  # FULL
        assert told(session, "foreign_keys") == 1
        assert told(session, "secure_delete") == 1
    with database.read() as session:
        assert told(session, "query_only") == 1


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_an_erased_row_is_in_no_file_once_the_database_is_closed(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        session.add(account(1, SECRET))
    with database.write() as session:
        session.delete(session.get_one(Account, "acc_1"))
    database.close()
    assert not [file for file in tmp_path.iterdir() if file.is_file() and SECRET.encode() in file.read_bytes()]


def test_every_constraint_has_a_name() -> None:
    unnamed = [f"{table.name}: {constraint}" for table in Base.metadata.tables.values()
               for constraint in table.constraints if constraint.name is None]  # fmt: skip
    assert not unnamed


@pytest.mark.parametrize(
    "url",
    [
        "no address",
        "",
        "mysql://user:s3cret@host/name",
        "postgresql+asyncpg://user:s3cret@host/name",
        "sqlite://",
        "sqlite:///relative.sqlite",
        "sqlite:///:memory:",
        "sqlite:////absolute.sqlite?cache=shared",
        "postgresql://user:s3cret@host:port/name",
    ],
)
def test_an_address_that_is_no_database_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(errors.Refused) as caught:
        Database.open(url)
    assert caught.value.code == "database_url"
    assert "s3cret" not in f"{caught.value.message} {caught.value.hint} {caught.value.__cause__!r}"
