"""The anchors of one ledger in one network, as a job that any crash only interrupts.

    due -> signed (transaction and nonce committed first) -> broadcast -> mined -> safe
        -> finalized (proof recomputed here, a quorum of nodes agrees) -> pinned (the ledger names the proof)

A round looks where everything is and takes the next step of each; every step is committed by itself, and repeating one
changes nothing. So a round that was interrupted anywhere is made good by the next, also by another process. An anchor
that is due is no row: that the ledger has grown says it. Besides the straight way:

- stuck: the same nonce is offered more, for the newest checkpoint;
- out of its block again: all its transactions are sent again;
- nonce taken by another transaction that is final, or out of reach: *lost*, and the next round begins anew;
- *reverted*, or final and yet gone (*violated*): an alarm, and the others go on.
"""

import logging

from sqlalchemy.exc import IntegrityError

from registry import errors
from registry.anchoring.ethereum import stored_anchors
from registry.anchoring.ethereum.alarms import Alarms
from registry.anchoring.ethereum.following import Following
from registry.anchoring.ethereum.network import FINALIZED, SAFE, Agreed, Chain, Network
from registry.anchoring.ethereum.parts import Parts
from registry.anchoring.ethereum.pinning import pin
from registry.anchoring.ethereum.sending import Sending
from registry.anchoring.ethereum.signer import Signer
from registry.anchoring.models import EthereumNetwork

log = logging.getLogger("registry.anchoring")

OVERDUE_AFTER = 3
"""Times the seconds between anchors: then a person is told that entries wait."""
TOLD_AGAIN_AFTER = 60_000
"""Milliseconds: a round in which nothing changed is not worth a write, but a person may ask when the last one was."""


class AnchorWorker:
    """Made for one network; a round by one thread at a time. Several processes may each have their own."""

    def __init__(self, parts: Parts, network: Network, signer: Signer) -> None:
        self.network = network
        self._parts = parts
        self._signer = signer
        self._chain = Chain(network)
        self._told: tuple[str, int] | None = None
        self._told_at = 0

    def round(self) -> Alarms:
        """Takes the next step of everything; answers what a person has to look at. Raises as the database does."""
        parts, chain, now = self._parts, self._chain, self._parts.clock.milliseconds()
        alarms = Alarms()
        chain.begin_round()
        finalized = chain.agreed(FINALIZED)
        if finalized is None:
            alarms.raise_("no_quorum", "Too few nodes agree on a finalized block: nothing is called final meanwhile.")
        try:
            self._advance(Following(parts.database, chain, alarms), self._sending(alarms), finalized, now)
            if finalized is not None:
                pin(parts, self.network, finalized, now)
        except errors.Broken as error:
            if error.code != "ethereum_key_unusable":
                raise
            alarms.raise_(error.code, error.message)
        except errors.Unavailable as error:
            if not error.code.startswith("endpoint_"):
                raise
            alarms.raise_("signer_unreachable", error.message)
        self._tell(alarms, finalized, now)
        return alarms

    def close(self) -> None:
        """Ends the connections."""
        self._chain.close()

    def _advance(self, following: Following, sending: Sending, finalized: Agreed | None, now: int) -> None:
        opened = self._open()
        safe = self._chain.agreed(SAFE) if opened else None
        for followed in opened:
            following.follow(followed, safe, finalized, now)
        following.watch_finality(now)
        in_flight = [one for one in self._open() if one.anchor.state in stored_anchors.IN_FLIGHT]
        for place, followed in enumerate(in_flight):
            sending.push(followed, now)
            following.lose_beyond_a_gap(followed, in_flight[:place], now)
        if not in_flight and sending.begin(now) is not None:
            for followed in self._open():
                if followed.anchor.state in stored_anchors.IN_FLIGHT:
                    sending.push(followed, now)

    def _open(self) -> list[stored_anchors.Followed]:
        with self._parts.database.read() as session:
            return stored_anchors.open_anchors(session, self.network.chain_id)

    def _sending(self, alarms: Alarms) -> Sending:
        return Sending(self._parts.database, self._parts.ledger, self._chain, self._signer, alarms)

    def _tell(self, alarms: Alarms, finalized: Agreed | None, now: int) -> None:
        """Keeps what this round found, for other processes; a crash before it leaves what the round before found."""
        for fault in self._chain.faults.values():
            alarms.raise_("node_faulty", fault)
        self._check_waiting(alarms, now)
        for code, sentence in alarms.raised.items():
            log.warning("%s: %s: %s", self.network.name, code, sentence)
        told = (alarms.to_text(), len(self._chain.usable))
        if told == self._told and now - self._told_at < TOLD_AGAIN_AFTER:
            return
        found = EthereumNetwork(
            chain_id=self.network.chain_id,
            name=self.network.name,
            checked_at=now,
            finalized_number=None if finalized is None else finalized.header.number,
            nodes_asked=len(self.network.endpoints),
            nodes_usable=len(self._chain.usable),
            alarms=told[0],
        )
        try:
            with self._parts.database.write() as session:
                session.merge(found)
        except IntegrityError:
            return  # on PostgreSQL another process told of this network for the first time in this moment
        self._told, self._told_at = told, now

    def _check_waiting(self, alarms: Alarms, now: int) -> None:
        with self._parts.database.read() as session:
            newest = stored_anchors.newest_attempt(session, self.network.chain_id)
            covered = stored_anchors.covered(session, self.network.chain_id)
            size = self._parts.ledger.head(session).size
            waiting = size - covered - stored_anchors.pins_from(session, covered)
        limit = OVERDUE_AFTER * self.network.anchor_seconds * 1000
        if newest is not None and waiting > 0 and now - newest.created_at > limit:
            alarms.raise_("overdue", f"{waiting} entries wait to be anchored for longer than they should.")
