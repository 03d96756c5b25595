from collections.abc import Iterator

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from registry.storage.objects import ObjectStore
from tests.ledger.ledger_machine import LedgerMachine


def test_whatever_is_done_in_whatever_order_the_ledger_is_what_its_model_is(
    fresh_database_urls: Iterator[str], objects: ObjectStore
) -> None:
    run_state_machine_as_test(
        lambda: LedgerMachine(next(fresh_database_urls), objects),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=15, stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow], deadline=None
        ),
    )
