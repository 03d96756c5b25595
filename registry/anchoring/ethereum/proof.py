"""The proof of an anchor, fetched from nodes and recomputed here: what an evidence file carries of it.

One node is enough for all of it but the finalized block, which a quorum of them named: everything else is shown by
hashes to belong to that block.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from registry import errors
from registry.anchoring.ethereum.block_encoding import encoded_receipt
from registry.anchoring.ethereum.endpoint import (
    LARGEST_RECEIPTS,
    CallRefused,
    Endpoint,
    content,
    hexadecimal,
    listed,
    record,
)
from registry.anchoring.ethereum.network import Agreed, Chain
from registry.anchoring.ethereum.trie import Trie
from registry.verify import evidence_form as form
from registry.verify import patricia, rlp
from registry.verify.errors import Contradiction, Malformed, VerificationError
from registry.verify.ethereum_anchor import (
    ANCHORED,
    CODE_HASH,
    CONTRACT,
    Anchor,
    accumulator_after,
    format_nodes,
    storage_key,
)
from registry.verify.ethereum_block import Account, Header, Log, TransactionReceipt, check_descent
from registry.verify.keccak import keccak256

_WORD = 32


@dataclass(frozen=True)
class AnchorProof:
    """The files of an anchor, by name, without the proof that an entry is below its root."""

    anchor: Anchor
    files: Mapping[str, bytes]

    @property
    def digest(self) -> bytes:
        """SHA-256 of ``anchor.json``, which names the blocks that all else follows from."""
        return hashlib.sha256(self.files[form.ANCHOR]).digest()

    def to_bytes(self) -> bytes:
        """All files, to be kept: pairs of name and content in RLP."""
        return rlp.encode([[name.encode("ascii"), self.files[name]] for name in sorted(self.files)])

    @classmethod
    def from_bytes(cls, encoded: bytes) -> "AnchorProof":
        """What ``to_bytes`` kept. Malformed."""
        pairs = [rlp.as_list(pair) for pair in rlp.decode_list(encoded)]
        if any(len(pair) != 2 for pair in pairs):
            raise Malformed("A kept file is a name and a content.")
        files = {rlp.as_bytes(name).decode("ascii", "replace"): rlp.as_bytes(held) for name, held in pairs}
        if form.ANCHOR not in files:
            raise Malformed("The kept proof of an anchor is not complete.")
        return cls(Anchor.parse(files[form.ANCHOR]), files)


@dataclass(frozen=True)
class Claimed:
    """What nodes say of an anchor: in which block it is, at which place."""

    operator: bytes
    root: bytes
    size: int
    block_number: int
    block_hash: bytes
    transaction_index: int


def fetch_proof(chain: Chain, claimed: Claimed, finalized: Agreed) -> AnchorProof | None:
    """The proof of ``claimed``, whose block is ``finalized`` or before it; None if no node can prove it.

    The chain of headers ends early where finality took longer than a verifier will follow.
    """
    return chain.first_that(lambda endpoint: _fetched(chain, endpoint, claimed, finalized))


def _fetched(chain: Chain, endpoint: Endpoint, claimed: Claimed, finalized: Agreed) -> AnchorProof:
    encoded = chain.header(claimed.block_number, endpoint)
    header = Header.parse(encoded)
    if header.hash != claimed.block_hash:
        raise Contradiction("The block is another one.", expected=claimed.block_hash, found=header.hash)
    last = finalized.header.number
    following = [chain.header(number, endpoint) for number in range(header.number + 1, last + 1)]
    headers = [Header.parse(one) for one in following]
    if check_descent(header, headers).hash != finalized.header.hash:
        raise Contradiction("The block is no ancestor of the finalized one.")
    kept = headers[: form.MOST_HEADERS]
    newest = kept[-1] if kept else header
    nodes, event = _proven_receipt(endpoint, header, claimed)
    anchor = Anchor(
        chain_id=chain.network.chain_id,
        operator=claimed.operator,
        transaction_index=claimed.transaction_index,
        block_number=header.number,
        block_hash=header.hash,
        block_time=header.time,
        finalized_number=newest.number,
        finalized_hash=newest.hash,
        endpoints_asked=finalized.asked,
        endpoints_agreed=finalized.agreed,
    )
    files = {
        form.ANCHOR: anchor.to_bytes(),
        form.HEADER: encoded,
        form.DESCENT: rlp.encode([rlp.decode(one) for one in following[: form.MOST_HEADERS]]),
        form.RECEIPT_PROOF: format_nodes(receipt=nodes),
    }
    storage = _storage_proof(endpoint, header, claimed, event)
    if storage is not None:
        files[form.STORAGE_PROOF] = storage
    return AnchorProof(anchor, files)


def _proven_receipt(endpoint: Endpoint, header: Header, claimed: Claimed) -> tuple[list[bytes], Log]:
    """The nodes that prove our receipt below the header's root of receipts, and the event in it."""
    told = listed(endpoint.ask("eth_getBlockReceipts", hexadecimal(header.number), largest=LARGEST_RECEIPTS))
    if not claimed.transaction_index < len(told):
        raise Malformed("The block has fewer receipts than it should.")
    trie = Trie({rlp.encode_integer(index): encoded_receipt(receipt) for index, receipt in enumerate(told)})
    key = rlp.encode_integer(claimed.transaction_index)
    nodes = trie.proof(key)
    receipt = TransactionReceipt.parse(patricia.proven_value(header.receipts_root, key, nodes))
    event = event_in(receipt, claimed.operator, claimed.root, claimed.size)
    if not receipt.succeeded or event is None:
        raise Contradiction("The transaction at this place did not anchor our root.")
    return nodes, event


def event_in(receipt: TransactionReceipt, operator: bytes, root: bytes, size: int) -> Log | None:
    """The event of the contract that says that ``operator`` anchored ``root``."""
    topics = (ANCHORED, operator.rjust(_WORD, b"\x00"), root, size.to_bytes(_WORD, "big"))
    return next((log for log in receipt.logs if (log.address, log.topics) == (CONTRACT, topics)), None)


def _storage_proof(endpoint: Endpoint, header: Header, claimed: Claimed, event: Log) -> bytes | None:
    """The contract's accumulator in the block's state; None where the node has dropped that state already."""
    slot = keccak256(claimed.operator.rjust(_WORD, b"\x00") + bytes(_WORD))
    try:
        told = record(
            endpoint.ask("eth_getProof", hexadecimal(CONTRACT), [hexadecimal(slot)], hexadecimal(header.number))
        )
        account_nodes = [content(node) for node in listed(told.get("accountProof"))]
        proofs = listed(told.get("storageProof"))
        storage_nodes = [content(node) for node in listed(record(proofs[0] if proofs else None).get("proof"))]
        account = Account.parse(patricia.proven_value(header.state_root, keccak256(CONTRACT), account_nodes))
        stored = patricia.proven_value(account.storage_root, storage_key(claimed.operator), storage_nodes)
        value = rlp.as_bytes(rlp.decode(stored)).rjust(_WORD, b"\x00")
    except (errors.Unavailable, CallRefused, VerificationError):
        return None
    expected = accumulator_after(event.content, claimed.root, claimed.size, header.time)
    if account.code_hash != CODE_HASH or value != expected:
        return None
    return format_nodes(account=account_nodes, storage=storage_nodes)
