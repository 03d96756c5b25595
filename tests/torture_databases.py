"""Databases for the long torture runs, which have no pytest around them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

from tests.conftest import OWN_SERVER, PostgresqlDatabases, postgresql_server_in

DIALECTS = ("sqlite", "postgresql")


@contextmanager
def empty_databases(dialect: str, folder: Path) -> Iterator[Iterator[str]]:
    """Addresses of empty databases, one after the other; those in ``folder`` are left there."""
    if dialect == "sqlite":
        yield (f"sqlite:///{quote(str(folder))}/{number}.sqlite" for number in count())
        return
    with _postgresql_server() as url, PostgresqlDatabases(url).fresh() as urls:
        yield urls


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
