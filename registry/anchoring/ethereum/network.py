"""One chain as several nodes tell it: nothing is believed that too few of them say."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from registry import errors
from registry.anchoring.ethereum.block_encoding import encoded_header
from registry.anchoring.ethereum.endpoint import CallRefused, Endpoint, hash_of, hexadecimal, quantity, record
from registry.verify.errors import VerificationError
from registry.verify.ethereum_block import Header

log = logging.getLogger("registry.anchoring")

SAFE, FINALIZED, LATEST = "safe", "finalized", "latest"
T = TypeVar("T")


@dataclass(frozen=True)
class Network:
    """A chain as the settings name it: fees are in wei, times in seconds.

    ``quorum`` is how many endpoints must say the same before anything is called final.
    """

    name: str
    chain_id: int
    genesis: bytes | None
    endpoints: Sequence[Endpoint]
    quorum: int
    most_fee: int
    tip: int
    daily_budget: int
    anchor_seconds: int
    pin_seconds: int
    stuck_seconds: int
    gas_limit: int
    explorer: str | None = None


@dataclass
class Chain:
    """A network asked: which of its nodes are of this chain is checked once, ``faults`` are those of this round."""

    network: Network
    faults: dict[str, str] = field(default_factory=dict)
    _checked: set[str] = field(default_factory=set)

    def begin_round(self) -> None:
        """Forgets the faults of the round before, and checks the nodes that were not yet."""
        self.faults.clear()
        for endpoint in self.network.endpoints:
            if endpoint.label not in self._checked:
                self._attempt(endpoint, self._check_identity)

    @property
    def usable(self) -> list[Endpoint]:
        """The nodes of this chain that had no fault in this round."""
        return [one for one in self.network.endpoints if one.label in self._checked and one.label not in self.faults]

    def ask_each(self, ask: Callable[[Endpoint], T]) -> list[tuple[Endpoint, T]]:
        """What each usable node answers; one that fails is left out for the rest of the round."""
        answers = ((endpoint, self.ask(endpoint, lambda one: (ask(one),))) for endpoint in self.usable)
        return [(endpoint, answer[0]) for endpoint, answer in answers if answer is not None]

    def ask(self, endpoint: Endpoint, ask: Callable[[Endpoint], T]) -> T | None:
        """What one node answers; None if it fails, which leaves it out for the rest of the round."""
        found: list[T] = []
        self._attempt(endpoint, lambda one: found.append(ask(one)))
        return found[0] if found else None

    def first_that(self, ask: Callable[[Endpoint], T]) -> T | None:
        """The first answer that can be used: for what proves itself, one node is enough. None if none has it."""
        answers: list[T] = []
        for endpoint in self.usable:
            try:
                answers.append(ask(endpoint))
            except (errors.Unavailable, CallRefused, VerificationError) as error:
                log.warning("The node %s of %s cannot prove it: %s", endpoint.label, self.network.name, error)
            if answers:
                return answers[0]
        return None

    def numbers(self, method: str, *parameters: object) -> list[int]:
        """What each node answers to a call whose result is a number, the highest first."""
        answers = self.ask_each(lambda endpoint: quantity(endpoint.ask(method, *parameters)))
        return sorted((number for _, number in answers), reverse=True)

    def said_by_quorum(self, numbers: Sequence[int]) -> int | None:
        """The highest number that as many nodes as the quorum reach, of ``numbers`` from the highest; None: too few."""
        return numbers[self.network.quorum - 1] if len(numbers) >= self.network.quorum else None

    def agreed(self, tag: str) -> "Agreed | None":
        """The newest block that a quorum calls ``tag`` (SAFE, FINALIZED) or an ancestor of that; None if there is none.

        A node that lags counts for what it has, and one that lies is alone.
        """
        told = self.ask_each(
            lambda endpoint: quantity(record(endpoint.ask("eth_getBlockByNumber", tag, False))["number"])
        )
        number = self.said_by_quorum(sorted((number for _, number in told), reverse=True))
        if number is None:
            return None
        reach = {endpoint.label for endpoint, highest in told if highest >= number}
        blocks = self.ask_each(lambda endpoint: endpoint.ask("eth_getBlockByNumber", hexadecimal(number), False))
        headers = [(endpoint, _header(block)) for endpoint, block in blocks if endpoint.label in reach]
        votes = Counter(encoded for _, encoded in headers if encoded is not None)
        if not votes:
            return None
        encoded, count = votes.most_common(1)[0]
        header = Header.parse(encoded)
        if count < self.network.quorum or header.number != number:
            return None
        return Agreed(header, encoded, count, len(self.network.endpoints))

    def header(self, number: int, endpoint: Endpoint) -> bytes:
        """The header of the block with this number, in RLP. Unavailable, CallRefused, VerificationError."""
        return encoded_header(endpoint.ask("eth_getBlockByNumber", hexadecimal(number), False))

    def close(self) -> None:
        """Ends the connections to all nodes."""
        for endpoint in self.network.endpoints:
            endpoint.close()

    def _check_identity(self, endpoint: Endpoint) -> None:
        network = self.network
        found = quantity(endpoint.ask("eth_chainId"))
        if found != network.chain_id:
            raise VerificationError(f"It is a node of chain {found}, not of {network.chain_id}.")
        if network.genesis is not None:
            genesis = hash_of(record(endpoint.ask("eth_getBlockByNumber", "0x0", False)).get("hash"))
            if genesis != network.genesis:
                raise VerificationError(f"It is a node of another chain with the id {network.chain_id}.")
        self._checked.add(endpoint.label)

    def _attempt(self, endpoint: Endpoint, act: Callable[[Endpoint], object]) -> bool:
        try:
            act(endpoint)
        except errors.Unavailable as error:
            self._fault(endpoint, error.message)
        except CallRefused as error:
            self._fault(endpoint, f"The node {endpoint.label} refuses: {error.message!a}.")
        except (VerificationError, KeyError) as error:
            self._fault(endpoint, f"The node {endpoint.label} is not believed: {error}")
        return endpoint.label not in self.faults

    def _fault(self, endpoint: Endpoint, why: str) -> None:
        self.faults[endpoint.label] = why
        log.warning("%s", why)


@dataclass(frozen=True)
class Agreed:
    """A block that ``agreed`` of ``asked`` nodes name, with its header in RLP."""

    header: Header
    encoded: bytes
    agreed: int
    asked: int


def middle(numbers: Iterable[int]) -> int | None:
    """The middle one, the higher of two: neither who lies upwards nor who lies downwards alone decides it."""
    ordered = sorted(numbers)
    return ordered[len(ordered) // 2] if ordered else None


def _header(block: Any) -> bytes | None:
    try:
        return encoded_header(block)
    except VerificationError as error:
        log.warning("A node tells a block that is none: %s", error)
        return None
