"""A real timestamp authority on this machine: `openssl ts` behind HTTP, with keys made for the test.

Its clock may be set to any year (`faketime`): keys, certificates and tokens are then made as of that moment.
"""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIGURATION = """
[tsa]
default_tsa = local
[local]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = {digest}
default_policy = 1.3.6.1.4.1.13762.3
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_alg = {identified_by}
[request]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuer]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
[timestamps]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[anything]
basicConstraints = CA:false
extendedKeyUsage = timeStamping,serverAuth
"""
RSA = ("rsa:2048",)
P256 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
P384 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-384")


class Authority:
    """Keys and certificates in ``folder``: a root, which issued the authority's certificate, and nothing between.

    ``clock`` is the date by its clock, such as ``2036-01-01``; None for the machine's. The names in its certificates
    begin with what it is ``called``.
    """

    def __init__(
        self,
        folder: Path,
        key: tuple[str, ...] = RSA,
        *,
        digest: str = "sha256",
        identified_by: str = "sha256",
        purpose: str = "timestamps",
        days: int = 3650,
        clock: str | None = None,
        called: str = "Test",
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.clock = clock
        self._called = called
        self.configuration = folder / "openssl.cnf"
        self.configuration.write_text(
            CONFIGURATION.format(folder=folder, digest=digest, identified_by=identified_by), encoding="utf-8"
        )
        (folder / "serial").write_text("01\n", encoding="utf-8")
        self._make("root", key, f"-{digest}", "-x509", "-extensions", "root", "-days", str(days))
        self._make("tsa", key, f"-{digest}", "-new")
        self._openssl(
            "x509", "-req", f"-{digest}", "-in", "tsa.pem", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
            "-days", str(days), "-out", "tsa.pem", "-extfile", "openssl.cnf", "-extensions", purpose,
        )  # fmt: skip

    @property
    def root(self) -> Path:
        """The certificate that vouches for it."""
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        """The response to a request, both in DER."""
        (self.folder / "query").write_bytes(query)
        self._openssl("ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query", "-out", "response")
        return (self.folder / "response").read_bytes()

    def token(self, message: bytes, *options: str) -> bytes:
        """A token over ``message``; ``options`` are of `openssl ts -query`, ``-cert`` by default."""
        (self.folder / "message").write_bytes(message)
        self._openssl("ts", "-query", "-data", "message", *(options or ("-sha256", "-cert")), "-out", "query")
        self._openssl("ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query", "-token_out", "-out", "token")
        return (self.folder / "token").read_bytes()

    def _make(self, name: str, key: tuple[str, ...], *options: str) -> None:
        self._openssl(
            "req", "-newkey", *key, "-noenc", "-config", "openssl.cnf", "-subj", f"/CN={self._called} {name}",
            "-keyout", f"{name}.key", "-out", f"{name}.pem", *options,
        )  # fmt: skip

    def _openssl(self, *arguments: str) -> None:
        as_of = [] if self.clock is None else ["faketime", f"{self.clock} 00:00:00"]
        subprocess.run(
            [*as_of, "openssl", *arguments],
            cwd=self.folder,
            env={**os.environ, "TZ": "UTC"},
            check=True,
            capture_output=True,
            timeout=60,
        )


@contextmanager
def answering(authority: Authority) -> Iterator[str]:
    """The address of ``authority`` for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            fit = self.headers["Content-Type"] == "application/timestamp-query"
            response = authority.reply(query) if fit else b""
            self.send_response(200 if fit else 415)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(response)))
            self.end_headers()
            self.wfile.write(response)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
