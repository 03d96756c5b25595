"""`registry verify` and the verifier's one file: the same answers, here and where nothing is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from registry.evidence.offline_verifier import offline_verifier
from tests.cli.command import Answer, run

CONTRACT = {"verdict", "checks", "not_before", "not_after"}


@pytest.fixture(scope="module")
def receipt(registered_once: tuple[Path, Answer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The receipt of design-0.png."""
    home, registered = registered_once
    file = tmp_path_factory.mktemp("receipt") / "receipt.json"
    run("works", "receipt", registered.lines[0]["work_id"], "-o", file, "--home", home)
    return file


def test_a_receipt_is_proven(receipt: Path) -> None:
    answer = run("verify", receipt, "--json")
    assert answer.code == 0
    assert answer.line.keys() >= CONTRACT
    assert answer.line["verdict"] == "proven"
    assert all(set(check) == {"name", "result", "detail"} for check in answer.line["checks"])


def test_people_read_the_report_on_stdout(receipt: Path) -> None:
    answer = run("verify", receipt)
    assert answer.stdout.startswith("PROVEN: ")
    assert "Not proven:" in answer.stdout


def test_another_original_fails(receipt: Path, designs: Path) -> None:
    assert run("verify", receipt, "--work", designs / "design-0.png").code == 0
    answer = run("verify", receipt, "--work", designs / "design-1.png", "--json")
    assert (answer.code, answer.line["verdict"]) == (1, "failed")


def test_a_receipt_with_any_byte_changed_fails(receipt: Path, tmp_path: Path) -> None:
    content = receipt.read_bytes()
    for place in range(0, len(content), max(1, len(content) // 50)):
        forged = tmp_path / "forged.json"
        forged.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert run("verify", forged, "--json").line["verdict"] == "failed", place


@pytest.mark.parametrize("content", [b"", b"{}\n", b"\xff" * 1000, b"[" * 100_000])
def test_a_file_that_is_no_receipt_fails_with_a_report(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "receipt.json"
    file.write_bytes(content)
    answer = run("verify", file, "--json")
    assert (answer.code, answer.line["verdict"]) == (1, "failed")


def test_a_file_that_cannot_be_read_is_no_failed_check(tmp_path: Path) -> None:
    assert run("verify", tmp_path / "absent.json", "--json").code == 3


def test_a_key_that_is_none_is_wrong_usage(receipt: Path) -> None:
    assert run("verify", receipt, "--key", "secret").code == 2


def test_the_verifiers_one_file_answers_the_same_with_nothing_installed(
    receipt: Path, designs: Path, tmp_path: Path
) -> None:
    program = tmp_path / "verify.pyz"
    program.write_bytes(offline_verifier())
    arguments = [str(receipt), "--work", str(designs / "design-0.png"), "--json"]
    command = [sys.executable, "-I", "-S", str(program), *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    here = run("verify", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (here.code, here.stdout, "")


def test_the_verifiers_file_has_the_same_bytes_whenever_it_is_written() -> None:
    assert offline_verifier() == offline_verifier()
