"""A real node with the contract, new for each test, and workers that ask it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from registry.installation import Installation
from tests.anchoring.ethereum.scene import CHAIN_ID, EPOCHS, Scene, deploy_contract, scene
from tests.contracts.local_chain import Chain, local_chain

SceneMaker = Callable[..., Scene]


@pytest.fixture
def node() -> Iterator[Chain]:
    with local_chain(CHAIN_ID, *EPOCHS) as chain:
        deploy_contract(chain)
        yield chain


@pytest.fixture
def make_scene(installation: Installation, node: Chain) -> Iterator[SceneMaker]:
    """Makes scenes of the installation and the node: ``make_scene(urls, **changes of the network)``."""
    with ExitStack() as to_close:

        def make(urls: Sequence[str] = (), **changes: int) -> Scene:
            made = scene(installation, node, urls, **changes)
            to_close.callback(made.worker.close)
            return made

        yield make


@pytest.fixture
def one(make_scene: SceneMaker) -> Scene:
    """The usual scene."""
    return make_scene()
