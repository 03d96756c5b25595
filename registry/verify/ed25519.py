"""Ed25519 signature verification (RFC 8032, section 5.1.7) in plain Python.

Of what RFC 8032 leaves open this takes the stricter side:

- Cofactorless, as Go's ``crypto/ed25519`` and OpenSSL: the encoding of [S]B - [k]A must be R byte for
  byte. So R has only its canonical encoding, and a signature that needs the cofactor is refused.
- S is below the group order: nobody can make a second signature out of one.
- A public key is encoded canonically (Go decodes other encodings too; no key generator makes them).

It sees public values only and takes some milliseconds, in time that depends on them.
"""

import hashlib

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_COFACTOR_DOUBLINGS = 3

_Point = tuple[int, int, int, int]
"""Extended homogeneous coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, xy = T/Z."""
_NEUTRAL: _Point = (0, 1, 1, 0)


def verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is one of ``message`` by ``public_key``; False for any that is not well-formed."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    key = _decode(public_key)
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if key is None or s >= _ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(r + public_key + message).digest(), "little") % _ORDER
    x, y, z, t = key
    return _encode(_sum_of_products(s, _BASE, k, (-x % _P, y, z, -t % _P))) == r


def is_public_key(encoded: bytes) -> bool:
    """Whether this can be somebody's key: a canonical point, not one of the eight under which anyone can sign."""
    point = _decode(encoded)
    if point is None:
        return False
    for _ in range(_COFACTOR_DOUBLINGS):
        point = _add(point, point)
    return _encode(point) != _encode(_NEUTRAL)


def _add(a: _Point, b: _Point) -> _Point:
    # RFC 8032, section 5.1.4. Complete: it doubles, and adds the neutral element, too.
    first = (a[1] - a[0]) * (b[1] - b[0]) % _P
    second = (a[1] + a[0]) * (b[1] + b[0]) % _P
    third = 2 * a[3] * b[3] * _D % _P
    fourth = 2 * a[2] * b[2] % _P
    e, f, g, h = second - first, fourth - third, fourth + third, second + first
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _sum_of_products(m: int, a: _Point, n: int, b: _Point) -> _Point:
    """[m]a + [n]b, the doublings shared (Straus)."""
    addends = (_NEUTRAL, a, b, _add(a, b))
    total = _NEUTRAL
    for bit in range(max(m.bit_length(), n.bit_length()) - 1, -1, -1):
        total = _add(total, total)
        chosen = (m >> bit & 1) + 2 * (n >> bit & 1)
        if chosen:
            total = _add(total, addends[chosen])
    return total


def _encode(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decode(encoded: bytes) -> _Point | None:
    """RFC 8032, section 5.1.3; None if no point is encoded so."""
    if len(encoded) != PUBLIC_KEY_BYTES:
        return None
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if v * x * x % _P == -u % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if v * x * x % _P != u or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_BASE_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960
_BASE: _Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)
"""RFC 8032, section 5.1."""
