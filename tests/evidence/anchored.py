"""An evidence file whose entry lies between two blocks of a real chain, recorded once.

``python -m tests.evidence.anchored`` records it anew, from a node on this machine.
"""

import json
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from registry.anchoring.ethereum import contract
from registry.anchoring.ethereum.endpoint import Endpoint, content, hash_of, quantity
from registry.anchoring.ethereum.network import FINALIZED, Chain, Network
from registry.anchoring.ethereum.proof import AnchorProof, Claimed, fetch_proof
from registry.evidence.build import ChainAnchor, Material, Pin
from registry.verify import evidence_form as form
from registry.verify.checkpoint import Checkpoint
from registry.verify.commitment import ClaimField, Disclosure, commitment
from registry.verify.entry import NO_PREVIOUS, Entry
from registry.verify.ethereum_block import Header
from registry.verify.known_block import KnownBlock
from registry.verify.pinned_block import ENTRY_KIND, pin_claim
from registry.verify.receipt import Receipt
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash
from tests.contracts.local_chain import Chain as LocalChain
from tests.contracts.local_chain import local_chain
from tests.evidence.made_evidence import MATERIAL
from tests.verify import rfc6962
from tests.verify.made_receipt import FIELDS, KEY, SIGNER

RECORDED = Path(__file__).parent / "anchored.json"
CHAIN_ID = 31337
PINNING, INDEX, SIZE = 1, 4, 7


def pin_fields(header: Header) -> list[ClaimField]:
    """What the pinning entry commits to."""
    claim = pin_claim(CHAIN_ID, header, [bytes(32)])
    return [ClaimField(name, value, bytes(32)) for name, value in sorted(claim.items())]


def entries(pinned: Header) -> list[bytes]:
    """A log whose entry PINNING names ``pinned``."""
    made: list[bytes] = []
    for index in range(SIZE):
        pins = index == PINNING
        commit = commitment(field.digest() for field in (pin_fields(pinned) if pins else FIELDS))
        kind, subject = (ENTRY_KIND, f"eip155-{CHAIN_ID}") if pins else ("register", f"wrk_{index}")
        previous = leaf_hash(made[-1]) if made else NO_PREVIOUS
        made.append(Entry(index, kind, 1_800_000_000_000 + index, previous, subject, commit).to_bytes())
    return made


@cache
def recorded() -> tuple[bytes, AnchorProof]:
    """The header of the pinned block, and the proof of the anchor."""
    told = json.loads(RECORDED.read_text("utf-8"))
    return bytes.fromhex(told["pinned"]), AnchorProof.from_bytes(bytes.fromhex(told["proof"]))


def anchored() -> Material:
    """The material: entry INDEX, pinned from below and anchored from above."""
    header, proof = recorded()
    log = entries(Header.parse(header))
    note = SIGNER.sign(Checkpoint(SIGNER.verifier_key.name, SIZE, rfc6962.root(log)).to_text())
    tlog_proof = TlogProof(INDEX, tuple(rfc6962.path(INDEX, log)), note).to_text()
    pinned = Disclosure(tuple(pin_fields(Header.parse(header))), ())
    return replace(
        MATERIAL,
        receipt=Receipt(log[INDEX].decode(), Disclosure(tuple(FIELDS), ()), tlog_proof, KEY),
        anchors=(ChainAnchor(CHAIN_ID, proof.files, tlog_proof),),
        pins=(Pin(CHAIN_ID, header, pinned, log[PINNING:INDEX]),),
    )


def known_blocks() -> list[KnownBlock]:
    """Both blocks, as somebody who looked them up knows them: the pinned one, and the finalized one."""
    header, proof = recorded()
    hashes = (Header.parse(header).hash, proof.anchor.finalized_hash)
    return [KnownBlock.of_ethereum(CHAIN_ID, one) for one in hashes]


def proven_on(node: LocalChain, root: bytes, size: int, *, blocks: int) -> AnchorProof:
    """The proof that ``root`` was anchored in a block with other transactions, ``blocks`` before the newest."""
    operator, *others = node.ask("eth_accounts")
    for number in range(40):
        node.ask("eth_sendTransaction", {"from": others[number % len(others)], "to": operator, "value": "0x1"})
    call = "0x" + contract.anchor_call(root, size).hex()
    receipt = node.send(operator, "0x" + contract.ADDRESS.hex(), call)
    node.ask("anvil_mine", hex(blocks))
    chain = Chain(Network("local", CHAIN_ID, None, [Endpoint(node.url)], 1, 0, 0, 0, 1, 1, 1, 1))
    chain.begin_round()
    finalized = chain.agreed(FINALIZED)
    assert finalized is not None
    claimed = Claimed(
        operator=content(operator),
        root=root,
        size=size,
        block_number=quantity(receipt["blockNumber"]),
        block_hash=hash_of(receipt["blockHash"]),
        transaction_index=quantity(receipt["transactionIndex"]),
    )
    proof = fetch_proof(chain, claimed, finalized)
    chain.close()
    assert proof is not None
    return proof


def main() -> int:
    """Writes RECORDED."""
    with local_chain(CHAIN_ID) as node:
        operator = node.ask("eth_accounts")[0]
        node.send(operator, "0x" + contract.FACTORY.hex(), "0x" + contract.deployment().hex())
        node.send(operator, "0x" + contract.ADDRESS.hex(), "0x" + contract.anchor_call(bytes(32), 1).hex())
        chain = Chain(Network("local", CHAIN_ID, None, [Endpoint(node.url)], 1, 0, 0, 0, 1, 1, 1, 1))
        pinned = chain.header(1, chain.network.endpoints[0])
        root = rfc6962.root(entries(Header.parse(pinned)))
        proof = proven_on(node, root, SIZE, blocks=70)
    assert form.STORAGE_PROOF in proof.files
    told = {"pinned": pinned.hex(), "proof": proof.to_bytes().hex()}
    RECORDED.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
