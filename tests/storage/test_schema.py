"""Migrations: one chain for both databases, that ends where the models are."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from registry import errors
from registry.storage import schema
from registry.storage.database import Base, Database

BROKEN_REVISION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", {newest!r}, None, None


def upgrade() -> None:
    op.create_table("half_done", sa.Column("id", sa.Integer(), primary_key=True))
    raise OSError("the power went")
"""


@pytest.fixture
def chain() -> ScriptDirectory:
    return ScriptDirectory.from_config(Config(Path(__file__).parents[2] / "alembic.ini"))


def tables(database: Database) -> set[str]:
    with database.read() as session:
        return set(inspect(session.connection()).get_table_names())


def test_a_migrated_database_has_what_the_models_say(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_a_migrated_database_knows_its_version(empty_database_url: str, chain: ScriptDirectory) -> None:
    database = Database.open(empty_database_url)
    newest = chain.get_current_head()
    assert database.migration() == (None, newest)
    database.migrate()
    assert database.migration() == (newest, newest)
    database.close()


def test_migrating_again_changes_nothing(database: Database) -> None:
    before = tables(database)
    database.migrate()
    assert tables(database) == before


def test_many_who_start_at_once_migrate_once(empty_database_url: str) -> None:
    databases = [Database.open(empty_database_url) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(Database.migrate, databases))
    for database in databases:
        current, newest = database.migration()
        assert current == newest
        database.close()


def test_a_migration_that_fails_leaves_the_schema_before(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, version = tables(database), database.migration()[0]
    longer = shutil.copytree(schema.folder(), tmp_path / "migrations")
    (longer / "versions" / "9999_fails.py").write_text(BROKEN_REVISION.format(newest=version))
    with monkeypatch.context() as changed:
        changed.setattr(schema, "folder", lambda: longer)
        with pytest.raises(OSError, match="the power went"):
            database.migrate()
    assert tables(database) == before
    assert database.migration()[0] == version


def test_a_schema_of_a_newer_version_is_left_alone(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9998'"))
    with pytest.raises(errors.Broken) as caught:
        database.migrate()
    assert caught.value.code == "database_newer"
    assert database.migration()[0] == "9998"


def test_a_schema_change_that_leaves_a_row_without_its_other_is_undone(database: Database) -> None:
    with pytest.raises((IntegrityError, RuntimeError)), database.schema_change() as connection:
        connection.execute(
            text(
                "INSERT INTO api_key (id, account_id, name, token_hmac, scopes, created_at)"
                " VALUES ('key_1', 'acc_none', '', '', '', 0)"
            )
        )
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM api_key")) == 0


def test_foreign_keys_hold_again_after_a_schema_change(database: Database) -> None:
    with database.schema_change():
        pass
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(
            text(
                "INSERT INTO api_key (id, account_id, name, token_hmac, scopes, created_at)"
                " VALUES ('key_1', 'acc_none', '', '', '', 0)"
            )
        )


def test_no_number_comes_from_a_sequence_that_leaves_gaps(database: Database) -> None:
    if database.dialect == "postgresql":
        with database.read() as session:
            assert inspect(session.connection()).get_sequence_names() == []
    assert "sqlite_sequence" not in tables(database)


def test_the_chain_is_one_line_in_the_order_of_its_file_names(chain: ScriptDirectory) -> None:
    revisions = [script.revision for script in chain.walk_revisions()][::-1]
    files = sorted(file.stem.partition("_")[0] for file in (schema.folder() / "versions").glob("*.py"))
    assert chain.get_bases() == [revisions[0]]
    assert revisions == files
    assert schema.newest() == chain.get_current_head()


def test_there_is_no_way_back(chain: ScriptDirectory) -> None:
    for script in chain.walk_revisions():
        with pytest.raises(NotImplementedError, match="restore a backup"):
            script.module.downgrade()
