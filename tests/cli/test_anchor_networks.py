"""`registry anchor` in a chain: from a new key to a proven interval, as a person does it."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from registry.client.client import RegistryClient
from registry.installation import Installation
from registry.settings import Settings
from tests.anchoring.ethereum.scene import CHAIN_ID, EPOCHS, hex_address, write_key
from tests.api.served import served
from tests.cli.command import run
from tests.cli.test_evidence import without_network
from tests.contracts.local_chain import Chain, local_chain

SETTINGS = "anchor_seconds = 1\n"


@pytest.fixture
def node() -> Iterator[Chain]:
    with local_chain(CHAIN_ID, *EPOCHS) as chain:
        yield chain


@pytest.fixture
def anchored_in(node: Chain, tmp_path: Path) -> dict[str, str]:
    """An environment whose settings name the node, with a key that has ether."""
    write_key(tmp_path)
    file = tmp_path / "networks.toml"
    file.write_text(
        f'[local]\nendpoints = ["{node.url}"]\nkey = "operator.json"\npassword = "operator-password"\n{SETTINGS}',
        encoding="utf-8",
    )
    return {"REGISTRY_ETHEREUM_NETWORKS": str(file)}


def deployed(node: Chain, home: Path, environment: dict[str, str]) -> None:
    node.ask("evm_setAutomine", True)
    assert run("anchor", "deploy", "local", "--home", home, environment=environment).code == 0


def test_after_the_registry_and_the_chain_are_gone_a_work_lies_in_a_proven_interval(
    studio_home: Path, node: Chain, anchored_in: dict[str, str], tmp_path: Path, designs: Path
) -> None:
    node.ask("evm_setAutomine", True)
    deploy = ("anchor", "deploy", "local", "--home", studio_home, "--json")
    first = run(*deploy, environment=anchored_in).line
    assert first["address"] == hex_address()
    assert first["gas"] < 160_000
    again = run(*deploy, environment=anchored_in).line
    assert (again["address"], again["transaction"]) == (hex_address(), None)
    anchor = ("anchor", "run", "--home", studio_home, "--json")
    assert run(*anchor, environment=anchored_in).line["state"] == "broadcast"
    new = run("register", designs / "design-0.png", "--creator", "Somebody else", "--home", studio_home, "--json").line
    for _ in range(2):
        node.ask("anvil_mine", "0x8")
        done = run(*anchor, environment=anchored_in)
    assert done.code == 0
    status = run("anchor", "status", "--home", studio_home, "--json", environment=anchored_in).line
    assert (status["network"], status["alarms"]) == ("local", {})
    run("evidence", new["work_id"], "-o", tmp_path / "evidence.zip", "--home", studio_home)
    hashes = [node.ask("eth_getBlockByNumber", hex(number), False)["hash"] for number in range(20)]
    given = [option for known in hashes for option in ("--block", f"{CHAIN_ID}:{known}")]
    # The registry and the chain are gone from here on.
    shutil.rmtree(studio_home)
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        archive.extract("data/verifier/verify.pyz", tmp_path)
    command = [sys.executable, "-I", "-S", "data/verifier/verify.pyz", "evidence.zip", "--json", *given]
    verified = subprocess.run(
        [*without_network(), *command], cwd=tmp_path, env={}, capture_output=True, text=True, check=False, timeout=60
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    report = json.loads(verified.stdout)
    assert report["verdict"] == "proven"
    assert report["not_before"] < report["not_after"]
    assert [(one["kind"], one["bound"], one["trusted"]) for one in report["witnesses"]] == [
        ("ethereum", "not after", True),
        ("ethereum", "not before", True),
    ]


def test_people_read_how_it_stands(studio_home: Path, node: Chain, anchored_in: dict[str, str]) -> None:
    deployed(node, studio_home, anchored_in)
    assert "are broadcast" in run("anchor", "run", "--home", studio_home, environment=anchored_in).stderr
    shown = run("anchor", "status", "--home", studio_home, environment=anchored_in).stderr
    assert "local" in shown
    assert "broadcast" in shown


def test_without_the_contract_an_alarm_says_what_to_do(
    studio_home: Path, node: Chain, anchored_in: dict[str, str]
) -> None:
    answer = run("anchor", "run", "--home", studio_home, "--json", environment=anchored_in)
    assert answer.code == 3
    assert "registry anchor deploy" in answer.line["alarms"]["contract_missing"]


def test_the_service_numbers_what_there_is_to_watch(
    studio_home: Path, node: Chain, anchored_in: dict[str, str]
) -> None:
    run("anchor", "run", "--home", studio_home, environment=anchored_in)
    with Installation.open(Settings.load(home=studio_home)) as installation, served(installation) as address:
        told = httpx2.get(f"{address}/metrics")
    assert told.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "firstmark_ledger_entries 6\n" in told.text
    assert f'firstmark_anchor_lag_entries{{chain="{CHAIN_ID}"}} 5\n' in told.text
    assert f'firstmark_anchor_alarm{{chain="{CHAIN_ID}",code="contract_missing"}} 1\n' in told.text


def test_the_service_lists_anchors_and_tells_alarms(
    studio_home: Path, node: Chain, anchored_in: dict[str, str]
) -> None:
    deployed(node, studio_home, anchored_in)
    run("anchor", "run", "--home", studio_home, environment=anchored_in)
    node.ask("anvil_mine", "0x8")
    run("anchor", "run", "--home", studio_home, environment=anchored_in)
    with (
        Installation.open(Settings.load(home=studio_home)) as installation,
        served(installation) as address,
        RegistryClient(address, None) as client,
    ):
        (anchor,) = client.anchors()
        ready = client.ready()
        assert client.anchors(below=anchor.size) == []
    assert (anchor.chain, anchor.state, anchor.size, anchor.economic_security) == ("a local chain", "pinned", 5, False)
    assert anchor.contract == hex_address()
    assert node.ask("eth_getTransactionReceipt", anchor.transaction)["blockHash"] == anchor.block_hash
    assert (ready.anchor_lag, ready.anchor_alarms) == (0, [])


def test_a_key_is_made_once_and_encrypted(tmp_path: Path) -> None:
    password, key = tmp_path / "password", tmp_path / "key.json"
    make = ("anchor", "key", key, "--password", password, "--json")
    assert run(*make).error["code"] == "key_file_unusable"
    password.write_text("secret\n", encoding="ascii")
    password.chmod(0o600)
    address = run(*make).line["address"]
    assert json.loads(key.read_bytes())["address"].lower() == address.removeprefix("0x")
    assert key.stat().st_mode & 0o777 == 0o600
    assert run(*make).error["code"] == "key_file_exists"
    password.chmod(0o644)
    os.unlink(key)
    assert run(*make).error["code"] == "secret_exposed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[local",
        "local = 1",
        "[local]\nendpoints = []",
        '[local]\nendpoints = ["file:///etc"]',
        '[local]\nendpoints = ["http://127.0.0.1:1", "http://127.0.0.1:1"]',
        '[local]\nendpoints = ["http://127.0.0.1:1"]\nquorum = 2',
        '[local]\nendpoints = ["http://127.0.0.1:1"]\nmax_fee_gwei = 0',
        '[local]\nendpoints = ["http://127.0.0.1:1"]\nmax_fee_gwei = nan',
        '[local]\nendpoints = ["http://127.0.0.1:1"]\nmisspelt = 2',
        '[local]\nendpoints = ["http://127.0.0.1:1"]\ngenesis = "0x12"',
        '[local]\nendpoints = ["http://127.0.0.1:1"]',
        '[local]\nendpoints = ["http://127.0.0.1:1"]\nsigner = "http://127.0.0.1:1"\noperator = "0x12"',
        '[elsewhere]\nendpoints = ["http://127.0.0.1:1"]\nsigner = "http://127.0.0.1:1"\noperator = "0x12"',
    ],
)
def test_a_file_of_networks_that_makes_no_sense_is_refused(studio_home: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "networks.toml"
    file.write_text(text, encoding="utf-8")
    answer = run(
        "anchor", "run", "--home", studio_home, "--json", environment={"REGISTRY_ETHEREUM_NETWORKS": str(file)}
    )
    assert (answer.code, answer.error["code"]) == (3, "ethereum_networks")
    assert "127.0.0.1:1" not in answer.error["message"]
