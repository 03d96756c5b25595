"""A real provider of identity on this machine: oidc-provider, run by Node of the test lock."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "provider"
CLIENT_ID, CLIENT_SECRET = "registry of the tests", "a secret: with / and + & more"
"""With characters that RFC 6749, section 2.3.1, has encoded."""


@dataclass(frozen=True)
class LocalProvider:
    """``issuer`` is its address. It answers once it knows where it leads people back to."""

    issuer: str
    _node: subprocess.Popen[str]

    def lead_back_to(self, address: str) -> None:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(f"{address}\n")
        self._node.stdin.flush()
        assert self._node.stdout.readline() == "ready\n"


@contextmanager
def local_provider() -> Iterator[LocalProvider]:
    """A new one, for as long as the block lasts."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with subprocess.Popen(
        ["node", "serve.js", CLIENT_ID, CLIENT_SECRET],
        cwd=FOLDER,
        env=os.environ | {"PATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as node:
        assert node.stdout is not None
        try:
            issuer = node.stdout.readline().strip()
            assert issuer, "the provider ended before it listened: make test installs what it needs"
            yield LocalProvider(issuer, node)
        finally:
            os.killpg(node.pid, signal.SIGKILL)
