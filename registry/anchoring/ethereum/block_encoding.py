"""Blocks and receipts as nodes tell them in JSON, encoded as the chain hashes them.

The hash then shows whether the node told the truth: a header that hashes to the block's hash is the header.
"""

from typing import Any

from eth_utils.crypto import keccak

from registry.anchoring.ethereum.endpoint import address, content, hash_of, listed, quantity, record
from registry.verify import rlp
from registry.verify.errors import Contradiction, Malformed
from registry.verify.ethereum_block import BLOOM_BYTES, Header

_NUMBER, _HASH = "number", "hash"
_FIELDS: tuple[tuple[str, str], ...] = (
    ("parentHash", _HASH),
    ("sha3Uncles", _HASH),
    ("miner", "address"),
    ("stateRoot", _HASH),
    ("transactionsRoot", _HASH),
    ("receiptsRoot", _HASH),
    ("logsBloom", "bytes"),
    ("difficulty", _NUMBER),
    ("number", _NUMBER),
    ("gasLimit", _NUMBER),
    ("gasUsed", _NUMBER),
    ("timestamp", _NUMBER),
    ("extraData", "bytes"),
    ("mixHash", _HASH),
    ("nonce", "bytes"),
)
_LATER_FIELDS: tuple[tuple[str, str], ...] = (
    ("baseFeePerGas", _NUMBER),  # London
    ("withdrawalsRoot", _HASH),  # Shanghai
    ("blobGasUsed", _NUMBER),  # Cancun
    ("excessBlobGas", _NUMBER),
    ("parentBeaconBlockRoot", _HASH),
    ("requestsHash", _HASH),  # Prague
    ("blockAccessListHash", _HASH),  # Amsterdam
    ("slotNumber", _NUMBER),
)
"""Those of them that a block has, in this order."""
_LARGEST_TYPE = 0x7F


def encoded_header(block: object) -> bytes:
    """The header in RLP of a block as ``eth_getBlockByNumber`` tells it. Malformed, Contradiction for another hash."""
    told = record(block)
    names = [*_FIELDS, *(field for field in _LATER_FIELDS if told.get(field[0]) is not None)]
    encoded = rlp.encode([_item(told.get(name), kind) for name, kind in names])
    expected, found = hash_of(told.get("hash")), keccak(encoded)
    if found != expected:
        raise Contradiction(
            "The header that a node tells has another hash than it says, or is of a form that is not known here yet.",
            expected=expected,
            found=found,
        )
    Header.parse(encoded)
    return encoded


def encoded_receipt(receipt: object) -> bytes:
    """A receipt as the trie of receipts holds it (EIP-2718). Malformed."""
    told = record(receipt)
    logs: list[rlp.Item] = [_log(log) for log in listed(told.get("logs"))]
    fields: list[rlp.Item] = [
        rlp.integer_bytes(quantity(told.get("status"))),
        rlp.integer_bytes(quantity(told.get("cumulativeGasUsed"))),
        content(told.get("logsBloom"), BLOOM_BYTES),
        logs,
    ]
    kind = quantity(told.get("type", "0x0"))
    if kind > _LARGEST_TYPE:
        raise Malformed("A node tells a transaction of a type that there cannot be.")
    return (bytes([kind]) if kind else b"") + rlp.encode(fields)


def _log(log: object) -> list[rlp.Item]:
    told: dict[str, Any] = record(log)
    topics: list[rlp.Item] = [hash_of(topic) for topic in listed(told.get("topics"))]
    return [address(told.get("address")), topics, content(told.get("data"))]


def _item(value: object, kind: str) -> bytes:
    if kind == _NUMBER:
        return rlp.integer_bytes(quantity(value))
    if kind == _HASH:
        return hash_of(value)
    return address(value) if kind == "address" else content(value)
