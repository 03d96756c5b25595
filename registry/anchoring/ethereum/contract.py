"""The contract that is told the ledger's root: what its compiler made of it, and how it is called and deployed.

It is deployed through a factory that stands at the same address on every chain, and so has one address itself
(EIP-1014): it follows from the factory, the salt and the code.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import registry
from registry.verify.ethereum_anchor import CONTRACT
from registry.verify.keccak import keccak256

FACTORY = bytes.fromhex("4e59b44847b379578588920ca78fbf26c0b4956c")
"""Nick Johnson's deterministic deployment proxy: takes the salt and the code to deploy as the call's data."""
SALT = bytes(32)
ADDRESS = CONTRACT
ARTEFACT, SOURCE, COMPILER_INPUT = "LedgerAnchor.json", "LedgerAnchor.sol", "LedgerAnchor.compiler-input.json"
_ANCHOR = keccak256(b"anchor(bytes32,uint64)")[:4]
_WORD = 32


def folder() -> Path:
    """Where the contract lies: beside the package in a checkout, inside it where it was installed."""
    package = Path(registry.__file__).parent
    inside, beside = package / "contracts", package.parent / "contracts"
    return inside if inside.is_dir() else beside


@cache
def file(name: str) -> bytes:
    """The content of one of the contract's files."""
    return (folder() / name).read_bytes()


@cache
def _artefact() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(file(ARTEFACT))
    return made


def deployment() -> bytes:
    """What the factory is called with."""
    return SALT + bytes.fromhex(_artefact()["bytecode"].removeprefix("0x"))


def code() -> bytes:
    """What then stands at the address."""
    return bytes.fromhex(_artefact()["deployedBytecode"].removeprefix("0x"))


def address_of(init_code: bytes) -> bytes:
    """Where the factory puts ``init_code`` (EIP-1014)."""
    return keccak256(b"\xff" + FACTORY + SALT + keccak256(init_code))[12:]


def anchor_call(root: bytes, size: int) -> bytes:
    """What the contract is called with to anchor ``root``."""
    return _ANCHOR + root + size.to_bytes(_WORD, "big")
