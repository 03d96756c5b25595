"""Other people's tools accept their part of an evidence file."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.evidence.made_evidence import evidence


@pytest.fixture
def unzipped(tmp_path: Path) -> Path:
    """The evidence file as a folder."""
    file = tmp_path / "evidence.zip"
    file.write_bytes(evidence())
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path / "bag")
    return tmp_path / "bag"


def bagit(folder: Path) -> int:
    command = [sys.executable, "-m", "bagit", "--validate", "--quiet", str(folder)]
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
