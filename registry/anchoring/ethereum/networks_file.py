"""The file that names the networks to anchor in, as the settings point at it: TOML, a table for each.

[hoodi]
endpoints = ["https://one.example/", "https://another.example/"]
key = "operator.json"
password = "operator-password"
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from registry import errors
from registry.anchoring.ethereum.endpoint import Endpoint
from registry.anchoring.ethereum.fees import ETHER, GWEI
from registry.anchoring.ethereum.network import Network
from registry.anchoring.ethereum.signer import KeystoreSigner, RemoteSigner, Signer
from registry.outbound.http_requests import parsed_address
from registry.settings import Settings
from registry.verify.encoding import hex_bytes
from registry.verify.errors import Malformed
from registry.verify.known_block import LARGEST_CHAIN_ID

LARGEST_FILE = 1_048_576
MOST_ENDPOINTS = 16
_DAY = 86_400
_WEEK = 604_800


@dataclass(frozen=True)
class Preset:
    """A network that has a name everywhere."""

    chain_id: int
    genesis: bytes | None
    explorer: str | None


PRESETS: Mapping[str, Preset] = {
    "mainnet": Preset(
        1,
        bytes.fromhex("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"),
        "https://etherscan.io",
    ),
    "sepolia": Preset(
        11155111,
        bytes.fromhex("25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9"),
        "https://sepolia.etherscan.io",
    ),
    "hoodi": Preset(
        560048,
        bytes.fromhex("bbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b"),
        "https://hoodi.etherscan.io",
    ),
    "local": Preset(31337, None, None),
}
_NUMBERS: Mapping[str, tuple[int, int, int]] = {
    "anchor_seconds": (3_600, 1, _WEEK),
    "pin_seconds": (3_600, 1, _WEEK),
    "stuck_seconds": (90, 1, _DAY),
    "gas_limit": (60_000, 30_000, 1_000_000),
}
"""By default, at least, at most. The first anchor of a key takes 46,702 gas."""
_AMOUNTS: Mapping[str, tuple[str, int, int]] = {
    "max_fee_gwei": ("100", 5_000, GWEI),
    "tip_gwei": ("1", 5_000, GWEI),
    "daily_budget_ether": ("0.05", 1, ETHER),
}
"""By default, at most, and the unit in wei."""
_KEYS = {"endpoints", "quorum", "chain_id", "genesis", "explorer", "key", "password", "signer", "operator"}


@dataclass(frozen=True)
class Configured:
    """A network, and who signs for it."""

    network: Network
    signer: Signer


def networks_of(settings: Settings) -> tuple[Configured, ...]:
    """The networks to anchor in; none if the settings name no file. Refused (``ethereum_networks``)."""
    file = settings.ethereum_networks
    if file is None:
        return ()
    try:
        with file.open("rb") as opened:
            told = tomllib.loads(opened.read(LARGEST_FILE).decode("utf-8"), parse_float=Decimal)
    except OSError as error:
        raise _refused(f"The file {file} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise _refused(f"The file {file} is not TOML: {error}.") from error
    found = [_configured(name, table, file) for name, table in told.items()]
    if len({one.network.chain_id for one in found}) != len(found) or not found:
        raise _refused(f"The file {file} names no network, or one chain twice.")
    return tuple(found)


def _configured(name: str, table: object, file: Path) -> Configured:
    where = f"The network {name!a} in {file}"
    if not isinstance(table, dict):
        raise _refused(f"{where} is no table.")
    if not isinstance(table.get("explorer", ""), str):
        raise _refused(f"{where} has an explorer that is no address.")
    if unknown := table.keys() - _KEYS - _NUMBERS.keys() - _AMOUNTS.keys():
        raise _refused(f"{where} has {sorted(unknown)[0]!a}, which is none of its settings.")
    preset = PRESETS.get(name, Preset(0, None, None))
    endpoints = _endpoints(table.get("endpoints"), where)
    genesis = table.get("genesis")
    try:
        known_genesis = preset.genesis if genesis is None else hex_bytes(str(genesis).removeprefix("0x"), 32)
    except Malformed as error:
        raise _refused(f"{where} has a genesis that is no hash.") from error
    # A majority of nodes, so that none alone can call anything final where there are several.
    quorum = _number(table, "quorum", (len(endpoints) // 2 + 1, 1, len(endpoints)), where)
    numbers = {key: _number(table, key, limits, where) for key, limits in _NUMBERS.items()}
    amounts = {key: _amount(table, key, where) for key in _AMOUNTS}
    network = Network(
        name=name,
        chain_id=_number(table, "chain_id", (preset.chain_id, 1, LARGEST_CHAIN_ID), where),
        genesis=known_genesis,
        endpoints=endpoints,
        quorum=quorum,
        most_fee=amounts["max_fee_gwei"],
        tip=amounts["tip_gwei"],
        daily_budget=amounts["daily_budget_ether"],
        anchor_seconds=numbers["anchor_seconds"],
        pin_seconds=numbers["pin_seconds"],
        stuck_seconds=numbers["stuck_seconds"],
        gas_limit=numbers["gas_limit"],
        explorer=table.get("explorer", preset.explorer),
    )
    return Configured(network, _signer(table, file.parent, where))


def _endpoints(told: object, where: str) -> Sequence[Endpoint]:
    addresses = told if isinstance(told, list) else []
    usable = [url for url in addresses if isinstance(url, str) and parsed_address(url) is not None]
    if not 0 < len(addresses) <= MOST_ENDPOINTS or len(set(usable)) != len(addresses):
        # Not repeated: the path of an address is often a secret.
        raise _refused(f"{where} does not name from 1 to {MOST_ENDPOINTS} different endpoints as https://host/path.")
    return [Endpoint(url, number) for number, url in enumerate(usable, 1)]


def _signer(table: Mapping[str, Any], folder: Path, where: str) -> Signer:
    key, password, url, operator = (table.get(name) for name in ("key", "password", "signer", "operator"))
    if isinstance(key, str) and isinstance(password, str) and url is None and operator is None:
        return KeystoreSigner(folder / key, folder / password)
    if isinstance(url, str) and isinstance(operator, str) and key is None and parsed_address(url) is not None:
        try:
            return RemoteSigner(url, hex_bytes(operator.lower().removeprefix("0x"), 20))
        except Malformed as error:
            raise _refused(f"{where} has an operator that is no address.") from error
    raise _refused(f"{where} names neither 'key' and 'password' nor 'signer' and 'operator'.")


def _number(table: Mapping[str, Any], key: str, limits: tuple[int, int, int], where: str) -> int:
    default, least, most = limits
    number = table.get(key, default)
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise _refused(f"{where} needs {key} as a whole number from {least} to {most}.")
    return number


def _amount(table: Mapping[str, Any], key: str, where: str) -> int:
    default, most, unit = _AMOUNTS[key]
    amount = table.get(key, Decimal(default))
    number = Decimal(amount) if isinstance(amount, int | Decimal) and not isinstance(amount, bool) else Decimal("NaN")
    if not number.is_finite() or not 0 < number <= most:
        raise _refused(f"{where} needs {key} as a number above 0, at most {most}.")
    return int(number * unit)


def _refused(why: str) -> errors.Refused:
    return errors.Refused("ethereum_networks", why, hint="docs/anchor-to-ethereum.md shows such a file.")
