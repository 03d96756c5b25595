"""Generated requests, right and wrong, find no answer that the documentation does not promise."""

import pytest

from registry.installation import Installation
from tests.api.appended import append
from tests.api.conftest import Key
from tests.api.fuzzing import fuzz
from tests.api.served import served


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_schemathesis_finds_nothing_in_a_fair_sample(installation: Installation, key: Key) -> None:
    append(installation, 3)
    with served(installation) as address:
        found = fuzz(address, key(), examples=10, seed=1, capture=True)
    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr[-2000:]
