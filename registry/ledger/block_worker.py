"""A process that checks every n-th block of a ledger, as :class:`registry.ledger.proven_blocks.ProvenBlocks` asks.

It reads one JSON object from stdin and writes one JSON line for each of its blocks, null for a block
that is not all right.
"""

import gc
import json
import sys
from typing import Any

from registry.ledger.block_check import BLOCK, Query, prove
from registry.verify.note import VerifierKey


def main() -> None:
    """Runs until all its blocks are answered, or nobody listens any more."""
    order: dict[str, Any] = json.load(sys.stdin)
    gc.disable()  # nothing here refers to itself, and the collector would look through every block's rows
    query = _query(order["dialect"], order["address"])
    periods = [(VerifierKey.parse(text), since, until) for text, since, until in order["keys"]]

    def keys(size: int) -> list[VerifierKey]:
        return [key for key, since, until in periods if since <= size and (until is None or size <= until)]

    for number in range(order["first"], order["blocks"], order["step"]):
        block = prove(query, keys, number * BLOCK, (number + 1) * BLOCK)
        sys.stdout.write((json.dumps(None) if block is None else block.to_json()) + "\n")
        sys.stdout.flush()


def _query(dialect: str, address: str) -> Query:
    connection: Any
    if dialect == "sqlite":
        import sqlite3

        error: type[Exception] = sqlite3.Error
        connection = sqlite3.connect(address, uri=True, isolation_level=None)
        connection.execute("BEGIN")
    else:
        import psycopg

        error = psycopg.Error
        connection = psycopg.connect(address)
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def query(statement: str) -> list[tuple[Any, ...]]:
        try:
            rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
        except (error, UnicodeDecodeError) as fault:
            raise ValueError("the database cannot be read") from fault
        return rows

    return query


if __name__ == "__main__":
    main()
