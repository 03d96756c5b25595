"""The chain of migrations: where it lies, how far a database has come, and going on to its end.

In a checkout the chain is the folder ``migrations/`` beside the package; in an installed package it
lies inside it. Its files are named after their revisions, ``0001_...py``, in order.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

import registry
from registry import errors

VERSION_TABLE = "alembic_version"
"""Alembic's default name; one row, one column ``version_num``."""


def folder() -> Path:
    """The folder of the chain."""
    package = Path(registry.__file__).parent
    inside, beside = package / "migrations", package.parent / "migrations"
    return inside if inside.is_dir() else beside


def newest() -> str:
    """The chain's last revision, told from the file names: loading Alembic costs more than most commands."""
    return max(file.name.partition("_")[0] for file in (folder() / "versions").glob("[0-9]*_*.py"))


def current(connection: Connection) -> str | None:
    """The revision that the database has, or None if it has no schema yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
    return version


def upgrade(connection: Connection) -> None:
    """Runs what is missing inside the connection's transaction, so that it happens completely or not at all."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    version = current(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise errors.Broken(
            "database_newer",
            f"The database has the schema {version}, which this version of Firstmark does not know.",
            hint="Install the version that made it, or a newer one.",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
