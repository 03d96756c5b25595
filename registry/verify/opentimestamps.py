"""Detached proofs of OpenTimestamps (``.ots``): a tree of operations that leads from a file's digest to attestations.

The format is the one of python-opentimestamps, version 1. Every message is an operation on the message before; at an
attestation stands a message that somebody vouches for. Operations that no calendar needs any more are known by name and
not followed: what is behind them is not looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from registry.verify.errors import Malformed

MAGIC = bytes.fromhex("004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294")
VERSION = 1
BITCOIN = bytes.fromhex("0588960d73d71901")
"""An attestation that the message is the Merkle root of the block of this height."""
PENDING = bytes.fromhex("83dfe30d2ef90c8e")
"""A calendar's promise, under its address, to have the message attested."""
LARGEST_PROOF = 65_536
"""Bytes: proofs have one to three thousand."""
LARGEST_MESSAGE = 4_096
LARGEST_PAYLOAD = 8_192
LONGEST_ADDRESS = 1_000
DEEPEST = 255
"""These four are python-opentimestamps'."""
MOST_OPERATIONS = 4_096
"""Paths have some sixty. As many over the longest messages take no second to follow."""
MOST_ATTESTATIONS = 64
LARGEST_NUMBER = 2**32 - 1
"""Blocks are counted in fewer bits."""
APPEND, PREPEND, SHA256 = 0xF0, 0xF1, 0x08
_NAMES: Mapping[int, str] = {
    0x02: "sha1",
    0x03: "ripemd160",
    SHA256: "sha256",
    0x67: "keccak256",
    APPEND: "append",
    PREPEND: "prepend",
    0xF2: "reverse",
    0xF3: "hexlify",
}
_ATTESTATION, _FORK = 0x00, 0xFF
_KIND_BYTES, _DIGEST_BYTES = 8, 32
_ADDRESS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/:")


@dataclass(frozen=True)
class Attestation:
    """What somebody of this ``kind`` says of the message: ``payload`` is in a form of its own."""

    kind: bytes
    payload: bytes

    @classmethod
    def pending(cls, address: str) -> "Attestation":
        """The promise of the calendar at ``address``."""
        return cls(PENDING, _counted(address.encode("ascii")))

    @classmethod
    def in_block(cls, height: int) -> "Attestation":
        """The one of the block of this height."""
        return cls(BITCOIN, _number(height))

    @property
    def height(self) -> int | None:
        """The block's, None of another kind. Malformed if it names none."""
        if self.kind != BITCOIN:
            return None
        height = _Reader(self.payload, LARGEST_PAYLOAD).number()
        if self != Attestation.in_block(height):
            raise Malformed("An attestation of the proof is not in its one form.")
        return height

    @property
    def address(self) -> str | None:
        """The calendar's, None of another kind. Malformed if it names none."""
        if self.kind != PENDING:
            return None
        address = _Reader(self.payload, LARGEST_PAYLOAD).counted(0, LONGEST_ADDRESS)
        if not _ADDRESS.issuperset(address):
            raise Malformed("The address of a calendar in the proof holds a character that none has.")
        if self.payload != _counted(address):
            raise Malformed("An attestation of the proof is not in its one form.")
        return address.decode("ascii")


@dataclass(frozen=True)
class Operation:
    """One step to the next message; ``argument`` is empty where the operation takes none."""

    tag: int
    argument: bytes = b""

    @property
    def name(self) -> str:
        """What the format calls it."""
        return _NAMES[self.tag]

    def result(self, message: bytes) -> bytes | None:
        """The next message; None if the operation is not followed here. Malformed if it is too long."""
        if self.tag == SHA256:
            return sha256(message).digest()
        if self.tag not in (APPEND, PREPEND):
            return None
        result = message + self.argument if self.tag == APPEND else self.argument + message
        if len(result) > LARGEST_MESSAGE:
            raise Malformed(f"A message of the proof is longer than {LARGEST_MESSAGE} bytes.")
        return result


@dataclass(frozen=True)
class Step:
    """An operation, and what is known of its result."""

    operation: Operation
    after: "Timestamp"


Timestamp = tuple[Attestation | Step, ...]
"""What is known of a message, in the order of the file; never empty, and no attestation or operation twice."""


@dataclass(frozen=True)
class Attested:
    """An attestation and the message under it: None behind ``unfollowed``, an operation that is not followed here."""

    attestation: Attestation
    message: bytes | None
    unfollowed: Operation | None = None


@dataclass(frozen=True)
class Proof:
    """What is known of a file by its SHA-256."""

    digest: bytes
    timestamp: Timestamp

    def to_bytes(self) -> bytes:
        """The file ``.ots``."""
        return MAGIC + bytes([VERSION, SHA256]) + self.digest + encoded(self.timestamp)

    @classmethod
    def parse(cls, content: bytes) -> "Proof":
        """Malformed unless ``content`` is a proof over a SHA-256, byte for byte."""
        reader = _Reader(content, LARGEST_PROOF)
        if reader.take(len(MAGIC)) != MAGIC:
            raise Malformed("The file is no proof of OpenTimestamps.")
        if reader.number() != VERSION:
            raise Malformed(f"The proof is of another version than {VERSION}.")
        if reader.byte() != SHA256:
            raise Malformed("The proof is one over another digest than SHA-256.")
        proof = cls(reader.take(_DIGEST_BYTES), reader.timestamp())
        if reader.rest or proof.to_bytes() != content:
            raise Malformed("The proof does not reproduce itself.")
        return proof

    def attested(self) -> list[Attested]:
        """Every attestation, in the order of the file. Malformed as :meth:`Operation.result`."""
        return list(attested(self.timestamp, self.digest))


def parse_timestamp(content: bytes) -> Timestamp:
    """What a calendar answers: the same without the file's beginning. Malformed unless it is one, byte for byte."""
    reader = _Reader(content, LARGEST_PROOF)
    timestamp = reader.timestamp()
    if reader.rest or encoded(timestamp) != content:
        raise Malformed("The proof does not reproduce itself.")
    return timestamp


def encoded(timestamp: Timestamp) -> bytes:
    """Its bytes; of several things that are known all but the last are marked."""
    made = [_item(item) for item in timestamp]
    return b"".join(bytes([_FORK]) + item for item in made[:-1]) + made[-1]


def attested(timestamp: Timestamp, message: bytes | None, unfollowed: Operation | None = None) -> Iterator[Attested]:
    """Every attestation below ``message``, in the order of the file. Malformed as :meth:`Operation.result`."""
    for item in timestamp:
        if isinstance(item, Attestation):
            yield Attested(item, message, unfollowed)
            continue
        result = None if message is None else item.operation.result(message)
        stopped = item.operation if unfollowed is None and result is None else unfollowed
        yield from attested(item.after, result, stopped)


def _item(item: Attestation | Step) -> bytes:
    if isinstance(item, Attestation):
        return bytes([_ATTESTATION]) + item.kind + _counted(item.payload)
    operation = item.operation
    argument = _counted(operation.argument) if operation.tag in (APPEND, PREPEND) else b""
    return bytes([operation.tag]) + argument + encoded(item.after)


def _number(value: int) -> bytes:
    """LEB128, in its shortest form."""
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def _counted(content: bytes) -> bytes:
    return _number(len(content)) + content


class _Reader:
    """Takes a proof apart from its beginning on."""

    def __init__(self, content: bytes, largest: int) -> None:
        if len(content) > largest:
            raise Malformed(f"A proof of OpenTimestamps has at most {largest} bytes.")
        self._content = content
        self._place = 0
        self._operations = self._attestations = 0

    @property
    def rest(self) -> int:
        """How many bytes were not taken."""
        return len(self._content) - self._place

    def take(self, length: int) -> bytes:
        if length > self.rest:
            raise Malformed("The proof ends within a value.")
        self._place += length
        return self._content[self._place - length : self._place]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if value > LARGEST_NUMBER or shift > 35:
                raise Malformed(f"A number in the proof is larger than {LARGEST_NUMBER}.")
            if byte <= 0x7F:
                return value

    def counted(self, fewest: int, most: int) -> bytes:
        length = self.number()
        if not fewest <= length <= most:
            raise Malformed(f"A value of the proof has {length} bytes; it should be {fewest} to {most}.")
        return self.take(length)

    def timestamp(self, depth: int = 0) -> Timestamp:
        if depth > DEEPEST:
            raise Malformed(f"The proof is deeper than {DEEPEST} operations.")
        items = []
        tag = self.byte()
        while tag == _FORK:
            items.append(self._item(self.byte(), depth))
            tag = self.byte()
        items.append(self._item(tag, depth))
        if len({item.operation if isinstance(item, Step) else item for item in items}) != len(items):
            raise Malformed("The proof says the same of a message twice.")
        return tuple(items)

    def _item(self, tag: int, depth: int) -> Attestation | Step:
        if tag == _ATTESTATION:
            self._attestations += 1
            if self._attestations > MOST_ATTESTATIONS:
                raise Malformed(f"The proof has more than {MOST_ATTESTATIONS} attestations.")
            return self._attestation()
        self._operations += 1
        if self._operations > MOST_OPERATIONS:
            raise Malformed(f"The proof has more than {MOST_OPERATIONS} operations.")
        if tag not in _NAMES:
            raise Malformed(f"The proof has the operation {tag:02x}, which is not known here.")
        argument = self.counted(1, LARGEST_MESSAGE) if tag in (APPEND, PREPEND) else b""
        return Step(Operation(tag, argument), self.timestamp(depth + 1))

    def _attestation(self) -> Attestation:
        found = Attestation(self.take(_KIND_BYTES), self.counted(0, LARGEST_PAYLOAD))
        # Read, so that one that names nothing is refused here.
        _ = (found.height, found.address)
        return found
