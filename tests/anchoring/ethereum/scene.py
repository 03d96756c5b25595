"""A ledger, a real node on this machine, and the worker between them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from registry.anchoring.ethereum import contract, stored_anchors
from registry.anchoring.ethereum.endpoint import Endpoint
from registry.anchoring.ethereum.fees import ETHER, GWEI
from registry.anchoring.ethereum.network import Network
from registry.anchoring.ethereum.parts import Parts
from registry.anchoring.ethereum.signer import KeystoreSigner, account_library
from registry.anchoring.ethereum.worker import AnchorWorker
from registry.anchoring.models import EthereumAnchor
from registry.installation import Installation
from tests.contracts.local_chain import Chain
from tests.deterministic import SteppingClock

CHAIN_ID = 31337
EPOCH = 2
"""Slots in an epoch of the node: what is 4 blocks deep is final."""
EPOCHS = ("--slots-in-an-epoch", str(EPOCH))
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
"""The first of the keys that anvil gives ether to, as everybody knows."""
PASSWORD = "correct horse battery staple"
QUICK_SECONDS = 1.0


@cache
def keystore() -> str:
    """The key as a keystore whose password is quickly tried: the tests open it often."""
    return json.dumps(account_library().encrypt(bytes.fromhex(KEY[2:]), PASSWORD, kdf="pbkdf2", iterations=10))


def write_key(folder: Path) -> tuple[Path, Path]:
    """Keystore and password in files."""
    key, password = folder / "operator.json", folder / "operator-password"
    key.write_text(keystore(), encoding="ascii")
    password.touch(mode=0o600)
    password.write_text(PASSWORD + "\n", encoding="ascii")
    return key, password


@cache
def signer() -> KeystoreSigner:
    """Signs for KEY."""
    with TemporaryDirectory() as folder:
        opened = KeystoreSigner(*write_key(Path(folder)))
        opened._account = opened._opened()
        return opened


def network(urls: Sequence[str], **changes: int) -> Network:
    """A network of these nodes in which everything is due at once, and stuck after a minute."""
    usual = Network(
        name="local",
        chain_id=CHAIN_ID,
        genesis=None,
        endpoints=[Endpoint(url, number, seconds=QUICK_SECONDS) for number, url in enumerate(urls, 1)],
        quorum=len(urls) // 2 + 1,
        most_fee=100 * GWEI,
        tip=GWEI,
        daily_budget=ETHER // 10,
        anchor_seconds=1,
        pin_seconds=3600,
        stuck_seconds=60,
        gas_limit=60_000,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


@dataclass
class Scene:
    """One installation and one node, with a worker that asks it through ``urls``."""

    installation: Installation
    node: Chain
    worker: AnchorWorker

    def round(self, *, seconds: int = 0) -> dict[str, str]:
        """A round after so much time; answers the alarms."""
        clock = self.installation.clock
        assert isinstance(clock, SteppingClock)
        clock.now += 1000 * seconds
        return dict(self.worker.round().raised)

    def mine(self, blocks: int = 1) -> None:
        if blocks:
            self.node.ask("anvil_mine", hex(blocks))

    def anchors(self) -> list[EthereumAnchor]:
        """All of them, the oldest first."""
        with self.installation.database.read() as session:
            return list(session.query(EthereumAnchor).order_by(EthereumAnchor.number))

    def states(self) -> list[str]:
        return [anchor.state for anchor in self.anchors()]

    def offers(self) -> list[tuple[int, int]]:
        """Size and highest fee of each transaction of the newest anchor."""
        with self.installation.database.read() as session:
            return [(one.tree_size, one.max_fee) for one in stored_anchors.transactions_of(session, self.anchors()[-1])]

    def anchored(self) -> list[int]:
        """The sizes that the chain says were anchored."""
        logs = self.node.ask("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "address": hex_address()})
        return [int(log["topics"][3], 16) for log in logs]


def hex_address() -> str:
    return "0x" + contract.ADDRESS.hex()


def deploy_contract(node: Chain) -> None:
    """As the fifth account, so that the operator's own count begins at nothing."""
    deployer = node.ask("eth_accounts")[4]
    node.send(deployer, "0x" + contract.FACTORY.hex(), "0x" + contract.deployment().hex())


def scene(installation: Installation, node: Chain, urls: Sequence[str] = (), **changes: int) -> Scene:
    """A scene whose worker asks the node itself, or what stands before it at ``urls``."""
    parts = Parts(installation.database, installation.ledger, installation.sequencer, installation.clock)
    return Scene(installation, node, AnchorWorker(parts, network(urls or [node.url], **changes), signer()))
