"""One Node process for the tests of a file."""

from collections.abc import Iterator

import pytest

from tests.verify_page.in_node import NodeVerifier, node_verifier


@pytest.fixture(scope="module")
def node() -> Iterator[NodeVerifier]:
    with node_verifier() as verifier:
        yield verifier
