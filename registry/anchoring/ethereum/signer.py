"""Who signs the transactions: a key in an encrypted file, or a signer that holds the key itself."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from registry import errors
from registry.anchoring.ethereum.endpoint import CallRefused, Endpoint, address, content, hexadecimal
from registry.storage.secret_file import read_owned
from registry.verify import rlp
from registry.verify.errors import VerificationError
from registry.verify.keccak import keccak256

_DYNAMIC_FEE = 2
"""EIP-1559: the type of the transactions."""
_SIGNATURE_FIELDS = 3
LARGEST_KEYSTORE = 65_536
_RECURSION_LIMIT = sys.getrecursionlimit()
"""Looked at before any thread may import what raises it."""


@dataclass(frozen=True)
class Transaction:
    """A call of ``to`` without any ether. Fees are in wei for each gas."""

    chain_id: int
    nonce: int
    to: bytes
    call: bytes
    gas: int
    max_fee: int
    tip: int

    def fields(self) -> list[rlp.Item]:
        """What is signed (EIP-1559), without the signature."""
        numbers: list[rlp.Item] = [
            rlp.integer_bytes(number) for number in (self.chain_id, self.nonce, self.tip, self.max_fee, self.gas)
        ]
        return [*numbers, self.to, b"", self.call, []]


class Signer(Protocol):
    """Holds the key of one address."""

    @property
    def address(self) -> bytes:
        """The operator's address: who the contract sees as its caller."""

    def sign(self, transaction: Transaction) -> bytes:
        """The signed transaction, as nodes take it. Unavailable, Broken (``ethereum_key_unusable``)."""


class KeystoreSigner:
    """A key in a file of the form that every Ethereum client writes (Web3 Secret Storage), with its password beside it.

    Opening it takes a second by design, so that is done when first needed.
    """

    def __init__(self, keystore: Path, password: Path) -> None:
        """Broken (``ethereum_key_unusable``) if the file is no keystore."""
        self._keystore = keystore
        self._password = password
        try:
            self._content: dict[str, Any] = json.loads(keystore.read_bytes()[:LARGEST_KEYSTORE])
            self.address = bytes.fromhex(self._content["address"].removeprefix("0x"))
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise _unusable(f"{keystore} is no keystore that can be read") from error
        self._account: Any = None

    def sign(self, transaction: Transaction) -> bytes:
        if self._account is None:
            self._account = self._opened()
        signed = self._account.sign_transaction(
            {
                "type": _DYNAMIC_FEE,
                "chainId": transaction.chain_id,
                "nonce": transaction.nonce,
                "to": transaction.to,
                "value": 0,
                "data": transaction.call,
                "gas": transaction.gas,
                "maxFeePerGas": transaction.max_fee,
                "maxPriorityFeePerGas": transaction.tip,
            }
        )
        raw = bytes(signed.raw_transaction)
        _check(raw, transaction, self.address)
        return raw

    def _opened(self) -> Any:
        library = account_library()
        try:
            password = read_owned(self._password).removesuffix("\n")
            account = library.from_key(library.decrypt(self._content, password))
        except (OSError, ValueError, KeyError, TypeError) as error:
            # What the library says could hold parts of the secret.
            raise _unusable(f"{self._keystore} cannot be opened with the password in {self._password}") from error
        if bytes.fromhex(account.address.removeprefix("0x")) != self.address:
            raise _unusable(f"{self._keystore} holds the key of another address than it says")
        return account


class RemoteSigner:
    """A program that holds the key and signs what it is asked to (``eth_signTransaction``), such as Web3Signer."""

    def __init__(self, url: str, address: bytes) -> None:
        self.address = address
        self._endpoint = Endpoint(url)

    def sign(self, transaction: Transaction) -> bytes:
        asked = {
            "from": hexadecimal(self.address),
            "to": hexadecimal(transaction.to),
            "value": "0x0",
            "data": hexadecimal(transaction.call),
            "nonce": hexadecimal(transaction.nonce),
            "gas": hexadecimal(transaction.gas),
            "maxFeePerGas": hexadecimal(transaction.max_fee),
            "maxPriorityFeePerGas": hexadecimal(transaction.tip),
            "chainId": hexadecimal(transaction.chain_id),
        }
        try:
            told = self._endpoint.ask("eth_signTransaction", asked)
            raw = content(told["raw"] if isinstance(told, dict) else told)
        except (CallRefused, KeyError, VerificationError) as error:
            raise _unusable(f"the signer {self._endpoint.label} signed nothing: {error!s:.200}") from error
        finally:
            self._endpoint.close()
        _check(raw, transaction, self.address)
        return raw


def make_keystore(password: str) -> tuple[bytes, bytes]:
    """A new key: its address, and the file that holds it under ``password``."""
    library = account_library()
    account = library.create()
    keystore = library.encrypt(account.key, password)
    return bytes.fromhex(account.address.removeprefix("0x")), json.dumps(keystore, indent=1).encode() + b"\n"


def account_library() -> Any:
    """The class ``Account`` of eth-account, imported where it is used: it takes half a second, and few processes sign.

    One of the packages it imports raises the interpreter's limit of recursion to 100,000, at which nested input ends
    the process instead of raising an error; the limit is put back.
    """
    from eth_account import Account

    sys.setrecursionlimit(_RECURSION_LIMIT)
    return Account


def transaction_hash(raw: bytes) -> bytes:
    """What the chain calls a signed transaction."""
    return keccak256(raw)


def _check(raw: bytes, transaction: Transaction, expected: bytes) -> None:
    """That what was signed is what was asked for, by the key that was asked."""
    library = account_library()
    try:
        fields = rlp.decode_list(raw[1:])
        asked = raw[:1] == bytes([_DYNAMIC_FEE]) and fields[:-_SIGNATURE_FIELDS] == transaction.fields()
        signer = address(library.recover_transaction(hexadecimal(raw)).lower()) if asked else b""
    except Exception as error:
        raise _unusable("what was signed is no transaction") from error
    if signer != expected:
        raise _unusable("another transaction was signed than was asked for, or with another key")


def _unusable(why: str) -> errors.Broken:
    return errors.Broken(
        "ethereum_key_unusable",
        f"No transaction was signed: {why}.",
        hint="Nothing was sent. Check the key in the file that REGISTRY_ETHEREUM_NETWORKS names.",
    )
