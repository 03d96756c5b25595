"""A checkpoint below a block of Bitcoin, in an evidence file: a bound on when the entry was there already.

The file has a folder with a proof of OpenTimestamps over a checkpoint without its signatures, that text, the proof that
the entry is below the checkpoint's root, and the header of the block that the first leads to. The bound needs no key of
the ledger and no calendar: whoever put the root there, put the entry there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from registry.verify import evidence_form as form
from registry.verify import opentimestamps
from registry.verify.bitcoin_block import Header
from registry.verify.checkpoint import unverified_checkpoint
from registry.verify.container import Container
from registry.verify.encoding import quoted, utf8, utf8_text
from registry.verify.errors import Contradiction
from registry.verify.known_block import BITCOIN, KnownBlock
from registry.verify.opentimestamps import Attested, Proof
from registry.verify.report import Checks, Witness
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash, verify_inclusion

KIND = "opentimestamps"
TEST_NETWORK = f"{BITCOIN}-test"
"""What the witness is called whose block is too easy to find to be one of Bitcoin's own chain."""
HEADER_TIME_SECONDS = 7_200
"""How far a block's time is taken to lie from the real one. Nodes refuse a block that is further ahead of them
(``MAX_FUTURE_BLOCK_TIME`` of Bitcoin Core's chain.h). Behind, its maker is bound only to be later than the median of
the eleven blocks before, which is an hour old on average: no rule makes that two hours, experience does."""


@dataclass(frozen=True)
class _Led:
    """What the proof leads to: ``blocks`` are attestations of Bitcoin with the Merkle root under each."""

    blocks: Sequence[tuple[int, bytes]]
    others: Sequence[Attested]


def check_bitcoin(
    checks: Checks, container: Container, entry: str, known: Sequence[KnownBlock] | None
) -> Witness | None:
    """Checks what the file has of Bitcoin, if anything, under ``anchor bitcoin`` and names like it.

    ``entry`` is the leaf, ``known`` are the blocks that the caller knows; None if there are none. Answers a witness for
    a header that the proof leads to.
    """
    if not any(path.startswith(form.BITCOIN) for path in container.members):
        return None
    led = checks.attempt(f"anchor {BITCOIN}", partial(_led, container, utf8(entry)))
    if led is None:
        checks.skip(f"chain {BITCOIN}", "Without an intact proof there is no block to look for.")
        return None
    for number, one in enumerate(led.others, 1):
        checks.skip(f"attestation {number}", _why_not(one))
    if not led.blocks:
        checks.skip(f"chain {BITCOIN}", "The proof leads to no block of Bitcoin yet.")
        return None
    if form.BITCOIN + form.BITCOIN_HEADER not in container.members:
        height, root = led.blocks[0]
        checks.skip(
            f"chain {BITCOIN}",
            f"The header of block {height} is not in the file: look up whether its Merkle root is {root[::-1].hex()}.",
        )
        return None
    found = checks.attempt(f"block {BITCOIN}", partial(_header, container, led.blocks))
    if found is None:
        checks.skip(f"chain {BITCOIN}", "Without an intact header there is no block to look for.")
        return None
    height, header = found
    name = BITCOIN if header.can_be_of_bitcoin else TEST_NETWORK
    return Witness(
        KIND, name, (header.time + HEADER_TIME_SECONDS) * 1000, trusted=_is_known(checks, height, header, known)
    )


def is_of_bitcoin_test_network(witness: Witness) -> bool:
    """Whether ``witness`` is a block that is too easy to find to be one of Bitcoin's own chain."""
    return (witness.kind, witness.name) == (KIND, TEST_NETWORK)


def _led(container: Container, entry: bytes) -> tuple[str, _Led]:
    proof = Proof.parse(container.read(form.BITCOIN + form.OPENTIMESTAMPS_PROOF, opentimestamps.LARGEST_PROOF))
    text = container.read(form.BITCOIN + form.STAMPED, form.LARGEST_PROOF)
    if sha256(text).digest() != proof.digest:
        raise Contradiction(
            f"{form.OPENTIMESTAMPS_PROOF} is not over {form.STAMPED}.",
            expected=sha256(text).digest(),
            found=proof.digest,
        )
    inclusion = TlogProof.parse(utf8_text(container.read(form.BITCOIN + form.STAMPED_PROOF, form.LARGEST_PROOF)))
    checkpoint, note = unverified_checkpoint(inclusion.checkpoint)
    if utf8(note.text) != text:
        raise Contradiction(f"{form.STAMPED} is not the checkpoint of {form.STAMPED_PROOF}.")
    verify_inclusion(leaf_hash(entry), inclusion.index, checkpoint.size, inclusion.hashes, checkpoint.root)
    blocks, others = [], []
    for one in proof.attested():
        if one.attestation.height is not None and one.message is not None:
            blocks.append((one.attestation.height, one.message))
        else:
            others.append(one)
    return (
        f"A proof of OpenTimestamps over the first {checkpoint.size} entries of {checkpoint.origin}, this one among "
        f"them. Blocks of Bitcoin that it leads to: {len(blocks)}.",
        _Led(blocks, others),
    )


def _why_not(one: Attested) -> str:
    if one.unfollowed is not None:
        return f"The operation {one.unfollowed.name} on the way to it is not followed here."
    if one.attestation.address is not None:
        return f"The calendar {quoted(one.attestation.address)} promised a block; the proof of that is not in the file."
    return f"An attestation of the kind {one.attestation.kind.hex()} is not known here."


def _header(container: Container, blocks: Sequence[tuple[int, bytes]]) -> tuple[str, tuple[int, Header]]:
    header = Header.parse(container.read(form.BITCOIN + form.BITCOIN_HEADER, form.LARGEST_PROOF))
    height = next((height for height, root in blocks if root == header.merkle_root), None)
    if height is None:
        raise Contradiction(
            "The proof leads to another Merkle root than the header's.", expected=header.merkle_root, found=blocks[0][1]
        )
    return (
        f"The proof leads to the Merkle root of {_told(height, header)}; to find one like it takes some "
        f"2^{header.work} attempts.",
        (height, header),
    )


def _is_known(checks: Checks, height: int, header: Header, known: Sequence[KnownBlock] | None) -> bool:
    given = {block.hash for block in known or () if block.chain == BITCOIN}
    where = _told(height, header)
    if not given:
        checks.skip(f"chain {BITCOIN}", f"No block was given (--block): look up whether there is {where}.")
        return False
    if header.hash not in given:
        checks.skip(f"chain {BITCOIN}", f"No block that was given is {where}.")
        return False
    security = "" if header.can_be_of_bitcoin else " A test network: no economic security."
    checks.attempt(f"chain {BITCOIN}", lambda: (f"The block that was given is {where}.{security}", None))
    return True


def _told(height: int, header: Header) -> str:
    """The height is the proof's word: a header does not say it."""
    return f"the block {header.hash.hex()} of Bitcoin (number {height}, says the proof)"
