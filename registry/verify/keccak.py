"""Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with the padding that it had before it became SHA-3.

That one bit is why :func:`hashlib.sha3_256` cannot be used.
"""

HASH_BYTES = 32
RATE = 136
"""Bytes taken in with each permutation: 200 less twice the length of the hash."""
_LANE = (1 << 64) - 1
_LANES = 25
_ROUND_CONSTANTS = (
    0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
    0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
    0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
)  # fmt: skip
"""FIPS 202, section 3.2.5 (iota)."""


def _moves() -> tuple[tuple[int, int, int, int], ...]:
    """Steps rho and pi (FIPS 202, sections 3.2.2 and 3.2.3): where each lane comes from, its column, its rotation
    to the left and what that leaves of 64, in the order of where it goes."""
    rotations = [0] * _LANES
    x, y = 1, 0
    for step in range(24):
        rotations[x + 5 * y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    sources = [(x + 3 * y) % 5 + 5 * x for y in range(5) for x in range(5)]
    return tuple((source, source % 5, rotations[source], 64 - rotations[source]) for source in sources)


_MOVES = _moves()


def keccak256(content: bytes) -> bytes:
    """The 32-byte hash of ``content``."""
    padding = bytearray(RATE - len(content) % RATE)
    padding[0] = 0x01  # SHA-3 begins its padding with 0x06
    padding[-1] |= 0x80
    padded = content + padding
    state = [0] * _LANES
    for start in range(0, len(padded), RATE):
        for lane in range(RATE // 8):
            state[lane] ^= int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
        state = _permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[: HASH_BYTES // 8])


def _permuted(lanes: list[int]) -> list[int]:
    """Keccak-f[1600]. Lane ``x + 5 * y`` is lane (x, y) of the standard."""
    for constant in _ROUND_CONSTANTS:
        c0, c1, c2, c3, c4 = (lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5))
        columns = (
            c4 ^ (c1 << 1 & _LANE | c1 >> 63),
            c0 ^ (c2 << 1 & _LANE | c2 >> 63),
            c1 ^ (c3 << 1 & _LANE | c3 >> 63),
            c2 ^ (c4 << 1 & _LANE | c4 >> 63),
            c3 ^ (c0 << 1 & _LANE | c0 >> 63),
        )
        moved = [
            (lane := lanes[source] ^ columns[column]) << left & _LANE | lane >> right
            for source, column, left, right in _MOVES
        ]
        lanes = []
        for row in (moved[:5], moved[5:10], moved[10:15], moved[15:20], moved[20:]):
            b0, b1, b2, b3, b4 = row
            lanes += (b0 ^ ~b1 & b2, b1 ^ ~b2 & b3, b2 ^ ~b3 & b4, b3 ^ ~b4 & b0, b4 ^ ~b0 & b1)
        lanes[0] ^= constant
    return lanes
