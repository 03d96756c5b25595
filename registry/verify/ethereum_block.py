"""Headers of Ethereum's blocks, the receipts below them and the accounts of their state, each in RLP.

A block's hash is the keccak-256 of its header. Later rules add fields behind those that are read here, so their
number is left open.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.verify import rlp
from registry.verify.errors import Contradiction, Malformed
from registry.verify.keccak import HASH_BYTES, keccak256

LARGEST_HEADER = 4_096
"""Bytes: headers have some 650, with 32 bytes of their maker's choice at most."""
FEWEST_FIELDS, MOST_FIELDS = 15, 64
"""15 at first; each change of the rules adds one or a few."""
LARGEST_RECEIPT = 1_048_576
"""Bytes of a receipt: ours have 500."""
ADDRESS_BYTES = 20
BLOOM_BYTES = 256
MOST_TOPICS = 4
_PARENT, _STATE, _RECEIPTS, _NUMBER, _TIME = 0, 3, 5, 8, 11
_HIGHEST_TYPE = 0x7F
"""EIP-2718: what a receipt of another kind than the first begins with."""


@dataclass(frozen=True)
class Header:
    """What is read of a header. ``time`` is in seconds since the Unix epoch."""

    hash: bytes
    parent: bytes
    state_root: bytes
    receipts_root: bytes
    number: int
    time: int

    @classmethod
    def parse(cls, encoded: bytes) -> "Header":
        """Malformed unless ``encoded`` can be the header of a block."""
        if len(encoded) > LARGEST_HEADER:
            raise Malformed(f"A block's header has more than {LARGEST_HEADER} bytes.")
        fields = rlp.decode_list(encoded)
        if not FEWEST_FIELDS <= len(fields) <= MOST_FIELDS:
            raise Malformed(f"A block's header has {len(fields)} fields.")
        return cls(
            hash=keccak256(encoded),
            parent=rlp.as_bytes(fields[_PARENT], HASH_BYTES),
            state_root=rlp.as_bytes(fields[_STATE], HASH_BYTES),
            receipts_root=rlp.as_bytes(fields[_RECEIPTS], HASH_BYTES),
            number=rlp.as_integer(fields[_NUMBER]),
            time=rlp.as_integer(fields[_TIME]),
        )


def check_descent(first: Header, following: Sequence[Header]) -> Header:
    """The last of ``following``, or ``first`` if there are none, once each is shown to be the child of the one before.

    Contradiction if one is not.
    """
    newest = first
    for header in following:
        if header.parent != newest.hash:
            raise Contradiction(
                f"Block {header.number} is not the child of the block before it.",
                expected=newest.hash,
                found=header.parent,
            )
        if header.number != newest.number + 1:
            raise Contradiction(
                "The number of a block does not follow its parent's.", expected=newest.number + 1, found=header.number
            )
        newest = header
    return newest


@dataclass(frozen=True)
class Log:
    """An event of a contract."""

    address: bytes
    topics: tuple[bytes, ...]
    content: bytes


@dataclass(frozen=True)
class TransactionReceipt:
    """What a transaction came to: whether it ``succeeded``, and the events that it left."""

    succeeded: bool
    logs: tuple[Log, ...]

    @classmethod
    def parse(cls, encoded: bytes) -> "TransactionReceipt":
        """Malformed unless ``encoded`` is a receipt as the trie of receipts holds it (EIP-2718)."""
        if not 0 < len(encoded) <= LARGEST_RECEIPT:
            raise Malformed(f"A receipt has from 1 to {LARGEST_RECEIPT} bytes.")
        fields = rlp.decode_list(encoded[1:] if encoded[0] <= _HIGHEST_TYPE else encoded)
        if len(fields) != 4:
            raise Malformed(f"A receipt has {len(fields)} fields instead of 4.")
        status = rlp.as_bytes(fields[0])
        if status not in (b"", b"\x01"):
            raise Malformed("A receipt does not say whether its transaction succeeded.")
        rlp.as_bytes(fields[2], BLOOM_BYTES)
        return cls(status == b"\x01", tuple(map(_log, rlp.as_list(fields[3]))))


@dataclass(frozen=True)
class Account:
    """What is read of an account in a block's state."""

    storage_root: bytes
    code_hash: bytes

    @classmethod
    def parse(cls, encoded: bytes) -> "Account":
        """Malformed unless ``encoded`` is an account as the trie of the state holds it."""
        fields = rlp.decode_list(encoded)
        if len(fields) != 4:
            raise Malformed(f"An account has {len(fields)} fields instead of 4.")
        return cls(rlp.as_bytes(fields[2], HASH_BYTES), rlp.as_bytes(fields[3], HASH_BYTES))


def _log(item: rlp.Item) -> Log:
    fields = rlp.as_list(item)
    if len(fields) != 3:
        raise Malformed(f"An event has {len(fields)} fields instead of 3.")
    topics = tuple(rlp.as_bytes(topic, HASH_BYTES) for topic in rlp.as_list(fields[1]))
    if len(topics) > MOST_TOPICS:
        raise Malformed(f"An event has more than {MOST_TOPICS} topics.")
    return Log(rlp.as_bytes(fields[0], ADDRESS_BYTES), topics, rlp.as_bytes(fields[2]))
