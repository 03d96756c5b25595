"""ML-DSA-44 signature verification (FIPS 204, algorithms 3 and 8, empty context) in plain Python.

It sees public values only and takes some hundredths of a second, in time that depends on them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

PUBLIC_KEY_BYTES = 1312
SIGNATURE_BYTES = 2420

_Q = 8_380_417
_N = 256
_D = 13
_TAU = 39
_GAMMA_1 = 1 << 17
_GAMMA_2 = (_Q - 1) // 88
_K = _L = 4
_BETA = 78
_OMEGA = 80
_SEED_BYTES = _CHALLENGE_BYTES = 32
_T1_BITS, _Z_BITS, _W1_BITS = 10, 18, 6
_HIGH_PARTS = (_Q - 1) // (2 * _GAMMA_2)


class _Shake(Protocol):
    def digest(self, length: int, /) -> bytes: ...


_Polynomial = list[int]
"""256 coefficients modulo q."""


def verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is one of ``message`` by ``public_key``; False for any that is not well-formed."""
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    challenge = signature[:_CHALLENGE_BYTES]
    z_end = _CHALLENGE_BYTES + _L * _N * _Z_BITS // 8
    z = [
        [_GAMMA_1 - coefficient for coefficient in packed]
        for packed in _unpacked(signature[_CHALLENGE_BYTES:z_end], _Z_BITS)
    ]
    hints = _hints(signature[z_end:])
    if hints is None or any(abs(coefficient) >= _GAMMA_1 - _BETA for one in z for coefficient in one):
        return False
    t1 = _unpacked(public_key[_SEED_BYTES:], _T1_BITS)
    digest = hashlib.shake_256(public_key).digest(64)
    mu = hashlib.shake_256(digest + b"\0\0" + message).digest(64)
    c = _ntt(_in_ball(challenge))
    z_ntt = [_ntt(one) for one in z]
    high_parts = b""
    for row in range(_K):
        t = _ntt([coefficient << _D for coefficient in t1[row]])
        total = [-a * b % _Q for a, b in zip(c, t, strict=True)]
        for column in range(_L):
            matrix = _uniform(public_key[:_SEED_BYTES] + bytes([column, row]))
            total = [(s + a * b) % _Q for s, a, b in zip(total, matrix, z_ntt[column], strict=True)]
        w = _inverse_ntt(total)
        high_parts += _packed([_use_hint(hints[row][place], w[place]) for place in range(_N)], _W1_BITS)
    return hashlib.shake_256(mu + high_parts).digest(_CHALLENGE_BYTES) == challenge


def _unpacked(content: bytes, bits: int) -> list[_Polynomial]:
    """SimpleBitUnpack: polynomials of coefficients of ``bits`` bits, the lowest first."""
    step = _N * bits // 8
    mask = (1 << bits) - 1
    numbers = (int.from_bytes(content[place : place + step], "little") for place in range(0, len(content), step))
    return [[number >> (bits * place) & mask for place in range(_N)] for number in numbers]


def _packed(coefficients: Sequence[int], bits: int) -> bytes:
    """SimpleBitPack."""
    number = sum(coefficient << (bits * place) for place, coefficient in enumerate(coefficients))
    return number.to_bytes(_N * bits // 8, "little")


def _hints(encoded: bytes) -> list[list[bool]] | None:
    """HintBitUnpack (algorithm 21); None for what no signer writes."""
    found = [[False] * _N for _ in range(_K)]
    index = 0
    for row in range(_K):
        end = encoded[_OMEGA + row]
        if not index <= end <= _OMEGA:
            return None
        places = encoded[index:end]
        if any(before >= after for before, after in pairwise(places)):
            return None
        for place in places:
            found[row][place] = True
        index = end
    return None if any(encoded[index:_OMEGA]) else found


def _use_hint(hint: bool, r: int) -> int:
    """UseHint (algorithm 40) on a coefficient from 0 to q - 1."""
    low = r % (2 * _GAMMA_2)
    if low > _GAMMA_2:
        low -= 2 * _GAMMA_2
    if r - low == _Q - 1:
        high, low = 0, low - 1
    else:
        high = (r - low) // (2 * _GAMMA_2)
    if not hint:
        return high
    return (high + 1 if low > 0 else high - 1) % _HIGH_PARTS


def _in_ball(seed: bytes) -> _Polynomial:
    """SampleInBall (algorithm 29): 39 coefficients of 1 or -1, the others 0."""
    stream = _squeezed(hashlib.shake_256(seed))
    signs = int.from_bytes(bytes(next(stream) for _ in range(8)), "little")
    c = [0] * _N
    for number, place in enumerate(range(_N - _TAU, _N)):
        other = next(byte for byte in stream if byte <= place)
        c[place] = c[other]
        c[other] = -1 if signs >> number & 1 else 1
    return c


def _uniform(seed: bytes) -> _Polynomial:
    """RejNTTPoly (algorithm 30)."""
    stream = _squeezed(hashlib.shake_128(seed))
    found: _Polynomial = []
    while len(found) < _N:
        value = next(stream) | next(stream) << 8 | (next(stream) & 0x7F) << 16
        if value < _Q:
            found.append(value)
    return found


def _squeezed(hash_: "_Shake") -> Iterator[int]:
    """The output of a SHAKE, byte by byte."""
    length = place = 0
    while True:
        length += 1024
        output = hash_.digest(length)
        yield from output[place:]
        place = length


def _ntt(polynomial: Sequence[int]) -> _Polynomial:
    """NTT (algorithm 41)."""
    w = [coefficient % _Q for coefficient in polynomial]
    number, length = 0, 128
    while length:
        for start in range(0, _N, 2 * length):
            number += 1
            zeta = _ZETAS[number]
            for j in range(start, start + length):
                t = zeta * w[j + length] % _Q
                w[j + length] = (w[j] - t) % _Q
                w[j] = (w[j] + t) % _Q
        length //= 2
    return w


def _inverse_ntt(transformed: Sequence[int]) -> _Polynomial:
    """The inverse of NTT (algorithm 42)."""
    w = list(transformed)
    number, length = _N, 1
    while length < _N:
        for start in range(0, _N, 2 * length):
            number -= 1
            zeta = -_ZETAS[number]
            for j in range(start, start + length):
                t = w[j]
                w[j] = (t + w[j + length]) % _Q
                w[j + length] = zeta * (t - w[j + length]) % _Q
        length *= 2
    return [coefficient * _INVERSE_OF_N % _Q for coefficient in w]


_INVERSE_OF_N = pow(_N, -1, _Q)
_ZETAS = [pow(1753, int(f"{number:08b}"[::-1], 2), _Q) for number in range(_N)]
"""FIPS 204, appendix B."""
