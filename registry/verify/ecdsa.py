"""ECDSA signature verification (FIPS 186-5, section 6.4.2) on the NIST curves, in plain Python.

It sees public values only and takes some tens of milliseconds, in time that depends on them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """y^2 = x^3 - 3x + b over the integers modulo ``p``; a base point of prime ``order`` (SP 800-186)."""

    p: int
    b: int
    order: int
    base: tuple[int, int]

    @property
    def octets(self) -> int:
        """Bytes of one coordinate."""
        return (self.p.bit_length() + 7) // 8


P256 = Curve(
    p=2**256 - 2**224 + 2**192 + 2**96 - 1,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    base=(
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
)
P384 = Curve(
    p=2**384 - 2**128 - 2**96 + 2**32 - 1,
    b=0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    order=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    base=(
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    ),
)
P521 = Curve(
    p=2**521 - 1,
    b=0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
    order=2**521 - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
    base=(
        0x00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66,
        0x011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650,
    ),
)
CURVES = {
    "1.2.840.10045.3.1.7": P256,
    "1.3.132.0.34": P384,
    "1.3.132.0.35": P521,
}
"""By object identifier (RFC 5480, section 2.1.1.1)."""

_Point = tuple[int, int, int]
"""Jacobian coordinates: x = X/Z^2, y = Y/Z^3; Z is 0 at infinity."""
_INFINITY: _Point = (1, 1, 0)


def decoded_point(curve: Curve, encoded: bytes) -> tuple[int, int] | None:
    """The public key in its uncompressed encoding (SEC 1, section 2.3.4); None if it is no point of the curve."""
    if len(encoded) != 1 + 2 * curve.octets or encoded[0] != 4:
        return None
    x, y = int.from_bytes(encoded[1 : 1 + curve.octets], "big"), int.from_bytes(encoded[1 + curve.octets :], "big")
    on_curve = x < curve.p and y < curve.p and (y * y - x * x * x + 3 * x - curve.b) % curve.p == 0
    return (x, y) if on_curve else None


def verifies(curve: Curve, key: tuple[int, int], digest: bytes, signature: tuple[int, int]) -> bool:
    """Whether ``signature`` (r, s) is one of a message with ``digest`` by the point ``key``."""
    r, s = signature
    if not (0 < r < curve.order and 0 < s < curve.order):
        return False
    surplus = max(8 * len(digest) - curve.order.bit_length(), 0)
    hashed = int.from_bytes(digest, "big") >> surplus
    inverse = pow(s, -1, curve.order)
    first, second = hashed * inverse % curve.order, r * inverse % curve.order
    x, _, z = _sum_of_products(curve, first, (*curve.base, 1), second, (*key, 1))
    return z != 0 and x * pow(z, -2, curve.p) % curve.p % curve.order == r


def _sum_of_products(curve: Curve, m: int, a: _Point, n: int, b: _Point) -> _Point:
    """[m]a + [n]b, the doublings shared (Straus)."""
    addends = (_INFINITY, a, b, _add(curve, a, b))
    total = _INFINITY
    for bit in range(max(m.bit_length(), n.bit_length()) - 1, -1, -1):
        total = _double(curve, total)
        chosen = (m >> bit & 1) + 2 * (n >> bit & 1)
        if chosen:
            total = _add(curve, total, addends[chosen])
    return total


def _double(curve: Curve, point: _Point) -> _Point:
    x, y, z = point
    p = curve.p
    if z == 0 or y == 0:
        return _INFINITY
    square = y * y % p
    s = 4 * x * square % p
    m = 3 * (x - z * z) * (x + z * z) % p
    new_x = (m * m - 2 * s) % p
    return new_x, (m * (s - new_x) - 8 * square * square) % p, 2 * y * z % p


def _add(curve: Curve, a: _Point, b: _Point) -> _Point:
    p = curve.p
    if a[2] == 0:
        return b
    if b[2] == 0:
        return a
    a_square, b_square = a[2] * a[2] % p, b[2] * b[2] % p
    u, v = a[0] * b_square % p, b[0] * a_square % p
    s, t = a[1] * b[2] * b_square % p, b[1] * a[2] * a_square % p
    if u == v:
        return _double(curve, a) if s == t else _INFINITY
    h, r = v - u, t - s
    h_square = h * h % p
    h_cube = h * h_square % p
    shared = u * h_square % p
    x = (r * r - h_cube - 2 * shared) % p
    return x, (r * (shared - x) - s * h_cube) % p, h * a[2] * b[2] % p
