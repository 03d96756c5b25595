"""Several processes' worth of writers on one ledger."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import IntegrityError

from registry.ledger.self_check import verify_ledger
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from tests.deterministic import SteppingClock
from tests.ledger.conftest import new_ledger

WRITERS, EACH = 4, 8


def test_appends_at_once_give_one_chain_without_gaps(database_url: str, objects: ObjectStore) -> None:
    """Each writer has connections and a ledger object of its own, as another process would."""

    def write(number: int) -> list[int]:
        database = Database.open(database_url)
        ledger = new_ledger(clock=SteppingClock(step=0))
        indices = []
        for count in range(EACH):
            with database.write() as session:
                indices.append(ledger.append(session, "register", f"wrk_{number}_{count}", {"title": "x"}).index)
        database.close()
        return indices

    database = Database.open(database_url)
    ledger = new_ledger()
    with database.write() as session:
        ledger.found(session)
    with ThreadPoolExecutor(WRITERS) as threads:
        answered = list(threads.map(write, range(WRITERS)))
    assert sorted(index for indices in answered for index in indices) == list(range(WRITERS * EACH))
    assert all(indices == sorted(indices) for indices in answered)
    check = verify_ledger(database, ledger, objects)
    assert (check.size, check.errors) == (WRITERS * EACH, [])
    database.close()


def test_founded_at_once_it_is_founded_once(database_url: str) -> None:
    def found(_: int) -> bool:
        database = Database.open(database_url)
        try:
            with database.write() as session:
                new_ledger().found(session)
        except IntegrityError:
            return False
        finally:
            database.close()
        return True

    with ThreadPoolExecutor(WRITERS) as threads:
        assert any(threads.map(found, range(WRITERS)))
    database = Database.open(database_url)
    with database.read() as session:
        assert new_ledger().head(session).size == 0
    database.close()
