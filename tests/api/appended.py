"""Entries in a ledger, for tests that need some."""

from registry.installation import Installation


def append(installation: Installation, count: int) -> None:
    with installation.database.write() as session:
        for number in range(count):
            installation.ledger.append(session, "register", f"wrk_{number}", {"title": f"Work {number}"})
