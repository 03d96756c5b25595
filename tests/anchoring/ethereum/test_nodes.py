"""Nodes that are strict, slow, behind, broken or lying: no anchor is lost, and none is wrongly called final."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from registry.anchoring.ethereum.proof import AnchorProof
from registry.installation import Installation
from registry.verify import evidence_form as form
from tests.anchoring.ethereum import faulty_node
from tests.anchoring.ethereum.conftest import SceneMaker
from tests.anchoring.ethereum.faulty_node import Fault, FaultyNode
from tests.anchoring.ethereum.scene import Scene
from tests.api.appended import append
from tests.contracts.local_chain import Chain

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
FINAL_AFTER = 4
Before = Callable[[Fault | None], FaultyNode]


@pytest.fixture
def before(node: Chain) -> Iterator[Before]:
    """Makes faulty nodes before the real one."""
    with ExitStack() as opened:
        yield lambda fault: opened.enter_context(faulty_node.before(node, fault))


def finalize(one: Scene) -> dict[str, str]:
    one.round()
    one.mine(1 + FINAL_AFTER)
    return one.round()


def checked(one: Scene) -> None:
    """What is called final is where the chain says, and nothing was anchored that is not known of."""
    for anchor in one.anchors():
        if anchor.state in ("finalized", "pinned"):
            block = one.node.ask("eth_getBlockByNumber", hex(anchor.block_number or 0), False)
            assert block["hash"] == "0x" + (anchor.block_hash or b"").hex()
            final = one.node.ask("eth_getBlockByNumber", "finalized", False)
            assert int(final["number"], 16) >= (anchor.block_number or 0)


def test_a_pool_as_strict_as_geths_takes_offers_and_raised_ones(
    installation: Installation, make_scene: SceneMaker, before: Before
) -> None:
    append(installation, 1)
    faulty = before(None)
    one = make_scene([faulty.url])
    for _ in range(4):
        assert one.round(seconds=61) == {}
    assert len(one.offers()) == 4
    assert finalize(one) == {}
    assert one.states() == ["pinned"]
    assert len(one.anchored()) == 1


@pytest.mark.parametrize(
    "fault", [faulty_node.refusing, faulty_node.dropping, faulty_node.busy, faulty_node.talking_nonsense]
)
def test_what_no_node_kept_is_sent_again_until_one_does(
    installation: Installation, make_scene: SceneMaker, before: Before, fault: Fault
) -> None:
    append(installation, 1)
    faulty = before(None)
    one = make_scene([faulty.url], stuck_seconds=3600)
    one.round()
    one.node.ask("anvil_dropAllTransactions")
    faulty.fault, faulty.pool = fault, {}
    one.round()
    one.mine(2)
    one.round()
    assert one.states() == ["broadcast"]
    faulty.fault = None
    finalize(one)
    assert one.states() == ["pinned"]
    assert len(set(faulty.sent)) == len(one.anchored()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        faulty_node.silent,
        faulty_node.busy,
        faulty_node.talking_nonsense,
        faulty_node.dropping,
        faulty_node.refusing,
        faulty_node.claiming_finality,
        faulty_node.making_up_receipts,
        faulty_node.changing_headers,
        faulty_node.changing_logs,
        faulty_node.counting_too_far,
        faulty_node.of_another_chain,
        faulty_node.stale(3),
        faulty_node.stale(1000),
    ],
)
def test_one_faulty_node_of_three_neither_holds_up_nor_deceives(
    installation: Installation, make_scene: SceneMaker, before: Before, fault: Fault
) -> None:
    append(installation, 1)
    one = make_scene([before(fault).url, before(None).url, before(None).url])
    one.round()
    one.mine()
    one.round()
    assert one.states() == ["mined"]
    one.mine(FINAL_AFTER - 1)
    one.round()
    assert one.states() == ["safe"]
    checked(one)
    one.mine()
    one.round()
    assert one.states() == ["pinned"]
    checked(one)
    assert len(one.anchored()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        faulty_node.claiming_finality,
        faulty_node.making_up_receipts,
        faulty_node.changing_headers,
        faulty_node.changing_logs,
        faulty_node.counting_too_far,
        faulty_node.silent,
    ],
)
def test_one_faulty_node_of_two_holds_up_at_most(
    installation: Installation, make_scene: SceneMaker, before: Before, fault: Fault
) -> None:
    append(installation, 1)
    faulty = before(fault)
    one = make_scene([faulty.url, before(None).url])
    for _ in range(3):
        one.round()
        one.mine(3)
        checked(one)
    faulty.fault = None
    for _ in range(2):
        finalize(one)
    checked(one)
    assert one.states() == ["pinned"]
    assert len(one.anchored()) == 1


@pytest.mark.parametrize(
    "fault", [faulty_node.making_up_receipts, faulty_node.changing_headers, faulty_node.changing_logs]
)
def test_a_node_alone_that_lies_is_found_out_by_hashes(
    installation: Installation, make_scene: SceneMaker, before: Before, fault: Fault
) -> None:
    append(installation, 1)
    faulty = before(fault)
    one = make_scene([faulty.url])
    for _ in range(2):
        finalize(one)
    assert "pinned" not in one.states()
    assert "finalized" not in one.states()
    faulty.fault = None
    for _ in range(2):
        finalize(one)
    assert one.states() == ["pinned"]
    checked(one)


def test_without_a_proof_of_storage_the_anchor_is_proven_all_the_same(
    installation: Installation, make_scene: SceneMaker, before: Before
) -> None:
    append(installation, 1)
    one = make_scene([before(faulty_node.without_proofs_of_storage).url])
    finalize(one)
    assert one.states() == ["pinned"]
    (anchor,) = one.anchors()
    assert form.STORAGE_PROOF not in AnchorProof.from_bytes(anchor.proof or b"").files
