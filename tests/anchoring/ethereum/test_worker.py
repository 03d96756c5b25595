"""The worker on a real node: the straight way of an anchor, and every way around."""

import io

import pytest

from registry.anchoring.ethereum.proof import AnchorProof
from registry.installation import Installation
from registry.verify.ethereum_chain import KnownBlock
from registry.verify.file import verify_file
from registry.works.evidence import get_evidence
from registry.works.register import register
from tests.anchoring.ethereum.scene import CHAIN_ID, Scene
from tests.api.appended import append
from tests.works.test_register import CLAIM, caller, upload

on_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
FINAL_AFTER = 4
"""Blocks."""


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
