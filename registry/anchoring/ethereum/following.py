"""Following what was sent until it is final: into a block, perhaps out of it again, and to the proof that lasts."""

import logging
from collections import Counter
from dataclasses import dataclass

from registry.anchoring.ethereum import stored_anchors
from registry.anchoring.ethereum.alarms import Alarms
from registry.anchoring.ethereum.endpoint import Endpoint, hash_of, hexadecimal, quantity, record
from registry.anchoring.ethereum.network import FINALIZED, LATEST, Agreed, Chain
from registry.anchoring.ethereum.proof import Claimed, fetch_proof
from registry.anchoring.ethereum.stored_anchors import FINAL, IN_FLIGHT, OPEN, Followed
from registry.anchoring.models import AnchorState, EthereumAnchor
from registry.storage.database import Database

log = logging.getLogger("registry.anchoring")

LARGEST_COST = 2**63 - 1
"""What a database's integer holds; no limit of the settings lets anything cost that much."""


@dataclass(frozen=True)
class _Seen:
    """Where a node saw one of our transactions, as it tells."""

    variant: int
    block_number: int
    block_hash: bytes
    place: int
    succeeded: bool
    cost: int


@dataclass(frozen=True)
class Following:
    """Everything that it takes."""

    database: Database
    chain: Chain
    alarms: Alarms

    def follow(self, followed: Followed, safe: Agreed | None, finalized: Agreed | None, now: int) -> None:
        """Looks where the anchor is now. Nothing counts that fewer nodes than the quorum say, if so many answer."""
        anchor = followed.anchor
        # Counted before the receipts are asked for: what is mined between the two is then found, and not lost.
        counted = self._counted(anchor, FINALIZED)
        answers = self.chain.ask_each(lambda endpoint: _look(endpoint, followed))
        if not answers:
            return
        votes = Counter(seen for _, seen in answers if seen is not None)
        needed = min(self.chain.network.quorum, len(answers))
        seen, count = votes.most_common(1)[0] if votes else (None, 0)
        if seen is not None and count >= needed:
            self._found(followed, seen, safe, finalized, now)
            return
        if anchor.state in (AnchorState.MINED.value, AnchorState.SAFE.value):
            log.warning("Anchor %d of %s left its block.", anchor.number, self.chain.network.name)
            # A crash before the commit finds the same in the next round. All its transactions are sent again.
            self._move(
                anchor,
                (AnchorState.MINED, AnchorState.SAFE),
                now,
                state=AnchorState.BROADCAST.value,
                variant=None,
                block_number=None,
                block_hash=None,
                block_time=None,
                gas_cost=None,
            )
        if not votes and counted is not None and counted > anchor.nonce:
            self._lose(anchor, now, "another transaction took its nonce, and is final")

    def lose_beyond_a_gap(self, followed: Followed, before: list[Followed], now: int) -> None:
        """Gives up a nonce that cannot be reached: fewer transactions are counted, and none of ours is on its way."""
        anchor = followed.anchor
        waited = now - followed.newest.signed_at >= self.chain.network.stuck_seconds * 1000
        if not waited or any(one.anchor.nonce < anchor.nonce for one in before):
            return
        counted = self._counted(anchor, LATEST)
        if counted is not None and counted < anchor.nonce:
            self._lose(anchor, now, f"the chain counts {counted} transactions, so its nonce comes too early")

    def watch_finality(self, now: int) -> None:
        """Looks whether the newest final anchor still is where it was: what was final must stay."""
        with self.database.read() as session:
            anchor = stored_anchors.newest_final(session, self.chain.network.chain_id)
        if anchor is None or anchor.block_number is None:
            return
        number = hexadecimal(anchor.block_number)

        def asked(endpoint: Endpoint) -> bytes | None:
            block = endpoint.ask("eth_getBlockByNumber", number, False)
            return None if block is None else hash_of(record(block).get("hash"))

        votes = Counter(found for _, found in self.chain.ask_each(asked) if found is not None)
        found, count = votes.most_common(1)[0] if votes else (None, 0)
        if found is not None and found != anchor.block_hash and count >= self.chain.network.quorum:
            self.alarms.raise_(
                "finality_violated",
                f"Block {anchor.block_number} was final and is another one now; a new anchor is made. "
                "Look at what happened to the chain.",
            )
            self._move(anchor, FINAL, now, state=AnchorState.VIOLATED.value)

    def _found(self, followed: Followed, seen: _Seen, safe: Agreed | None, finalized: Agreed | None, now: int) -> None:
        anchor = followed.anchor
        transaction = followed.transactions[seen.variant - 1]
        if (anchor.block_hash, anchor.variant) != (seen.block_hash, seen.variant):
            # A crash before the commit finds it again.
            self._move(
                anchor,
                OPEN,
                now,
                state=AnchorState.MINED.value,
                variant=seen.variant,
                tree_size=transaction.tree_size,
                block_number=seen.block_number,
                block_hash=seen.block_hash,
                gas_cost=min(seen.cost, LARGEST_COST),
            )
        if finalized is not None and seen.block_number <= finalized.header.number:
            self._finalize(followed, seen, finalized, now)
        elif safe is not None and seen.block_number <= safe.header.number and anchor.state != AnchorState.SAFE.value:
            self._move(anchor, (AnchorState.MINED,), now, state=AnchorState.SAFE.value)

    def _finalize(self, followed: Followed, seen: _Seen, finalized: Agreed, now: int) -> None:
        anchor, transaction = followed.anchor, followed.transactions[seen.variant - 1]
        if not seen.succeeded:
            self.alarms.raise_("reverted", f"Anchor {anchor.number} failed in the chain, and cost {seen.cost} wei.")
            self._move(anchor, OPEN, now, state=AnchorState.REVERTED.value)
            return
        claimed = Claimed(
            operator=anchor.operator,
            root=transaction.root,
            size=transaction.tree_size,
            block_number=seen.block_number,
            block_hash=seen.block_hash,
            transaction_index=seen.place,
        )
        proof = fetch_proof(self.chain, claimed, finalized)
        if proof is None:
            self.alarms.raise_(
                "proof_missing",
                f"No node proves that anchor {anchor.number} is in block {seen.block_number}; it is asked for again.",
            )
            return
        # A crash before the commit leaves it to be proven again.
        self._move(
            anchor,
            OPEN,
            now,
            state=AnchorState.FINALIZED.value,
            proof=proof.to_bytes(),
            block_time=proof.anchor.block_time,
        )

    def _counted(self, anchor: EthereumAnchor, tag: str) -> int | None:
        numbers = self.chain.numbers("eth_getTransactionCount", hexadecimal(anchor.operator), tag)
        return self.chain.said_by_quorum(numbers)

    def _lose(self, anchor: EthereumAnchor, now: int, why: str) -> None:
        self.alarms.raise_("nonce_lost", f"Anchor {anchor.number} is given up and made anew: {why}.")
        self._move(anchor, IN_FLIGHT, now, state=AnchorState.LOST.value)

    def _move(
        self, anchor: EthereumAnchor, out_of: tuple[AnchorState, ...], now: int, **values: int | bytes | str | None
    ) -> None:
        with self.database.write() as session:
            stored_anchors.move(session, anchor.chain_id, anchor.number, out_of, changed_at=now, **values)


def _look(endpoint: Endpoint, followed: Followed) -> _Seen | None:
    """Which of the anchor's transactions a node has in a block, and where."""
    for transaction in reversed(followed.transactions):
        receipt = endpoint.ask("eth_getTransactionReceipt", hexadecimal(transaction.hash))
        if receipt is not None:
            told = record(receipt)
            return _Seen(
                variant=transaction.variant,
                block_number=quantity(told.get("blockNumber")),
                block_hash=hash_of(told.get("blockHash")),
                place=quantity(told.get("transactionIndex")),
                succeeded=quantity(told.get("status")) == 1,
                cost=quantity(told.get("gasUsed")) * quantity(told.get("effectiveGasPrice")),
            )
    return None
