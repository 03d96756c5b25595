"""Databases for the long torture runs, which have no pytest around them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from tests.conftest import OWN_SERVER, PostgresqlDatabases, make_schema, postgresql_server_in

DIALECTS = ("sqlite", "postgresql")


@contextmanager
def empty_databases(dialect: str, folder: Path) -> Iterator[Iterator[str]]:
    """Addresses of empty databases, one after the other; those in ``folder`` are left there."""
    if dialect == "sqlite":
        yield (f"sqlite:///{quote(str(folder))}/{number}.sqlite" for number in count())
        return
    with _postgresql_server() as url, PostgresqlDatabases(url).fresh() as urls:
        yield urls


class Copies(Protocol):
    """A database with the schema, to be filled and closed, and copies of it as it was then."""

    template: str

    def fresh(self) -> str:
        """The address of a new copy; the one before is gone."""


@contextmanager
def copied_databases(dialect: str, folder: Path) -> Iterator[Copies]:
    """Copies on ``dialect``; those of SQLite lie in ``folder``."""
    if dialect == "sqlite":
        yield _SqliteCopies(folder)
        return
    with _postgresql_server() as url:
        copies = _PostgresqlCopies(PostgresqlDatabases(url))
        yield copies
        copies.drop()


class _SqliteCopies:
    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.sqlite"
        self._copy = folder / "copy"
        self.template = f"sqlite:///{quote(str(self._file))}"
        make_schema(self.template)

    def fresh(self) -> str:
        shutil.rmtree(self._copy, ignore_errors=True)  # with its write-ahead log and its locks
        self._copy.mkdir()
        shutil.copyfile(self._file, self._copy / "registry.sqlite")
        return f"sqlite:///{quote(str(self._copy))}/registry.sqlite"


class _PostgresqlCopies:
    def __init__(self, databases: PostgresqlDatabases) -> None:
        self._databases = databases
        self._made = [databases.create()]
        self.template = databases.url(self._made[0])
        make_schema(self.template)

    def fresh(self) -> str:
        for name in self._made[1:]:
            self._databases.drop(name)
        self._made[1:] = [self._databases.create(self._made[0])]
        return self._databases.url(self._made[1])

    def drop(self) -> None:
        for name in self._made:
            self._databases.drop(name)


@contextmanager
def _postgresql_server() -> Iterator[str]:
    """The server that the tests would use; one of our own, which syncs as in production, is ended again."""
    if OWN_SERVER in os.environ:
        yield os.environ[OWN_SERVER]
        return
    # Not below a folder of ours: the server runs as another user, who may not enter that one.
    folder = Path(tempfile.mkdtemp(prefix="firstmark-servers-"))
    server = postgresql_server_in(folder)
    server.ensure_pgdata_inited()
    server.ensure_postgres_running()
    try:
        yield server.get_uri()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
