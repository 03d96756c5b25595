"""The worker on a real node: the straight way of an anchor, and every way around."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.anchoring.ethereum import stored_anchors
from registry.anchoring.ethereum.fees import GWEI
from registry.anchoring.ethereum.networks_file import Configured
from registry.anchoring.ethereum.parts import Parts
from registry.anchoring.ethereum.pinning import PIN_AFTER_ENTRIES
from registry.anchoring.ethereum.proof import AnchorProof
from registry.anchoring.ethereum.service import Anchoring
from registry.anchoring.ethereum.signer import KeystoreSigner, RemoteSigner
from registry.anchoring.ethereum.worker import AnchorWorker
from registry.installation import Installation
from registry.ledger.self_check import verify_ledger
from registry.verify.file import verify_file
from registry.verify.known_block import KnownBlock
from registry.verify.report import Bound
from registry.works.evidence import get_evidence
from registry.works.register import register
from tests.anchoring.ethereum.conftest import SceneMaker
from tests.anchoring.ethereum.scene import CHAIN_ID, PASSWORD, Scene, network, signer, write_key
from tests.api.appended import append
from tests.contracts.local_chain import Chain
from tests.works.test_register import CLAIM, caller, upload

on_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
FINAL_AFTER = 4
"""Blocks."""
OPERATOR = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"


def finalize(one: Scene) -> dict[str, str]:
    """Rounds and blocks until what was sent is final; answers the alarms of the last round."""
    one.round()
    one.mine(1 + FINAL_AFTER)
    return one.round()


def test_an_anchor_goes_from_signed_to_pinned(installation: Installation, one: Scene) -> None:
    append(installation, 3)
    assert one.round() == {}
    assert one.states() == ["broadcast"]
    one.mine()
    one.round()
    assert one.states() == ["mined"]
    one.mine(2)
    one.round()
    assert one.states() == ["safe"]
    one.mine(2)
    assert one.round() == {}
    assert one.states() == ["pinned"]
    (anchor,) = one.anchors()
    assert one.anchored() == [anchor.tree_size] == [3]
    assert AnchorProof.from_bytes(anchor.proof or b"").anchor.block_hash == anchor.block_hash


def test_a_registration_lies_in_a_proven_interval(installation: Installation, one: Scene) -> None:
    one.round()  # pins a block before anything is registered
    work = register(installation, caller(installation), upload(), CLAIM)
    finalize(one)
    content = b"".join(get_evidence(installation, work.work_id).chunks())
    blocks = [one.node.ask("eth_getBlockByNumber", number, False)["hash"] for number in ("0x0", "finalized")]
    known = [KnownBlock.parse(f"{CHAIN_ID}:{block}") for block in blocks]
    report = verify_file(io.BytesIO(content), verifier_key=installation.ledger.verifier_key, known_blocks=known)
    assert report.verdict == "proven"
    assert report.not_before is not None
    assert report.not_after is not None
    assert report.not_before < report.not_after
    untold = verify_file(io.BytesIO(content), verifier_key=installation.ledger.verifier_key)
    assert (untold.verdict, untold.not_before, untold.not_after) == ("proven", None, None)


@on_sqlite
def test_an_empty_ledger_is_pinned_but_not_anchored(one: Scene) -> None:
    one.round()
    one.round(seconds=10)
    assert one.states() == []


@on_sqlite
def test_entries_that_pin_blocks_are_no_reason_for_another_anchor(installation: Installation, one: Scene) -> None:
    append(installation, 1)
    finalize(one)
    for _ in range(3):
        one.mine(FINAL_AFTER)
        one.round(seconds=4_000)
    assert one.states() == ["pinned"]
    append(installation, 1)
    one.round(seconds=10)
    assert one.states() == ["pinned", "broadcast"]


@on_sqlite
def test_each_entry_is_proven_by_the_first_anchor_over_it(installation: Installation, one: Scene) -> None:
    works = []
    for number in range(2):
        picture = upload(number)
        works.append(register(installation, caller(installation), picture, CLAIM))
        one.round(seconds=10)
        one.node.ask("evm_increaseTime", "0x3c")
        finalize(one)
    times = []
    for work in works:
        content = b"".join(get_evidence(installation, work.work_id).chunks())
        (witness,) = [one for one in verify_file(io.BytesIO(content)).witnesses if one.bound is Bound.NOT_AFTER]
        times.append(witness.time)
    assert times[0] < times[1]


@on_sqlite
def test_a_stuck_anchor_is_offered_an_eighth_more_for_the_newest_checkpoint(
    installation: Installation, one: Scene
) -> None:
    append(installation, 1)
    one.round()
    append(installation, 1)
    one.round(seconds=30)
    assert len(one.offers()) == 1
    one.round(seconds=60)
    (first_size, first_fee), (second_size, second_fee) = one.offers()
    assert (first_size, second_size) == (1, 3)  # with the entry that pins a block
    assert first_fee * 1.125 <= second_fee <= first_fee * 1.2
    one.mine(1 + FINAL_AFTER)
    one.round()
    assert one.anchored() == [3]
    assert [anchor.tree_size for anchor in one.anchors()] == [3]


@on_sqlite
def test_a_base_fee_fifty_times_as_high_is_waited_out_within_the_limit(installation: Installation, one: Scene) -> None:
    append(installation, 1)
    one.round()
    block = one.node.ask("eth_getBlockByNumber", "latest", False)
    one.node.ask("anvil_setNextBlockBaseFeePerGas", hex(50 * int(block["baseFeePerGas"], 16)))
    one.mine()
    assert one.states() == ["broadcast"]
    for _ in range(40):
        one.round(seconds=61)
        one.mine()
    finalize(one)
    assert one.states() == ["pinned"]
    assert max(fee for _, fee in one.offers()) <= 100 * GWEI
    assert len(one.anchored()) == 1


@on_sqlite
def test_nothing_is_signed_above_the_limit_and_an_alarm_says_so(installation: Installation, one: Scene) -> None:
    append(installation, 1)
    one.node.ask("anvil_setNextBlockBaseFeePerGas", hex(200 * GWEI))
    one.mine()
    assert "fees_above_limit" in one.round()
    assert one.states() == []
    one.node.ask("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    one.mine()
    assert one.round() == {}
    assert one.states() == ["broadcast"]


@on_sqlite
def test_nothing_is_signed_beyond_the_days_budget(installation: Installation, make_scene: SceneMaker) -> None:
    one = make_scene(daily_budget=60_000 * 4 * GWEI)
    append(installation, 1)
    finalize(one)
    assert one.states() == ["pinned"]
    one.node.ask("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    one.mine()
    append(installation, 1)
    one.node.ask("anvil_setNextBlockBaseFeePerGas", hex(3 * GWEI // 2))
    one.mine()
    assert "budget_spent" in one.round(seconds=10)
    assert one.states() == ["pinned"]
    assert "budget_spent" not in one.round(seconds=24 * 3600)
    assert one.states() == ["pinned", "broadcast"]


@on_sqlite
def test_an_operator_without_ether_is_an_alarm(installation: Installation, one: Scene) -> None:
    append(installation, 1)
    one.node.ask("anvil_setBalance", OPERATOR, "0x0")
    assert "funds_low" in one.round()
    assert one.states() == []


@on_sqlite
@pytest.mark.parametrize("depth", [1, 3])
def test_an_anchor_that_leaves_its_block_is_sent_again(installation: Installation, one: Scene, depth: int) -> None:
    append(installation, 1)
    one.round()
    one.mine(depth)
    one.round()
    assert one.states()[0] in ("mined", "safe")
    one.node.ask("anvil_reorg", depth, [])
    one.round()
    assert one.states() == ["broadcast"]
    one.mine(1 + FINAL_AFTER)
    one.round()
    assert one.states() == ["pinned"]
    assert len(one.anchored()) == 1


@on_sqlite
def test_a_nonce_that_another_transaction_took_is_given_up_once_that_is_final(
    installation: Installation, one: Scene
) -> None:
    append(installation, 1)
    one.round()
    one.node.ask("anvil_dropAllTransactions")
    one.node.ask("eth_sendTransaction", {"from": OPERATOR, "to": OPERATOR, "value": "0x1"})
    one.mine()
    one.round()
    assert one.states() == ["broadcast"]  # not final yet
    one.mine(FINAL_AFTER)
    assert "nonce_lost" in one.round()
    one.round(seconds=10)
    finalize(one)
    assert one.states() == ["lost", "pinned"]
    assert len(one.anchored()) == 1


@on_sqlite
def test_a_nonce_out_of_reach_is_given_up(installation: Installation, one: Scene) -> None:
    append(installation, 1)
    one.node.ask("anvil_setNonce", OPERATOR, "0x5")
    one.round()
    one.node.ask("anvil_setNonce", OPERATOR, "0x3")
    one.round(seconds=30)
    assert one.states() == ["broadcast"]
    assert "nonce_lost" in one.round(seconds=60)
    finalize(one)
    assert one.states() == ["lost", "pinned"]
    assert [anchor.nonce for anchor in one.anchors()] == [5, 3]


@on_sqlite
def test_a_transaction_that_fails_in_the_chain_is_an_alarm_and_the_next_goes_on(
    installation: Installation, make_scene: SceneMaker
) -> None:
    append(installation, 1)
    assert "reverted" in finalize(make_scene(gas_limit=30_000))
    one = make_scene()
    one.round(seconds=10)
    finalize(one)
    assert one.states() == ["reverted", "pinned"]


@on_sqlite
def test_an_anchor_that_was_final_and_is_gone_is_an_alarm_and_made_anew(installation: Installation, one: Scene) -> None:
    append(installation, 1)
    finalize(one)
    one.node.ask("anvil_reorg", 5, [])
    assert "finality_violated" in one.round()
    one.round(seconds=10)
    finalize(one)
    assert one.states() == ["violated", "pinned"]


@on_sqlite
def test_a_node_of_another_chain_is_not_believed(installation: Installation, make_scene: SceneMaker) -> None:
    append(installation, 1)
    for one in (make_scene(chain_id=1), make_scene(genesis=bytes(32))):
        assert one.round().keys() >= {"node_faulty", "no_quorum"}
        assert one.states() == []


def test_of_two_workers_at_once_one_takes_a_nonce(installation: Installation, make_scene: SceneMaker) -> None:
    append(installation, 1)
    scenes = [make_scene(), make_scene()]
    with ThreadPoolExecutor() as threads:
        for _ in range(3):
            list(threads.map(lambda each: each.worker.round(), scenes))
    one = scenes[0]
    finalize(one)
    assert one.states() == ["pinned"]
    assert len(one.anchored()) == 1


@on_sqlite
def test_a_password_that_does_not_open_the_key_is_an_alarm(
    installation: Installation, node: Chain, tmp_path: Path
) -> None:
    append(installation, 1)
    key, password = write_key(tmp_path)
    password.write_text("another\n", encoding="ascii")
    parts = Parts(installation.database, installation.ledger, installation.sequencer, installation.clock)
    worker = AnchorWorker(parts, network([node.url]), KeystoreSigner(key, password))
    alarms = worker.round().raised
    worker.close()
    assert "ethereum_key_unusable" in alarms
    assert PASSWORD not in str(alarms)


@on_sqlite
def test_a_signer_outside_may_hold_the_key(installation: Installation, one: Scene) -> None:
    append(installation, 1)
    one.worker._signer = RemoteSigner(one.node.url, bytes.fromhex(OPERATOR[2:]))
    finalize(one)
    assert one.states() == ["pinned"]


@on_sqlite
def test_however_fast_entries_come_a_pin_is_near_enough_to_be_shown(installation: Installation, one: Scene) -> None:
    one.mine(FINAL_AFTER)
    one.round()
    append(installation, PIN_AFTER_ENTRIES)
    one.mine(FINAL_AFTER)
    one.round()
    with installation.database.read() as session:
        newest = stored_anchors.newest_pin(session, CHAIN_ID)
    assert newest is not None
    assert newest.entry_index >= PIN_AFTER_ENTRIES


@on_sqlite
def test_the_ledger_with_pins_verifies(installation: Installation, one: Scene) -> None:
    append(installation, 2)
    finalize(one)
    assert verify_ledger(installation.database, installation.ledger, installation.objects).ok


@on_sqlite
def test_the_worker_runs_by_itself_until_it_is_told_to_end(installation: Installation, one: Scene) -> None:
    append(installation, 1)
    parts = Parts(installation.database, installation.ledger, installation.sequencer, installation.clock)
    anchoring = Anchoring(parts, [Configured(one.worker.network, signer())])
    one.node.ask("evm_setAutomine", True)
    with anchoring.rounds(0.05):
        never = threading.Event()
        while one.states() != ["mined"]:
            never.wait(0.05)
    anchoring.close()
