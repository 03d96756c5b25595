"""Other people's tools accept their part of an evidence file."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.anchoring.authority import Authority
from tests.contracts.local_chain import environment
from tests.evidence.anchored import CHAIN_ID, anchored
from tests.evidence.in_bitcoin import bitcoin_block, in_bitcoin
from tests.evidence.made_evidence import evidence, stamped
from tests.evidence.renewed import Years


@pytest.fixture
def unzipped(tmp_path: Path) -> Path:
    """The evidence file as a folder."""
    file = tmp_path / "evidence.zip"
    file.write_bytes(evidence())
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path / "bag")
    return tmp_path / "bag"


def bagit(folder: Path) -> int:
    command = [sys.executable, "-c", "import bagit; bagit.main()", "--validate", "--quiet", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def sha256sum(folder: Path, manifest: str) -> int:
    program = manifest.removesuffix(".txt").partition("-")[2] + "sum"
    return subprocess.run([program, "--check", manifest], cwd=folder, capture_output=True, check=False).returncode


def test_bagit_validates_the_bag_and_finds_a_changed_file(unzipped: Path) -> None:
    assert bagit(unzipped) == 0
    with (unzipped / "data" / "entry.json").open("ab") as entry:
        entry.write(b"!")
    assert bagit(unzipped) != 0


@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt"])
def test_the_tools_of_coreutils_check_each_manifest(unzipped: Path, manifest: str) -> None:
    assert sha256sum(unzipped, manifest) == 0
    listed = (unzipped / manifest).read_text().splitlines()[0].partition("  ")[2]
    with (unzipped / listed).open("ab") as file:
        file.write(b"!")
    assert sha256sum(unzipped, manifest) != 0


def openssl_verifies(bag: Path, root: Path) -> bool:
    """Whether the command that the page for experts shows accepts the timestamp."""
    folder = bag / "data" / "anchors" / "rfc3161" / "local"
    shutil.copy(root, folder / "root.pem")
    page = (Path(__file__).parents[2] / "docs" / "verify-evidence.md").read_text(encoding="utf-8")
    (command,) = [line for line in page.splitlines() if line.startswith("openssl ts -verify ")]
    return subprocess.run(command.split(), cwd=folder, capture_output=True, check=False).returncode == 0


def test_openssl_verifies_the_timestamp_and_finds_a_changed_checkpoint(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    file = tmp_path / "evidence.zip"
    file.write_bytes(evidence(stamped(authority)))
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path / "bag")
    assert bagit(tmp_path / "bag") == 0
    assert openssl_verifies(tmp_path / "bag", authority.root)
    with (tmp_path / "bag" / "data/anchors/rfc3161/local/checkpoint.txt").open("ab") as text:
        text.write(b"!")
    assert not openssl_verifies(tmp_path / "bag", authority.root)


def shown_by_cast(folder: Path, subcommand: str) -> str:
    """What the command that the page for experts shows prints in the folder of a chain."""
    page = (Path(__file__).parents[2] / "docs" / "verify-evidence.md").read_text(encoding="utf-8")
    (command,) = [line for line in page.splitlines() if line.startswith(f"cast {subcommand} ")]
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_cast_finds_the_blocks_hash_and_time_in_its_header(tmp_path: Path) -> None:
    (tmp_path / "evidence.zip").write_bytes(evidence(anchored()))
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        archive.extractall(tmp_path / "bag")
    assert bagit(tmp_path / "bag") == 0
    folder = tmp_path / "bag" / "data" / "anchors" / f"eip155-{CHAIN_ID}"
    told = json.loads((folder / "anchor.json").read_bytes())
    assert shown_by_cast(folder, "keccak") == f"0x{told['block_hash']}"
    fields = json.loads(shown_by_cast(folder, "from-rlp"))
    assert int(fields[11], 16) == told["block_time"]


def shown_of_bitcoin(folder: Path) -> list[str]:
    """What each of the commands that the page for experts shows prints in the folder of Bitcoin."""
    page = (Path(__file__).parents[2] / "docs" / "verify-evidence.md").read_text(encoding="utf-8")
    (block,) = [block for block in page.split("```sh\n")[1:] if block.startswith("ots ")]
    commands = block.partition("```")[0].splitlines()
    home = {"HOME": str(folder), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    printed = []
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=home, capture_output=True, text=True, check=False
        )
        printed.append(done.stdout + done.stderr)
    return printed


def test_ots_follows_the_proof_to_the_block_whose_header_openssl_hashes(tmp_path: Path) -> None:
    material = in_bitcoin(others=False)
    (tmp_path / "evidence.zip").write_bytes(evidence(material))
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        archive.extractall(tmp_path / "bag")
    assert bagit(tmp_path / "bag") == 0
    folder = tmp_path / "bag" / "data" / "anchors" / "bitcoin"
    followed, block, root = shown_of_bitcoin(folder)
    assert block == bitcoin_block(material).hash.hex()
    assert f"check that Bitcoin block 1 has merkleroot {root}" in followed
    with (folder / "checkpoint.txt").open("ab") as text:
        text.write(b"!")
    assert "File does not match original!" in shown_of_bitcoin(folder)[0]


def test_openssl_verifies_the_seal_over_the_whole_file(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    (tmp_path / "evidence.zip").write_bytes(evidence(stamped(authority)))
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        archive.extractall(tmp_path / "bag")
    verify = ("openssl", "ts", "-verify", "-token_in", "-in", "timestamp001.tst", "-data", "ASiCManifest001.xml")
    command = [*verify, "-CAfile", str(authority.root)]
    folder = tmp_path / "bag" / "META-INF"
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def openssl_on_a_record(bag: Path) -> list[str]:
    """What the commands that the page for holders shows say of each timestamp of the record."""
    page = (Path(__file__).parents[2] / "docs" / "keep-evidence-alive.md").read_text(encoding="utf-8")
    (block,) = [block for block in page.split("```sh\n")[1:] if "asn1parse" in block]
    script = block.partition("```")[0]
    done = subprocess.run(["bash", "-c", script], cwd=bag, capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if line.startswith("Verification")]


def test_a_renewed_file_is_the_same_bag_and_openssl_verifies_its_record(years: Years, tmp_path: Path) -> None:
    (tmp_path / "evidence.zip").write_bytes(years.tree_renewed)
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        archive.extractall(tmp_path / "bag")
    bag = tmp_path / "bag"
    assert bagit(bag) == 0
    assert [sha256sum(bag, f"{name}.txt") for name in ("manifest-sha256", "manifest-sha512", "tagmanifest-sha256")] == [
        0,
        0,
        0,
    ]
    roots = b"".join(one.root.read_bytes() for one in (years.first, years.second, years.third))
    (bag / "META-INF" / "roots.pem").write_bytes(roots)
    # The third begins a chain, over what the page leaves to our verifier.
    assert openssl_on_a_record(bag) == ["Verification: OK", "Verification: OK", "Verification: FAILED"]
