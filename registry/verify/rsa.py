"""RSASSA-PKCS1-v1_5 signature verification (RFC 8017, section 8.2.2) in plain Python.

The expected encoding is built and compared whole, so that nothing of it is parsed.
"""

SMALLEST_MODULUS, LARGEST_MODULUS = 2048, 8192
"""Bits: below it is too weak for any authority of today (NIST SP 800-131A), above nobody goes."""
LARGEST_EXPONENT = 2**32
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
"""What stands before the digest: RFC 8017, section 9.2, note 1."""


def verifies(modulus: int, exponent: int, digest_name: str, digest: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is one of a message with ``digest`` by this key."""
    length = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    usable = SMALLEST_MODULUS <= modulus.bit_length() <= LARGEST_MODULUS and modulus & 1
    if not usable or not (2 < exponent < LARGEST_EXPONENT and exponent & 1):
        return False
    if len(signature) != length or number >= modulus:
        return False
    info = _DIGEST_INFO[digest_name] + digest
    expected = b"\x00\x01" + b"\xff" * (length - len(info) - 3) + b"\x00" + info
    return pow(number, exponent, modulus).to_bytes(length, "big") == expected
