"""A ledger changed behind its back, and what its self-check says of it."""

from typing import Any

from registry.ledger.self_check import SelfCheck
from tests.ledger.conftest import Filled


def check_with(filled: Filled, *statements: Any) -> SelfCheck:
    """What the self-check says after ``statements``."""
    with filled.database.write() as session:
        for statement in statements:
            session.execute(statement)
    return filled.check()


def named(check: SelfCheck) -> list[int | None]:
    return [finding.index for finding in check.errors]
