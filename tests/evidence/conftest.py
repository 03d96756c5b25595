"""An authority for all tests of a process: its keys take a second to make."""

import pytest

from tests.anchoring.authority import P256, Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), P256)
