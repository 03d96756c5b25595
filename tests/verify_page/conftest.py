"""One Node process for the tests of a file, and an authority whose timestamps are in evidence files."""

from collections.abc import Iterator

import pytest

from tests.anchoring.authority import P256, Authority
from tests.verify_page.in_node import NodeVerifier, node_verifier


@pytest.fixture(scope="module")
def node() -> Iterator[NodeVerifier]:
    with node_verifier() as verifier:
        yield verifier


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), P256)
