"""What chains show of an entry: the first final anchor above it, and the last block that an entry before it names."""

from sqlalchemy.orm import Session

from registry.anchoring.ethereum import contract
from registry.anchoring.ethereum.proof import AnchorProof
from registry.anchoring.ethereum.stored_anchors import earliest_over, pins_before
from registry.errors import Broken
from registry.evidence.build import ChainAnchor, Pin
from registry.ledger.log import Ledger
from registry.verify.errors import VerificationError
from registry.verify.evidence_form import CONTRACT_INPUT, CONTRACT_SOURCE, MOST_ENTRIES_BETWEEN


def chain_anchors(ledger: Ledger, session: Session, index: int) -> list[ChainAnchor]:
    """Of each chain the first final anchor over entry ``index``. Broken (``anchor_proof_unreadable``)."""
    found = []
    for anchor in earliest_over(session, index):
        try:
            proof = AnchorProof.from_bytes(anchor.proof or b"")
        except VerificationError as error:
            raise Broken(
                "anchor_proof_unreadable",
                f"The stored proof of anchor {anchor.number} in chain {anchor.chain_id} cannot be read. {error}",
                hint="Restore the database from its newest good backup.",
            ) from error
        files = {
            **proof.files,
            CONTRACT_SOURCE: contract.file(contract.SOURCE),
            CONTRACT_INPUT: contract.file(contract.COMPILER_INPUT),
        }
        found.append(ChainAnchor(anchor.chain_id, files, ledger.tlog_proof(session, index, anchor.tree_size)))
    return found


def pins(ledger: Ledger, session: Session, index: int) -> list[Pin]:
    """Of each chain the last block that is pinned before entry ``index``, if it is near enough to be shown."""
    return [
        Pin(
            pin.chain_id,
            pin.header,
            ledger.disclosure(session, pin.entry_index),
            ledger.entries(session, pin.entry_index, index),
        )
        for pin in pins_before(session, index)
        if index - pin.entry_index <= MOST_ENTRIES_BETWEEN
    ]
