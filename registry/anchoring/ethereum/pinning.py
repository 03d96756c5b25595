"""Entries of the ledger that name a finalized block, and the proofs of anchors that were final by then.

Nothing that comes after such an entry can be older than the block; and who buys a key later cannot make up anchors of
the past, because later anchors cover what the entry says of those before.
"""

from sqlalchemy.orm import Session

from registry.anchoring.ethereum import stored_anchors
from registry.anchoring.ethereum.network import Agreed, Network
from registry.anchoring.ethereum.parts import Parts
from registry.anchoring.ethereum.proof import AnchorProof
from registry.anchoring.models import AnchorState, PinnedBlock
from registry.ledger.appends import Appends
from registry.verify.commitment import MOST_FIELDS
from registry.verify.evidence_form import MOST_ENTRIES_BETWEEN
from registry.verify.known_block import chain_label
from registry.verify.pinned_block import ENTRY_KIND, pin_claim

PIN_AFTER_ENTRIES = MOST_ENTRIES_BETWEEN // 4
"""So that between a pin and an entry there are never more than a verifier goes through, however fast they come."""
IDLE = 24
"""Times as long between pins while nothing is registered: the next registration is bounded a little wider then."""


def pin(parts: Parts, network: Network, finalized: Agreed, now: int) -> int | None:
    """Has an entry name ``finalized`` if one is due; answers its index."""
    with parts.database.read() as session:
        if not _due(session, network, finalized, parts.ledger.head(session).size, now):
            return None

    def name_it(session: Session, appends: Appends) -> int | None:
        """In the ledger's transaction: a crash leaves neither the entry nor what is known of it, or both."""
        if not _due(session, network, finalized, appends.size, now):
            return None  # another process was first
        anchors = stored_anchors.unpinned(session, network.chain_id)[:MOST_FIELDS]
        proofs = [AnchorProof.from_bytes(anchor.proof or b"").digest for anchor in anchors]
        claim = pin_claim(network.chain_id, finalized.header, proofs)
        index = appends.add(ENTRY_KIND, chain_label(network.chain_id), claim).index
        session.add(
            PinnedBlock(
                chain_id=network.chain_id,
                entry_index=index,
                block_number=finalized.header.number,
                header=finalized.encoded,
                pinned_at=now,
            )
        )
        session.flush()
        for anchor in anchors:
            stored_anchors.move(
                session,
                network.chain_id,
                anchor.number,
                (AnchorState.FINALIZED,),
                state=AnchorState.PINNED.value,
                changed_at=now,
                pin_index=index,
            )
        return index

    return parts.sequencer.run(name_it)


def _due(session: Session, network: Network, finalized: Agreed, size: int, now: int) -> bool:
    newest = stored_anchors.newest_pin(session, network.chain_id)
    if newest is None or stored_anchors.unpinned(session, network.chain_id):
        return True
    if size - newest.entry_index >= PIN_AFTER_ENTRIES:
        return True  # also the same block again: it is about how many entries stand between
    new = size - newest.entry_index - stored_anchors.pins_from(session, newest.entry_index)
    patience = network.pin_seconds if new > 0 else IDLE * network.pin_seconds
    return finalized.header.number > newest.block_number and now - newest.pinned_at >= patience * 1000
