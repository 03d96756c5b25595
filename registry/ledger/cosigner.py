"""Signing checkpoints with the time, as witnesses do, and logs with ML-DSA-44 (https://c2sp.org/tlog-cosignature)."""

from typing import Self

from registry.ledger.private_key import PrivateKey, key_from_seed, parse_private_key_text
from registry.verify.cosignature import (
    ED25519_COSIGNATURE,
    ML_DSA_44_COSIGNATURE,
    CosignerKey,
    cosigned_message,
    with_time,
)
from registry.verify.errors import Malformed
from registry.verify.note import NoteSignature, check_name

COSIGNATURE_TYPES = (ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE)


class Cosigner:
    """A name and a key under which checkpoints are cosigned."""

    def __init__(self, name: str, signature_type: int, private: PrivateKey) -> None:
        """Malformed for a name that cannot be a key's."""
        check_name(name)
        self._private = private
        self.key = CosignerKey(name, signature_type, private.public_key)

    def __repr__(self) -> str:
        return f"Cosigner({self.key.name}, type {self.key.signature_type:02x})"

    @classmethod
    def from_private_key_text(cls, text: str) -> Self:
        """The key in memory. Malformed, without repeating it, for a text that is none or a key of another type."""
        name, signature_type, seed = parse_private_key_text(text)
        if signature_type not in COSIGNATURE_TYPES:
            raise Malformed(f"A key of type {signature_type:02x} makes no cosignatures.")
        return cls(name, signature_type, key_from_seed(signature_type, seed))

    def cosign(self, text: str, time: int) -> NoteSignature:
        """The signature line for the checkpoint with ``text`` at ``time``, in seconds since the Unix epoch."""
        signature = self._private.sign(cosigned_message(self.key, time, text))
        return NoteSignature(self.key.name, self.key.key_id, with_time(time, signature))
