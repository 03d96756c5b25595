"""A real Ethereum node on this machine: anvil, asked through JSON-RPC."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).parents[2] / "contracts"
FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
"""The CREATE2 factory that stands at this address on every chain, on anvil's too."""
_LISTENING = re.compile(r"Listening on (127\.0\.0\.1:\d+)")


def environment() -> dict[str, str]:
    """Node of the test lock, and the programs of the contracts' lock."""
    folders = (CONTRACTS / "node_modules" / ".bin", Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join([*map(str, folders), os.environ["PATH"]])}


class Chain:
    """One node. Numbers are Python's, bytes are hex with 0x."""

    def __init__(self, address: str) -> None:
        self.url = f"http://{address}"

    def ask(self, method: str, *parameters: object) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            told = json.load(answer)
        assert "error" not in told, told
        return told["result"]

    def send(self, sender: str, to: str, data: str) -> dict[str, Any]:
        """The receipt of a transaction in a block of its own; anvil knows the keys of its accounts."""
        sent = self.ask("eth_sendTransaction", {"from": sender, "to": to, "data": data})
        self.ask("evm_mine")
        receipt: dict[str, Any] = self.ask("eth_getTransactionReceipt", sent)
        assert receipt["status"] == "0x1"
        return receipt

    def call(self, to: str, data: str) -> str:
        found: str = self.ask("eth_call", {"to": to, "data": data}, "latest")
        return found


@contextmanager
def local_chain(chain_id: int, *options: str) -> Iterator[Chain]:
    """A new chain with this id, for as long as the block lasts; ``options`` are anvil's."""
    command = ["anvil", "--host", "127.0.0.1", "--port", "0", "--chain-id", str(chain_id), "--no-mining", *options]
    # A session of its own: what is started here are scripts that start the node, and all of them have to end.
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as node:
        assert node.stdout is not None
        found = next(filter(None, map(_LISTENING.search, node.stdout)), None)
        # It tells of every call that it is asked: unread, that would fill the pipe and stop it.
        reading = threading.Thread(target=deque, args=(node.stdout, 0), daemon=True)
        reading.start()
        try:
            assert found is not None, "anvil ended before it listened"
            yield Chain(found[1])
        finally:
            os.killpg(node.pid, signal.SIGKILL)
            reading.join()
