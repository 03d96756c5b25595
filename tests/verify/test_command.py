"""``python -m registry.verify``, run as a court's expert would: with Python alone."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import registry
from registry.ledger.note_signer import NoteSigner
from tests.evidence.renewed import SHA256_ENDS, Years
from tests.verify.made_receipt import CLAIM, KEY, ORIGINAL, receipt


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The verifier, a receipt and the original; nothing else of the project."""
    package = tmp_path / "registry"
    package.mkdir()
    (package / "__init__.py").touch()
    source = Path(registry.__file__).parent / "verify"
    shutil.copytree(source, package / "verify", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "receipt.json").write_bytes(receipt(*CLAIM).to_bytes())
    (tmp_path / "original.bin").write_bytes(ORIGINAL)
    return tmp_path


def run(folder: Path, *arguments: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    # -I -S: no environment, no user's folder, no site-packages.
    program = "import sys, runpy; sys.path.insert(0, '.'); runpy.run_module('registry.verify', run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-X", "utf8=0", "-c", program, *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": encoding, "LC_ALL": "C"},
    )


def test_it_needs_nothing_but_python(folder: Path) -> None:
    done = run(folder, "receipt.json", "--work", "original.bin", "--key", KEY)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"PROVEN: ")
    assert b"Not proven:" in done.stdout
    assert done.stderr == b""


def test_it_prints_one_object_for_programs(folder: Path) -> None:
    done = run(folder, "receipt.json", "--json")
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 1
    assert json.loads(done.stdout)["verdict"] == "proven"


@pytest.mark.parametrize("content", [b"", b"not a receipt", receipt("title").to_bytes().replace(b"wrk_3", b"wrk_4")])
def test_what_is_not_proven_ends_with_1(folder: Path, content: bytes) -> None:
    (folder / "receipt.json").write_bytes(content)
    done = run(folder, "receipt.json")
    assert done.returncode == 1
    assert done.stdout.startswith(b"FAILED: ")


def test_another_key_or_another_original_ends_with_1(folder: Path) -> None:
    other = str(NoteSigner("example.com/log", bytes(range(32))).verifier_key)
    assert run(folder, "receipt.json", "--key", other).returncode == 1
    assert run(folder, "receipt.json", "--work", "receipt.json").returncode == 1


@pytest.mark.parametrize("arguments", [(), ("receipt.json", "--wrong"), ("receipt.json", "--key", "no key")])
def test_wrong_usage_ends_with_2(folder: Path, arguments: tuple[str, ...]) -> None:
    done = run(folder, *arguments)
    assert done.returncode == 2
    assert b"usage:" in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize("arguments", [("missing.json",), (".",), ("receipt.json", "--work", "missing.bin")])
def test_a_file_that_cannot_be_read_ends_with_3(folder: Path, arguments: tuple[str, ...]) -> None:
    done = run(folder, *arguments)
    assert done.returncode == 3
    assert b"cannot be read" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_terminal_without_the_claims_letters_gets_them_spelled_out(folder: Path) -> None:
    done = run(folder, "receipt.json", encoding="ascii")
    assert done.returncode == 0, done.stderr
    assert b"Ana\\xefs" in done.stdout


def test_after_thirty_years_it_takes_dates_and_the_roots_of_each_authority(folder: Path, years: Years) -> None:
    roots = []
    for number, authority in enumerate((years.first, years.second, years.third)):
        shutil.copy(authority.root, folder / f"root-{number}.pem")
        roots += ["--tsa-root", f"root-{number}.pem"]
    reading = ("--at", "2056-01-01", "--distrust", SHA256_ENDS)
    for content, code in ((years.tree_renewed, 0), (years.timestamp_renewed, 1), (years.made, 1)):
        (folder / "evidence.zip").write_bytes(content)
        done = run(folder, "evidence.zip", *roots, *reading)
        assert (done.returncode, done.stderr) == (code, b"")
    assert b"nothing that holds renewed this file before: UNPROVEN" in done.stdout


@pytest.mark.parametrize("wrong", [("--at", "2056"), ("--distrust", "sha256"), ("--distrust", "md5=2040-01-01")])
def test_a_date_that_is_none_is_wrong_usage(folder: Path, wrong: tuple[str, str]) -> None:
    done = run(folder, "receipt.json", *wrong)
    assert done.returncode == 2
    assert wrong[1].encode() in done.stderr
