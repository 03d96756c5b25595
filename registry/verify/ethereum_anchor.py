"""Anchors in Ethereum's chain, in an evidence file: a bound on when the entry was there already.

For each chain the file has a folder with the proof that the entry is below a root, the header of the block in which
our contract was told that root, the proof that the block's receipts have that event, and the headers after it up to
one that was final. The bound needs no key of the ledger: whoever anchored the root, anchored the entry.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from registry.verify import canonical_json, patricia, rlp
from registry.verify import evidence_form as form
from registry.verify.canonical_json import JsonValue
from registry.verify.checkpoint import Checkpoint, unverified_checkpoint
from registry.verify.container import Container
from registry.verify.encoding import HASH_BYTES, hex_bytes, utf8, utf8_text
from registry.verify.errors import Contradiction, Malformed
from registry.verify.ethereum_block import ADDRESS_BYTES, Account, Header, Log, TransactionReceipt, check_descent
from registry.verify.ethereum_chain import (
    KIND,
    SLOT_SECONDS,
    chain_name,
    check_chain,
)
from registry.verify.keccak import keccak256
from registry.verify.known_block import LARGEST_CHAIN_ID, KnownBlock, chain_label
from registry.verify.report import Checks, Witness
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash, verify_inclusion

VERSION = "registry/ethereum-anchor/v1"
CONTRACT = bytes.fromhex("f3cbdedcad00774721f1ff774f123dffdcc82146")
"""Where LedgerAnchor stands on every chain: the address follows from its code (EIP-1014), so nothing else can."""
CODE_HASH = bytes.fromhex("87b4b92a818352f4b856181dbb2d8631143cd1f2cabb87a12cb298460db06f88")
"""Keccak-256 of the code that stands there."""
ANCHORED = keccak256(b"Anchored(address,bytes32,uint64,bytes32)")
_WORD = 32
_FOLDER = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_HASHES = ("block_hash", "finalized_hash")
_NUMBERS = (
    "chain_id", "transaction_index", "block_number", "block_time", "finalized_number", "endpoints_asked",
    "endpoints_agreed",
)  # fmt: skip
_KEYS = frozenset({"v", "operator", *_HASHES, *_NUMBERS})


@dataclass(frozen=True)
class Anchor:
    """What ``anchor.json`` says: canonical JSON and a line feed.

    ``operator`` is the address that called the contract. All but the endpoints, which the operator states, follows
    from the other files: of ``endpoints_asked`` nodes ``endpoints_agreed`` called the finalized block final.
    """

    chain_id: int
    operator: bytes
    transaction_index: int
    block_number: int
    block_hash: bytes
    block_time: int
    finalized_number: int
    finalized_hash: bytes
    endpoints_asked: int
    endpoints_agreed: int

    def to_bytes(self) -> bytes:
        """The file."""
        value: dict[str, JsonValue] = {"v": VERSION, "operator": self.operator.hex()}
        value |= {name: getattr(self, name) for name in _NUMBERS}
        value |= {name: getattr(self, name).hex() for name in _HASHES}
        return canonical_json.encode(value) + b"\n"

    @classmethod
    def parse(cls, content: bytes) -> "Anchor":
        """Malformed unless ``content`` is what ``to_bytes`` writes."""
        value = _json(content, form.ANCHOR)
        if not isinstance(value, dict) or value.keys() != _KEYS or value["v"] != VERSION:
            raise Malformed(f"{form.ANCHOR} is not of the form {VERSION}.")
        numbers: dict[str, int] = {}
        for name in _NUMBERS:
            number = value[name]
            if not isinstance(number, int) or isinstance(number, bool) or number < 0:
                raise Malformed(f"{name} in {form.ANCHOR} is not a whole number from 0.")
            numbers[name] = number
        hashes = {name: hex_bytes(value[name], HASH_BYTES) for name in _HASHES}
        return cls(
            chain_id=numbers["chain_id"],
            operator=hex_bytes(value["operator"], ADDRESS_BYTES),
            transaction_index=numbers["transaction_index"],
            block_number=numbers["block_number"],
            block_hash=hashes["block_hash"],
            block_time=numbers["block_time"],
            finalized_number=numbers["finalized_number"],
            finalized_hash=hashes["finalized_hash"],
            endpoints_asked=numbers["endpoints_asked"],
            endpoints_agreed=numbers["endpoints_agreed"],
        )


@dataclass(frozen=True)
class _Anchored:
    anchor: Anchor
    checkpoint: Checkpoint
    header: Header
    event: Log


def chains_in(container: Container) -> list[int]:
    """The ids of the chains that the file has a folder of, sorted. Malformed for a folder that can be none's."""
    names = {
        path.removeprefix(form.CHAINS).partition("/")[0] for path in container.members if path.startswith(form.CHAINS)
    }
    if len(names) > form.MOST_AUTHORITIES:
        raise Malformed(f"The file has anchors in more than {form.MOST_AUTHORITIES} chains.")
    if not all(_FOLDER.fullmatch(name) and int(name) <= LARGEST_CHAIN_ID for name in names):
        raise Malformed(f"A folder {form.CHAINS}... is called after no chain id.")
    return sorted(map(int, names))


def chain_folder(chain_id: int) -> str:
    """The folder of what the chain shows, with a slash at its end."""
    return f"{form.CHAINS}{chain_id}/"


def check_anchor(
    checks: Checks, container: Container, chain_id: int, entry: str, known: Sequence[KnownBlock] | None
) -> Witness | None:
    """Checks the anchor in this chain, if the file has one, under ``anchor eip155-ID`` and names like it.

    ``entry`` is the leaf, ``known`` are the blocks that the caller knows; None if there are none. Answers a witness
    for an anchor that is intact.
    """
    folder, name = chain_folder(chain_id), chain_label(chain_id)
    pinned = folder + form.PINNED
    if all(path.startswith(pinned) for path in container.members if path.startswith(folder)):
        return None
    found = checks.attempt(f"anchor {name}", partial(_anchored, container, chain_id, utf8(entry)))
    if found is None:
        checks.skip(f"chain {name}", "Without an intact anchor there is no block to look for.")
        return None
    descent = checks.attempt(f"finality {name}", partial(_descent, container, folder, found))
    if folder + form.STORAGE_PROOF in container.members:
        checks.attempt(f"accumulator {name}", partial(_accumulator, container, folder, found))
    else:
        checks.skip(f"accumulator {name}", "No proof of the contract's storage is in the file.")
    trusted = check_chain(checks, f"chain {name}", chain_id, descent or [found.header], known)
    return Witness(KIND, name, (found.header.time + SLOT_SECONDS) * 1000, trusted=trusted)


def _anchored(container: Container, chain_id: int, entry: bytes) -> tuple[str, _Anchored]:
    folder = chain_folder(chain_id)
    anchor = Anchor.parse(container.read(folder + form.ANCHOR, form.LARGEST_JSON))
    header = Header.parse(container.read(folder + form.HEADER, form.LARGEST_HEADERS))
    _same("another chain", chain_id, anchor.chain_id)
    _same("another block", header.hash, anchor.block_hash)
    _same("another number of the block", header.number, anchor.block_number)
    _same("another time of the block", header.time, anchor.block_time)
    proof = TlogProof.parse(utf8_text(container.read(folder + form.STAMPED_PROOF, form.LARGEST_PROOF)))
    checkpoint = unverified_checkpoint(proof.checkpoint)[0]
    verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    nodes = _nodes(container, folder + form.RECEIPT_PROOF, "receipt")["receipt"]
    key = rlp.encode_integer(anchor.transaction_index)
    receipt = TransactionReceipt.parse(patricia.proven_value(header.receipts_root, key, nodes))
    if not receipt.succeeded:
        raise Contradiction("The transaction failed, so it anchored nothing.")
    topics = (ANCHORED, _word(anchor.operator), checkpoint.root, _word(checkpoint.size.to_bytes(8, "big")))
    event = next((log for log in receipt.logs if (log.address, log.topics) == (CONTRACT, topics)), None)
    if event is None:
        raise Contradiction("The transaction did not anchor this root: it left no such event of the contract.")
    if len(event.content) != _WORD:
        raise Malformed("The event of the contract does not name the accumulator before.")
    return (
        f"0x{anchor.operator.hex()} anchored the first {checkpoint.size} entries of {checkpoint.origin}, this one "
        f"among them, in block {header.number} of {chain_name(chain_id)}, hash 0x{header.hash.hex()}.",
        _Anchored(anchor, checkpoint, header, event),
    )


def _descent(container: Container, folder: str, found: _Anchored) -> tuple[str, list[Header]]:
    """The block with the anchor and all after it."""
    items = rlp.decode_list(container.read(folder + form.DESCENT, form.LARGEST_HEADERS))
    if len(items) > form.MOST_HEADERS:
        raise Malformed(f"{form.DESCENT} has more than {form.MOST_HEADERS} headers.")
    headers = [Header.parse(rlp.encode(item)) for item in items]
    newest = check_descent(found.header, headers)
    anchor = found.anchor
    _same("another finalized block", newest.hash, anchor.finalized_hash)
    _same("another number of the finalized block", newest.number, anchor.finalized_number)
    return (
        f"Block {newest.number} descends from it over {len(headers)} headers; the operator states that "
        f"{anchor.endpoints_agreed} of {anchor.endpoints_asked} nodes called it final.",
        [found.header, *headers],
    )


def _accumulator(container: Container, folder: str, found: _Anchored) -> tuple[str, None]:
    nodes = _nodes(container, folder + form.STORAGE_PROOF, "account", "storage")
    proven = patricia.proven_value(found.header.state_root, keccak256(CONTRACT), nodes["account"])
    account = Account.parse(proven)
    if account.code_hash != CODE_HASH:
        raise Contradiction(
            "Another code stands at the contract's address.", expected=CODE_HASH, found=account.code_hash
        )
    stored = patricia.proven_value(account.storage_root, storage_key(found.anchor.operator), nodes["storage"])
    value = rlp.as_bytes(rlp.decode(stored))
    expected = accumulator_after(found.event.content, found.checkpoint.root, found.checkpoint.size, found.header.time)
    if _word(value) != expected:
        raise Contradiction("The contract's storage holds another accumulator.", expected=expected, found=value)
    return "The contract's storage holds what follows from the accumulator before, root, size and time.", None


def storage_key(operator: bytes) -> bytes:
    """The path in the contract's storage to ``acc[operator]``: a mapping in slot 0, as Solidity lays them out."""
    return keccak256(keccak256(_word(operator) + bytes(_WORD)))


def accumulator_after(previous: bytes, root: bytes, size: int, time: int) -> bytes:
    """What the contract makes of the accumulator ``previous`` when it is told ``root`` and ``size`` at ``time``."""
    return keccak256(previous + root + size.to_bytes(8, "big") + time.to_bytes(8, "big"))


def format_nodes(**proofs: Sequence[bytes]) -> bytes:
    """The file of some proofs in tries: their nodes in hex, in canonical JSON, and a line feed."""
    return canonical_json.encode({name: [node.hex() for node in nodes] for name, nodes in proofs.items()}) + b"\n"


def _nodes(container: Container, path: str, *names: str) -> dict[str, list[bytes]]:
    value = _json(container.read(path, form.LARGEST_NODES), path)
    if not isinstance(value, dict) or value.keys() != set(names):
        raise Malformed(f"{path} does not hold the nodes of {' and '.join(names)}.")
    return {name: [_hex(node, path) for node in _list(value[name], path)] for name in names}


def _json(content: bytes, path: str) -> JsonValue:
    if not content.endswith(b"\n"):
        raise Malformed(f"{path} does not end in a line feed.")
    return canonical_json.parse(content[:-1])


def _list(value: JsonValue, path: str) -> list[JsonValue]:
    if not isinstance(value, list):
        raise Malformed(f"{path} holds something else than a list of nodes.")
    return value


def _hex(value: JsonValue, path: str) -> bytes:
    if not isinstance(value, str):
        raise Malformed(f"{path} holds something else than nodes in hex.")
    return hex_bytes(value, len(value) // 2)


def _word(content: bytes) -> bytes:
    """Padded to a word, as numbers and addresses are; Malformed if it is longer."""
    if len(content) > _WORD:
        raise Malformed(f"A word has {_WORD} bytes.")
    return content.rjust(_WORD, b"\x00")


def _same(what: str, expected: bytes | int, found: bytes | int) -> None:
    if found != expected:
        raise Contradiction(f"{form.ANCHOR} names {what} than the other files.", expected=expected, found=found)
