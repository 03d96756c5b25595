"""Headers of Bitcoin's blocks: 80 bytes, numbers in them little-endian (developer reference, "Block Headers").

A block's hash is SHA-256 of SHA-256 of its header. People are shown it, and the Merkle root, from the last byte to the
first.
"""

from dataclasses import dataclass
from hashlib import sha256

from registry.verify.errors import Contradiction, Malformed

HEADER_BYTES = 80
HIGHEST_TARGET = 0xFFFF << 208
"""Of any block of Bitcoin's chain: that of its first, difficulty 1 (``powLimit`` of Bitcoin Core's chainparams)."""
_SIGN = 0x00800000


@dataclass(frozen=True)
class Header:
    """What is read of a header. ``hash`` is in the order in which it is shown, ``merkle_root`` as it stands there.

    ``time`` is in seconds since the Unix epoch; the hash is a number of at most ``target``.
    """

    hash: bytes
    merkle_root: bytes
    time: int
    target: int

    @classmethod
    def parse(cls, encoded: bytes) -> "Header":
        """Malformed unless ``encoded`` can be a header; Contradiction if it lacks the work that it says it has."""
        if len(encoded) != HEADER_BYTES:
            raise Malformed(f"A header of Bitcoin has {HEADER_BYTES} bytes; this one has {len(encoded)}.")
        target = _target(int.from_bytes(encoded[72:76], "little"))
        shown = sha256(sha256(encoded).digest()).digest()[::-1]
        if int.from_bytes(shown, "big") > target:
            raise Contradiction(
                "The header does not meet its own target.", expected=target.to_bytes(32, "big"), found=shown
            )
        return cls(shown, encoded[36:68], int.from_bytes(encoded[68:72], "little"), target)

    @property
    def work(self) -> int:
        """The base-2 logarithm, rounded down, of how many headers one has to try, on average, to find such a one."""
        return (2**256 // (self.target + 1)).bit_length() - 1

    @property
    def can_be_of_bitcoin(self) -> bool:
        """Whether blocks of Bitcoin's own chain can be as easy to find. No more follows: test networks vary."""
        return self.target <= HIGHEST_TARGET


def _target(bits: int) -> int:
    """The number that ``nBits`` stands for: three bytes, and how many bytes it has."""
    size, digits = bits >> 24, bits & (_SIGN - 1)
    target = digits << 8 * (size - 3) if size > 3 else digits >> 8 * (3 - size)
    if bits & _SIGN or not 0 < target < 2**256:
        raise Malformed("The header has a target that no block can have.")
    return target
