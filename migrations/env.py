"""How a migration reaches the database. Run by ``Database.migrate`` and by the ``alembic`` command."""

import pkgutil
from importlib import import_module
from importlib.util import find_spec

from alembic import context
from sqlalchemy import Connection

import registry
from registry.settings import Settings
from registry.storage.database import Base, Database

# Every room's tables, so that none is forgotten when a migration is written.
for room in pkgutil.iter_modules(registry.__path__, "registry."):
    if room.ispkg and find_spec(f"{room.name}.models"):
        import_module(f"{room.name}.models")


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite changes a table by copying it. Its schema changes are transactional; Alembic assumes they are not.
        render_as_batch=True,
        transactional_ddl=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
elif context.is_offline_mode():
    raise SystemExit("Migrations run against a database; there is no SQL script of them.")
else:
    database = Database.open(Settings.load().database_address)
    with database.schema_change() as own_connection:
        run(own_connection)
    database.close()
