"""What stands between the worker and the real node: as strict as geth's pool, and as unreliable as nodes are."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from registry.verify import rlp
from registry.verify.keccak import keccak256
from tests.contracts.local_chain import Chain

LEAST_RISE = 110
"""Per cent of both fees that geth asks of a replacement."""
Fault = Callable[["FaultyNode", str, list[Any]], Any]
PASS_ON = object()
"""What a fault answers to calls that it leaves alone."""


class Refusal(Exception):
    """An error as JSON-RPC has it."""


@dataclass
class FaultyNode:
    """Passes calls on to ``node`` unless ``fault`` answers them; its pool refuses as geth's does."""

    node: Chain
    fault: Fault | None = None
    pool: dict[tuple[str, int], tuple[int, int, bytes]] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, method: str, parameters: list[Any]) -> Any:
        if self.fault is not None:
            told = self.fault(self, method, parameters)
            if told is not PASS_ON:
                return told
        if method == "eth_sendRawTransaction":
            return self.take(bytes.fromhex(parameters[0][2:]))
        return self.node.ask(method, *parameters)

    def take(self, raw: bytes) -> str:
        """As geth's pool takes a transaction, or refuses it."""
        self.sent.append(raw)
        fields = rlp.decode_list(raw[1:])
        nonce, tip, fee = (rlp.as_integer(fields[place], 32) for place in (1, 2, 3))
        name = "0x" + keccak256(raw).hex()
        known = self.node.ask("eth_getTransactionByHash", name)
        sender = OPERATOR
        if known is not None and known["blockHash"] is not None:
            raise Refusal("nonce too low: next nonce is larger")
        if nonce < int(self.node.ask("eth_getTransactionCount", sender, "latest"), 16):
            raise Refusal("nonce too low: next nonce is larger")
        waiting = self.pool.get((sender, nonce))
        if waiting is not None and not self._has(waiting[2]):
            waiting = None  # the node dropped it, so it is in nobody's way
        if waiting is not None and waiting[2] == raw:
            raise Refusal("already known")
        if waiting is not None:
            least_tip, least_fee = (amount * LEAST_RISE // 100 for amount in waiting[:2])
            if tip < least_tip or fee < least_fee:
                raise Refusal("replacement transaction underpriced")
        self.pool[sender, nonce] = (tip, fee, raw)
        if known is None:
            self.node.ask("eth_sendRawTransaction", "0x" + raw.hex())
        return name

    def _has(self, raw: bytes) -> bool:
        return self.node.ask("eth_getTransactionByHash", "0x" + keccak256(raw).hex()) is not None


OPERATOR = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"


@contextmanager
def before(node: Chain, fault: Fault | None = None) -> Iterator[FaultyNode]:
    """A faulty node before ``node``, for as long as the block lasts."""
    faulty = FaultyNode(node, fault)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # header and body in one packet: two would wait for each other

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, told = 200, {"jsonrpc": "2.0", "id": asked["id"]}
            try:
                told["result"] = faulty.answer(asked["method"], asked["params"])
            except Refusal as refusal:
                told["error"] = {"code": -32000, "message": str(refusal)}
            except TooMany:
                status, told = 429, {"error": "slow down"}
            except AssertionError as error:
                told["error"] = {"code": -32000, "message": str(error)[:200]}
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Whoever asked may have gone away."""

    server = Server(("127.0.0.1", 0), Handler)
    faulty.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield faulty
    finally:
        faulty.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class TooMany(Exception):
    """HTTP status 429."""


def silent(faulty: FaultyNode, _method: str, _parameters: list[Any]) -> Any:
    """Never answers, for as long as the test lasts."""
    faulty.released.wait(60)
    raise Refusal("the test has ended")


def busy(_faulty: FaultyNode, _method: str, _parameters: list[Any]) -> Any:
    """Answers that it is asked too often."""
    raise TooMany


def talking_nonsense(_faulty: FaultyNode, _method: str, _parameters: list[Any]) -> Any:
    """Answers with a value that no call has."""
    return {"this": ["is", "nonsense"]}


def dropping(faulty: FaultyNode, method: str, parameters: list[Any]) -> Any:
    """Takes transactions and forgets them."""
    if method == "eth_sendRawTransaction":
        return "0x" + keccak256(bytes.fromhex(parameters[0][2:])).hex()
    return PASS_ON


def refusing(_faulty: FaultyNode, method: str, _parameters: list[Any]) -> Any:
    """Takes no transaction, for a reason of its own."""
    if method == "eth_sendRawTransaction":
        raise Refusal("txpool is full")
    return PASS_ON


def stale(blocks: int) -> Fault:
    """Answers as of so many blocks ago."""

    def fault(faulty: FaultyNode, method: str, parameters: list[Any]) -> Any:
        node = faulty.node
        head = max(int(node.ask("eth_blockNumber"), 16) - blocks, 0)
        if method == "eth_getBlockByNumber":
            number = parameters[0]
            if number in ("latest", "safe", "finalized"):
                number = hex(min(int(node.ask(method, number, False)["number"], 16), head))
            return node.ask(method, number, parameters[1]) if int(number, 16) <= head else None
        if method == "eth_getTransactionReceipt":
            receipt = node.ask(method, *parameters)
            return receipt if receipt is not None and int(receipt["blockNumber"], 16) <= head else None
        if method in ("eth_getTransactionCount", "eth_getBalance", "eth_getCode"):
            return node.ask(method, parameters[0], hex(head))
        return PASS_ON

    return fault


def claiming_finality(faulty: FaultyNode, method: str, parameters: list[Any]) -> Any:
    """Calls its newest block final."""
    if method == "eth_getBlockByNumber" and parameters[0] in ("safe", "finalized"):
        return faulty.node.ask(method, "latest", parameters[1])
    return PASS_ON


def making_up_receipts(faulty: FaultyNode, method: str, parameters: list[Any]) -> Any:
    """Says that every transaction is in the first block, and succeeded."""
    if method == "eth_getTransactionReceipt":
        first = faulty.node.ask("eth_getBlockByNumber", "0x1", False)
        return {
            "blockNumber": "0x1",
            "blockHash": first["hash"],
            "transactionIndex": "0x0",
            "status": "0x1",
            "gasUsed": "0x5208",
            "effectiveGasPrice": "0x1",
        }
    return PASS_ON


def changing_headers(faulty: FaultyNode, method: str, parameters: list[Any]) -> Any:
    """Tells blocks whose fields are not what their hashes are of."""
    if method == "eth_getBlockByNumber":
        block = faulty.node.ask(method, *parameters)
        return None if block is None else block | {"timestamp": "0x1"}
    return PASS_ON


def changing_logs(faulty: FaultyNode, method: str, parameters: list[Any]) -> Any:
    """Tells receipts with another event than they have."""
    if method == "eth_getBlockReceipts":
        receipts = faulty.node.ask(method, *parameters)
        for receipt in receipts:
            for log in receipt["logs"]:
                log["topics"][2] = "0x" + "ab" * 32
        return receipts
    return PASS_ON


def counting_too_far(_faulty: FaultyNode, method: str, parameters: list[Any]) -> Any:
    """Counts transactions that there are not."""
    return "0x63" if method == "eth_getTransactionCount" else PASS_ON


def without_proofs_of_storage(_faulty: FaultyNode, method: str, _parameters: list[Any]) -> Any:
    """Has dropped old state, as most nodes have."""
    if method == "eth_getProof":
        raise Refusal("missing trie node")
    return PASS_ON


def of_another_chain(_faulty: FaultyNode, method: str, _parameters: list[Any]) -> Any:
    """Belongs elsewhere."""
    return "0x1" if method == "eth_chainId" else PASS_ON
