"""Putting a proof together: what is submitted of a text, what a calendar promised, and what it gave later."""

from hashlib import sha256

from registry.verify.opentimestamps import (
    APPEND,
    SHA256,
    Attestation,
    Operation,
    Proof,
    Step,
    Timestamp,
)

NONCE_BYTES = 16
"""As the OpenTimestamps client: a calendar that is shown the digest behind it learns nothing of the text."""


def submitted(text: bytes, nonce: bytes) -> bytes:
    """What a calendar is asked to put into a block."""
    return sha256(sha256(text).digest() + nonce).digest()


def begun(text: bytes, nonce: bytes, answer: Timestamp) -> Proof:
    """The proof over ``text``, as far as the calendar's ``answer`` about :func:`submitted` goes."""
    hashed: Timestamp = (Step(Operation(SHA256), answer),)
    return Proof(sha256(text).digest(), (Step(Operation(APPEND, nonce), hashed),))


def promised(proof: Proof) -> list[tuple[str, bytes]]:
    """Address and commitment of each promise of a calendar in ``proof``. Malformed as of :meth:`Proof.attested`."""
    return [
        (address, one.message)
        for one in proof.attested()
        if (address := one.attestation.address) is not None and one.message is not None
    ]


def in_blocks(proof: Proof) -> list[tuple[int, bytes]]:
    """Height and Merkle root of each block of Bitcoin that ``proof`` leads to, the lowest first. Malformed likewise."""
    return sorted(
        (height, one.message)
        for one in proof.attested()
        if (height := one.attestation.height) is not None and one.message is not None
    )


def completed(proof: Proof, commitment: bytes, answer: Timestamp) -> Proof:
    """``proof`` with the calendar's ``answer`` about ``commitment`` in place of its promise of that."""
    return Proof(proof.digest, _with(proof.timestamp, proof.digest, commitment, answer))


def _with(timestamp: Timestamp, message: bytes | None, commitment: bytes, answer: Timestamp) -> Timestamp:
    made: list[Attestation | Step] = []
    for item in timestamp:
        if isinstance(item, Attestation):
            made += answer if message == commitment and item.address is not None else [item]
        else:
            after = None if message is None else item.operation.result(message)
            made.append(Step(item.operation, _with(item.after, after, commitment, answer)))
    return tuple(made)
