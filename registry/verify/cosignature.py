"""Cosignatures (https://c2sp.org/tlog-cosignature): that somebody saw a checkpoint continue all that he saw before.

An Ed25519 cosignature (type 04) signs the time and the checkpoint's text, an ML-DSA-44 one (type 06) time,
names, size and root. In the note's line it is ``u64 big-endian seconds || signature``.

A cosignature of a type for which no check is given is passed over, as by a verifier that does not know it.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.verify import ed25519, ml_dsa_44
from registry.verify.checkpoint import Checkpoint
from registry.verify.encoding import LARGEST_INDEX, quoted, utf8
from registry.verify.errors import Contradiction, Malformed
from registry.verify.note import Note, SignatureCheck, key_id, key_text, parse_key_text

ED25519_COSIGNATURE = 0x04
ML_DSA_44_COSIGNATURE = 0x06
LONGEST_NAME = 255
"""What one length byte in the message of type 06 can say."""
STANDARD_CHECKS: Mapping[int, SignatureCheck] = {
    ED25519_COSIGNATURE: ed25519.verifies,
    ML_DSA_44_COSIGNATURE: ml_dsa_44.verifies,
}
_TIME = struct.Struct(">Q")
_SUBTREE_LABEL = b"subtree/v1\n\x00"


@dataclass(frozen=True)
class CosignerKey:
    """What checks a cosigner's signatures: its ``name``, the type of its signatures, and its public key."""

    name: str
    signature_type: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """What stands before each of its cosignatures."""
        return key_id(self.name, self.signature_type, self.public_key)

    def __str__(self) -> str:
        return key_text(self.name, self.signature_type, self.public_key)

    @classmethod
    def parse(cls, text: str) -> "CosignerKey":
        """A verifier key of type 04 or 06. Malformed for everything else."""
        name, signature_type, public_key = parse_key_text(text)
        if signature_type == ED25519_COSIGNATURE:
            usable = ed25519.is_public_key(public_key)
        elif signature_type == ML_DSA_44_COSIGNATURE:
            usable = len(public_key) == ml_dsa_44.PUBLIC_KEY_BYTES
        else:
            raise Malformed(f"A key of type {signature_type:02x} makes no cosignatures.")
        if not usable:
            raise Malformed(f"The key of {quoted(name)} is no public key of its type.")
        return cls(name, signature_type, public_key)


def cosigned_message(key: CosignerKey, time: int, text: str) -> bytes:
    """What ``key`` signs of the checkpoint with ``text`` at ``time`` (seconds since the Unix epoch)."""
    if not 0 <= time <= LARGEST_INDEX:
        raise Malformed("The time of a cosignature is not one.")
    if key.signature_type == ED25519_COSIGNATURE:
        return b"cosignature/v1\ntime %d\n" % time + utf8(text)
    checkpoint = Checkpoint.parse(text, extensions=True)
    return b"".join(
        (
            _SUBTREE_LABEL,
            _with_length(key.name),
            _TIME.pack(time),
            _with_length(checkpoint.origin),
            _TIME.pack(0),
            _TIME.pack(checkpoint.size),
            checkpoint.root,
        )
    )


def time_before(signature: bytes) -> tuple[int, bytes]:
    """The time in a cosignature, and the signature proper."""
    if len(signature) <= _TIME.size:
        raise Malformed("A cosignature is a time and a signature.")
    (time,) = _TIME.unpack(signature[: _TIME.size])
    return time, signature[_TIME.size :]


def with_time(time: int, signature: bytes) -> bytes:
    """The cosignature as it stands in a note's line, behind the key id."""
    return _TIME.pack(time) + signature


def cosigners(
    note: Note, keys: Iterable[CosignerKey], checks: Mapping[int, SignatureCheck] = STANDARD_CHECKS
) -> dict[CosignerKey, int]:
    """Those of ``keys`` that cosigned, each with the newest time (seconds) that it names; cosigners not asked for and
    types without a check are passed over.

    Contradiction if a cosignature that bears the name and id of one of ``keys`` does not verify.
    """
    found: dict[CosignerKey, int] = {}
    for key in keys:
        check = checks.get(key.signature_type)
        if check is None:
            continue
        for line in note.signatures:
            if (line.name, line.key_id) != (key.name, key.key_id):
                continue
            time, signature = time_before(line.signature)
            if not check(key.public_key, cosigned_message(key, time, note.text), signature):
                raise Contradiction(f"The cosignature of {quoted(key.name)} does not verify.")
            found[key] = max(time, found.get(key, 0))
    return found


def _with_length(name: str) -> bytes:
    encoded = utf8(name)
    if not 0 < len(encoded) <= LONGEST_NAME:
        raise Malformed(f"A name of {len(encoded)} bytes cannot be cosigned with ML-DSA-44.")
    return bytes([len(encoded)]) + encoded
