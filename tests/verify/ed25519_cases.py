"""Signatures at the edges of Ed25519, where implementations differ, built with arithmetic of their own."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int]
"""Affine coordinates."""


@dataclass(frozen=True)
class Case:
    """``valid`` is the answer of Go's crypto/ed25519; ``key_canonical`` whether we take the key at all."""

    name: str
    key: bytes
    message: bytes
    signature: bytes
    valid: bool
    key_canonical: bool = True


def add(a: Point, b: Point) -> Point:
    product = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, P - 2, P) % P
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, P - 2, P) % P
    return x, y


def times(scalar: int, point: Point) -> Point:
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def from_y(y: int, sign: int) -> Point:
    """The point with this y; ValueError if there is none."""
    squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if x * x % P != squared:
        x = x * ROOT % P
    if x * x % P != squared:
        raise ValueError(y)
    return (x if x & 1 == sign else -x % P), y


def encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


BASE = from_y(4 * pow(5, P - 2, P) % P, 0)


def torsion() -> list[Point]:
    """The eight points whose order divides eight, the neutral one first."""
    y = 2
    while True:
        try:
            generator = times(L, from_y(y, 0))
        except ValueError:
            y += 1
            continue
        if times(4, generator) != (0, 1):
            return [times(number, generator) for number in range(8)]
        y += 1


def challenge(r: bytes, key: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L


def number(value: int) -> bytes:
    return value.to_bytes(32, "little")


def cases() -> Iterator[Case]:
    secret, nonce = 0x1234567890ABCDEF, 0xFEDCBA0987654321
    small = torsion()
    public, commitment = times(secret, BASE), times(nonce, BASE)
    key, r = encode(public), encode(commitment)
    s = (nonce + challenge(r, key, b"message") * secret) % L
    yield Case("honest", key, b"message", r + number(s), True)
    yield Case("S plus the group order", key, b"message", r + number(s + L), False)
    for multiple in range(2, 16):
        yield Case(f"S plus {multiple} group orders", key, b"message", r + number(s + multiple * L), False)
    yield Case("S negated", key, b"message", r + number(L - s), False)
    yield Case("S is the group order", key, b"message", encode((0, 1)) + number(L), False)
    for flip in range(3):
        yield Case(f"bit {253 + flip} of S set", key, b"message", r + number(s | 1 << 253 + flip), False)
    for order, point in enumerate(small):
        # Valid under a rule that multiplies by the cofactor, which neither Go nor we do.
        shifted = encode(add(commitment, point))
        shifted_s = (nonce + challenge(shifted, key, b"message") * secret) % L
        yield Case(f"R shifted by torsion {order}", key, b"message", shifted + number(shifted_s), order == 0)
    for order, point in enumerate(small):
        mixed = encode(add(public, point))
        for try_ in range(16):
            message = f"message {try_}".encode()
            k = challenge(r, mixed, message)
            valid = times(k % 8, point) == (0, 1)
            signature = r + number((nonce + k * secret) % L)
            yield Case(f"key shifted by torsion {order}, try {try_}", mixed, message, signature, valid)
    for order, point in enumerate(small):
        for other, start in enumerate(small):
            key_, r_ = encode(point), encode(start)
            k = challenge(r_, key_, b"message")
            # [0]B - [k]A = R
            valid = times(-k % 8, point) == start
            yield Case(f"S zero, key {order}, R {other}", key_, b"message", r_ + number(0), valid)
    # The neutral point written with y = p + 1: Go decodes it, RFC 8032 does not.
    other_neutral = number(P + 1)
    yield Case("key not canonical", other_neutral, b"message", encode(BASE) + number(1), True, key_canonical=False)
    # The same point as R: compared by its encoding, so never equal.
    k = challenge(other_neutral, encode((0, 1)), b"message")
    yield Case("R not canonical", encode((0, 1)), b"message", other_neutral + number(0), False)
    yield Case("R is no point", key, b"message", number(2) + number(s), False)
