"""Putting a root into the chain: signing, sending, and offering more where that is needed.

What is signed is committed before any node sees it. So whatever crash comes, the same bytes are sent again, and the
chain takes one transaction for each nonce at most.
"""

import logging
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.anchoring.ethereum import contract, stored_anchors
from registry.anchoring.ethereum.alarms import Alarms
from registry.anchoring.ethereum.endpoint import CallRefused, Endpoint, hexadecimal, quantity, record
from registry.anchoring.ethereum.fees import Fees, offer, raised
from registry.anchoring.ethereum.network import LATEST, Chain, middle
from registry.anchoring.ethereum.signer import Signer, Transaction, transaction_hash
from registry.anchoring.ethereum.stored_anchors import Followed
from registry.anchoring.models import AnchorState, EthereumAnchor, EthereumTransaction
from registry.ledger.log import Ledger
from registry.storage.database import Database
from registry.verify.checkpoint import Checkpoint, unverified_checkpoint

log = logging.getLogger("registry.anchoring")

DAY_MILLISECONDS = 86_400_000
_KNOWN_ALREADY = ("already known", "known transaction", "already imported", "already exists")
_NONCE_TAKEN = ("nonce too low", "nonce is too low", "oldnonce")
_TOO_LITTLE_OFFERED = ("underpriced", "fee too low", "replacement", "less than block base fee")
_NO_FUNDS = ("insufficient funds", "insufficient balance")


@dataclass(frozen=True)
class Sending:
    """Everything that it takes."""

    database: Database
    ledger: Ledger
    chain: Chain
    signer: Signer
    alarms: Alarms

    def begin(self, now: int) -> int | None:
        """Signs and keeps a transaction for the newest checkpoint if one is due; answers the anchor's number."""
        network = self.chain.network
        with self.database.read() as session:
            checkpoint = self._due(session, now)
            if checkpoint is None:
                return None
            own = stored_anchors.next_nonce(session, network.chain_id, self.signer.address)
        counted = self._counted(LATEST)
        base_fee = self._base_fee()
        if counted is None or base_fee is None or not self._contract_stands():
            return None
        fees = offer(base_fee, network.tip, network.most_fee)
        if fees is None:
            self.alarms.raise_("fees_above_limit", "The chain asks for more than max_fee_gwei allows; it is waited.")
            return None
        if not self._affordable(fees, now, already=0):
            return None
        transaction = self._signed(max(counted, own), fees, checkpoint, now)
        return self._keep_first(transaction, max(counted, own), now)

    def push(self, followed: Followed, now: int) -> None:
        """Sends what is in flight to every node again, after offering more if it waits for too long."""
        transactions = list(followed.transactions)
        if now - followed.newest.signed_at >= self.chain.network.stuck_seconds * 1000:
            replacement = self._replacement(followed, now)
            if replacement is not None:
                transactions.append(replacement)
        taken = [endpoint for endpoint in self.chain.usable if self._sent(endpoint, transactions)]
        if taken and followed.anchor.state == AnchorState.SIGNED.value:
            with self.database.write() as session:
                # A crash before this sends the same bytes again.
                stored_anchors.move(
                    session,
                    followed.anchor.chain_id,
                    followed.anchor.number,
                    (AnchorState.SIGNED,),
                    state=AnchorState.BROADCAST.value,
                    changed_at=now,
                )

    def _due(self, session: Session, now: int) -> Checkpoint | None:
        """The newest checkpoint, if it covers entries that none before it does, other than those that pin blocks."""
        network = self.chain.network
        if stored_anchors.has_in_flight(session, network.chain_id):
            return None
        newest = stored_anchors.newest_attempt(session, network.chain_id)
        if newest is not None and now - newest.created_at < network.anchor_seconds * 1000:
            return None
        checkpoint = unverified_checkpoint(self.ledger.head(session).checkpoint)[0]
        covered = stored_anchors.covered(session, network.chain_id)
        new = checkpoint.size - covered - stored_anchors.pins_from(session, covered)
        return checkpoint if new > 0 else None

    def _keep_first(self, transaction: EthereumTransaction, nonce: int, now: int) -> int | None:
        chain_id = transaction.chain_id
        try:
            with self.database.write() as session:
                if stored_anchors.has_in_flight(session, chain_id):
                    return None  # another process was first
                number = stored_anchors.newest_number(session, chain_id) + 1
                transaction.number = number
                anchor = EthereumAnchor(
                    chain_id=chain_id,
                    number=number,
                    operator=self.signer.address,
                    nonce=nonce,
                    tree_size=transaction.tree_size,
                    state=AnchorState.SIGNED.value,
                    created_at=now,
                    changed_at=now,
                )
                # A crash after the commit leaves a transaction that no node knows; the next round sends it.
                stored_anchors.begin(session, anchor, transaction)
        except IntegrityError:
            return None  # on PostgreSQL another process took the same number in this moment
        return number

    def _replacement(self, followed: Followed, now: int) -> EthereumTransaction | None:
        """An offer of more, for the newest checkpoint: its root covers what the transactions before would have."""
        network, newest = self.chain.network, followed.newest
        base_fee = self._base_fee()
        if base_fee is None:
            return None
        fees = raised(Fees(newest.max_fee, newest.tip), base_fee, network.most_fee)
        if fees is None:
            self.alarms.raise_("fees_above_limit", "An anchor is stuck, and max_fee_gwei allows no higher offer.")
            return None
        if not self._affordable(fees, now, already=network.gas_limit * newest.max_fee):
            return None
        with self.database.read() as session:
            checkpoint = unverified_checkpoint(self.ledger.head(session).checkpoint)[0]
        transaction = self._signed(followed.anchor.nonce, fees, checkpoint, now)
        transaction.number, transaction.variant = newest.number, newest.variant + 1
        try:
            with self.database.write() as session:
                # A crash after the commit leaves an offer that no node knows; the next round sends it.
                stored_anchors.replace(session, transaction, now)
        except IntegrityError:
            return None  # another process made the same offer
        log.info("Anchor %d of %s is offered %d wei for each gas.", newest.number, network.name, fees.max_fee)
        return transaction

    def _signed(self, nonce: int, fees: Fees, checkpoint: Checkpoint, now: int) -> EthereumTransaction:
        network = self.chain.network
        raw = self.signer.sign(
            Transaction(
                chain_id=network.chain_id,
                nonce=nonce,
                to=contract.ADDRESS,
                call=contract.anchor_call(checkpoint.root, checkpoint.size),
                gas=network.gas_limit,
                max_fee=fees.max_fee,
                tip=fees.tip,
            )
        )
        return EthereumTransaction(
            chain_id=network.chain_id,
            variant=1,
            tree_size=checkpoint.size,
            root=checkpoint.root,
            raw=raw,
            hash=transaction_hash(raw),
            max_fee=fees.max_fee,
            tip=fees.tip,
            signed_at=now,
        )

    def _sent(self, endpoint: Endpoint, transactions: list[EthereumTransaction]) -> bool:
        """Whether the node has one of ``transactions`` now; the newest is sent first, as it may replace the others."""
        has = False
        for transaction in reversed(transactions):
            found = self.chain.ask(endpoint, partial(_send, transaction.raw))
            if found is None:
                return has
            has = has or found in ("", "known")
            if found == "no_funds":
                self.alarms.raise_("funds_low", f"The node {endpoint.label} says that the operator has no funds left.")
            elif found not in ("", "known", "nonce_taken", "too_little"):
                self.alarms.raise_(
                    "transaction_refused", f"The node {endpoint.label} refuses a transaction: {found!a}."
                )
        return has

    def _counted(self, tag: str) -> int | None:
        """How many transactions of the operator a quorum of nodes counts."""
        numbers = self.chain.numbers("eth_getTransactionCount", hexadecimal(self.signer.address), tag)
        return self.chain.said_by_quorum(numbers)

    def _base_fee(self) -> int | None:
        def asked(endpoint: Endpoint) -> int:
            return quantity(record(endpoint.ask("eth_getBlockByNumber", LATEST, False)).get("baseFeePerGas"))

        return middle(fee for _, fee in self.chain.ask_each(asked))

    def _contract_stands(self) -> bool:
        def asked(endpoint: Endpoint) -> object:
            return endpoint.ask("eth_getCode", hexadecimal(contract.ADDRESS), LATEST)

        stands = any(code == hexadecimal(contract.code()) for _, code in self.chain.ask_each(asked))
        if not stands:
            self.alarms.raise_("contract_missing", "The contract does not stand in this chain: registry anchor deploy.")
        return stands

    def _affordable(self, fees: Fees, now: int, already: int) -> bool:
        """Whether the day's budget and the operator's funds have room; ``already`` (wei) is counted in the former."""
        network = self.chain.network
        cost = network.gas_limit * fees.max_fee
        with self.database.read() as session:
            spent = stored_anchors.spent_since(session, network.chain_id, now - DAY_MILLISECONDS, network.gas_limit)
        if spent - already + cost > network.daily_budget:
            self.alarms.raise_("budget_spent", "The next transaction could cost more than is left of the day's budget.")
            return False
        numbers = self.chain.numbers("eth_getBalance", hexadecimal(self.signer.address), LATEST)
        funds = self.chain.said_by_quorum(numbers)
        if funds is not None and funds < cost:
            self.alarms.raise_("funds_low", f"The operator 0x{self.signer.address.hex()} has {funds} wei, too few.")
            return False
        return True


def _send(raw: bytes, endpoint: Endpoint) -> str:
    """Empty if the node took it, else why not: in one word where that is known, else in the node's own."""
    try:
        endpoint.ask("eth_sendRawTransaction", hexadecimal(raw))
    except CallRefused as error:
        told = error.message.lower()
        for word, messages in (
            ("known", _KNOWN_ALREADY),
            ("nonce_taken", _NONCE_TAKEN),
            ("too_little", _TOO_LITTLE_OFFERED),
            ("no_funds", _NO_FUNDS),
        ):
            if any(message in told for message in messages):
                return word
        return error.message
    return ""
