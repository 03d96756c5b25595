"""Evidence whose checkpoint a calendar of our own put into a block of a chain of its own."""

from dataclasses import replace

from registry.anchoring.opentimestamps.making import begun, completed, promised, submitted
from registry.evidence.build import BitcoinProof, Material
from registry.verify.known_block import BITCOIN, KnownBlock
from registry.verify.note import parse_note
from registry.verify.opentimestamps import SHA256, Attestation, Operation, Proof, Step, parse_timestamp
from registry.verify.tlog_proof import TlogProof
from tests.anchoring.calendar import Calendar, block_hash
from tests.evidence.made_evidence import MATERIAL

ADDRESS = "https://calendar.example"
NONCE = bytes(range(16))
UNFOLLOWED = 0x03
"""RIPEMD-160."""


def mined(text: bytes) -> tuple[Proof, bytes]:
    """A proof over ``text``, as a calendar makes it whom others ask too, and the header of its block."""
    calendar = Calendar()
    calendar.told = ADDRESS
    calendar.promise(bytes(32))
    promise = begun(text, NONCE, parse_timestamp(calendar.promise(submitted(text, NONCE))))
    calendar.promise(bytes([1]) * 32)
    calendar.mine()
    ((_, commitment),) = promised(promise)
    return completed(promise, commitment, parse_timestamp(calendar.found[commitment])), calendar.headers[1]


def in_bitcoin(material: Material = MATERIAL, *, others: bool = True) -> Material:
    """``material`` with such a proof, which may know ``others`` as well: what nobody can check."""
    tlog_proof = material.receipt.tlog_proof
    proof, header = mined(parse_note(TlogProof.parse(tlog_proof).checkpoint).text.encode())
    behind = (Attestation.in_block(700_000), Step(Operation(SHA256), (Attestation.in_block(2),)))
    unchecked = (
        Attestation.pending(ADDRESS),
        Attestation(bytes(8), b"whatever"),
        Step(Operation(UNFOLLOWED), behind),
    )
    proof = replace(proof, timestamp=(*unchecked, *proof.timestamp)) if others else proof
    return replace(material, bitcoin=BitcoinProof(proof.to_bytes(), header, tlog_proof))


def bitcoin_block(material: Material) -> KnownBlock:
    """The block, as somebody knows it who looked it up."""
    bitcoin = material.bitcoin
    assert bitcoin is not None
    assert bitcoin.header is not None
    return KnownBlock(BITCOIN, block_hash(bitcoin.header)[::-1])
