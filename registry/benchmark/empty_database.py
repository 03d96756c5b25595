"""A database to measure in: empty, as entries stay in a ledger for ever."""

from registry.errors import Refused
from registry.storage.database import Database


def require_empty(database_url: str) -> None:
    """Refused (``bench_database_used``) if the database at ``database_url`` has a schema already."""
    database = Database.open(database_url)
    try:
        if database.migration()[0] is not None:
            raise Refused(
                "bench_database_used",
                "The database to measure in is in use already.",
                hint="Create an empty database for the measurement and drop it afterwards.",
            )
    finally:
        database.close()
