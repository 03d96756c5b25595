"""A calendar of OpenTimestamps on this machine, with a chain of its own: it mines the digests that it is given.

It writes proofs byte by byte, as their format says, without the code that reads them. Blocks are as easy to find as
those of Bitcoin's regression test network. It answers for the chain too, as Esplora does.
"""

import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REGTEST_BITS = 0x207FFFFF
"""``nBits`` of every block of Bitcoin's regression test network (its chainparams): every second try is one."""
NTIME = 1_800_000_000
BLOCK_SECONDS = 600
_SHA256, _APPEND, _PREPEND = b"\x08", b"\xf0", b"\xf1"
_PENDING, _BITCOIN = bytes.fromhex("83dfe30d2ef90c8e"), bytes.fromhex("0588960d73d71901")


def varuint(value: int) -> bytes:
    """LEB128."""
    low = value & 0x7F
    return bytes([low]) if value == low else bytes([low | 0x80]) + varuint(value >> 7)


def varbytes(content: bytes) -> bytes:
    return varuint(len(content)) + content


def attestation(kind: bytes, payload: bytes) -> bytes:
    return b"\x00" + kind + varbytes(payload)


def mined(previous: bytes, merkle_root: bytes, time: int, bits: int = REGTEST_BITS) -> bytes:
    """A header with the work that it says it has."""
    target = (bits & 0x7FFFFF) << 8 * ((bits >> 24) - 3)
    for nonce in range(2**32):
        header = struct.pack("<i32s32sIII", 0x20000000, previous, merkle_root, time, bits, nonce)
        if int.from_bytes(block_hash(header), "little") <= target:
            return header
    raise AssertionError("no nonce")


def block_hash(header: bytes) -> bytes:
    """In the order in which it stands in the next header."""
    return sha256(sha256(header).digest()).digest()


class Path:
    """The operations from a message to another, as bytes, and the last message."""

    def __init__(self, message: bytes) -> None:
        self.message = message
        self.written = b""

    def append(self, argument: bytes) -> "Path":
        self.message, self.written = self.message + argument, self.written + _APPEND + varbytes(argument)
        return self

    def prepend(self, argument: bytes) -> "Path":
        self.message, self.written = argument + self.message, self.written + _PREPEND + varbytes(argument)
        return self

    def sha256(self) -> "Path":
        self.message, self.written = sha256(self.message).digest(), self.written + _SHA256
        return self


class Calendar:
    """What it collected and mined. ``address`` is its own; ``told`` is what it says of that in promises, and ``prefix``
    stands at their beginning. ``failing`` is the HTTP status of every answer, None for those that are right."""

    def __init__(self) -> None:
        self.address = self.told = ""
        self.prefix = b""
        self.failing: int | None = None
        self.submissions: list[bytes] = []
        self.asked = threading.Event()
        self.waiting: list[bytes] = []
        self.found: dict[bytes, bytes] = {}
        self.headers: list[bytes] = [mined(bytes(32), bytes(32), NTIME)]

    def promise(self, digest: bytes) -> bytes:
        """The answer to a digest: its commitment, and that it will be found."""
        self.submissions.append(digest)
        self.asked.set()
        path = Path(digest).append(len(self.submissions).to_bytes(16, "big")).sha256()
        path.prepend(struct.pack(">I", NTIME)).append(b"8 bytes.")
        self.waiting.append(path.message)
        return self.prefix + path.written + attestation(_PENDING, varbytes(self.told.encode()))

    def mine(self) -> None:
        """Puts all that is waiting into the next block, in one transaction beside the one of its maker."""
        paths = [Path(commitment).sha256() for commitment in self.waiting]
        tops = [[path] for path in paths]
        while len(tops) > 1:
            left, right, *rest = tops
            first, second = left[0].message, right[0].message
            for path in left:
                path.append(second).sha256()
            for path in right:
                path.prepend(first).sha256()
            tops = [*rest, left + right]
        height = len(self.headers)
        coinbase = sha256(height.to_bytes(4, "little")).digest()
        for commitment, path in zip(self.waiting, paths, strict=True):
            path.prepend(b"a transaction that pays to nobody but \x6a\x20").append(bytes(4)).sha256().sha256()
            path.prepend(coinbase).sha256().sha256()
            self.found[commitment] = path.written + attestation(_BITCOIN, varuint(height))
        root = paths[0].message if paths else coinbase
        self.headers.append(mined(block_hash(self.headers[-1]), root, NTIME + height * BLOCK_SECONDS))
        self.waiting = []

    def answer(self, path: str) -> bytes | None:
        """What GET answers; None for 404."""
        kind, _, rest = path.strip("/").partition("/")
        if kind == "timestamp":
            return self.found.get(bytes.fromhex(rest))
        if kind == "block-height" and int(rest) < len(self.headers):
            return block_hash(self.headers[int(rest)])[::-1].hex().encode()
        if kind == "block":
            known = {block_hash(header)[::-1].hex(): header for header in self.headers}
            header = known.get(rest.partition("/")[0])
            return None if header is None else header.hex().encode()
        return None


@contextmanager
def calendar() -> Iterator[Calendar]:
    """One that answers for as long as the block lasts."""
    made = Calendar()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            digest = self.rfile.read(int(self.headers["Content-Length"]))
            self.say(made.promise(digest) if self.path == "/digest" and len(digest) == 32 else None)

        def do_GET(self) -> None:
            self.say(made.answer(self.path))

        def say(self, body: bytes | None) -> None:
            self.send_response(made.failing or (404 if body is None else 200))
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = made.told = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
