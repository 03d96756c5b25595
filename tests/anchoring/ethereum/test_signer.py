"""Signers: what is signed is what was asked for, by the key that was asked."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from registry import errors
from registry.anchoring.ethereum.signer import KeystoreSigner, RemoteSigner, Transaction, make_keystore
from tests.anchoring.ethereum import faulty_node
from tests.anchoring.ethereum.faulty_node import OPERATOR, PASS_ON, FaultyNode
from tests.anchoring.ethereum.scene import signer
from tests.contracts.local_chain import Chain

WANTED = Transaction(31337, 0, bytes(20), b"call", 60_000, 2 * 10**9, 10**9)


def test_a_signer_that_signs_something_else_is_refused(node: Chain) -> None:
    def another(faulty: FaultyNode, method: str, parameters: list[Any]) -> Any:
        if method != "eth_signTransaction":
            return PASS_ON
        return faulty.node.ask(method, {**parameters[0], **changes})

    other = node.ask("eth_accounts")[1]
    changes: dict[str, str] = {}
    with faulty_node.before(node, another) as faulty:
        remote = RemoteSigner(faulty.url, bytes.fromhex(OPERATOR[2:]))
        assert remote.sign(WANTED) == signer().sign(WANTED)
        for change in ({"from": other}, {"value": "0x1"}, {"to": other}, {"nonce": "0x1"}, {"gas": "0x1"}):
            changes = change
            with pytest.raises(errors.Broken):
                remote.sign(WANTED)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"address": 1}', '{"address": "0x12", "crypto": {}, "version": 3}']
)
def test_a_file_that_is_no_keystore_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content, encoding="ascii")
    (tmp_path / "password").write_text("secret", encoding="ascii")
    (tmp_path / "password").chmod(0o600)
    with pytest.raises(errors.Broken):
        KeystoreSigner(tmp_path / "key", tmp_path / "password").sign(WANTED)


def test_a_keystore_that_names_another_address_than_its_keys_is_refused(tmp_path: Path) -> None:
    address, keystore = make_keystore("secret")
    (tmp_path / "key").write_bytes(keystore.lower().replace(address.hex().encode(), b"ab" * 20))
    (tmp_path / "password").write_text("secret", encoding="ascii")
    (tmp_path / "password").chmod(0o600)
    with pytest.raises(errors.Broken, match="another address"):
        KeystoreSigner(tmp_path / "key", tmp_path / "password").sign(WANTED)


def test_signing_leaves_the_interpreters_limit_of_recursion_as_it_was() -> None:
    """In a process of its own: this one may have imported the library long ago."""
    program = (
        "import sys; before = sys.getrecursionlimit(); "
        "from registry.anchoring.ethereum.signer import make_keystore; make_keystore('x'); "
        "assert 'eth_account' in sys.modules; print(before == sys.getrecursionlimit())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"
