"""`registry evidence`: the file is written, here and from a server, and verifies where nothing is installed."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.command import Answer, run
from tests.evidence.pdf_tools import text_of


@pytest.fixture(scope="module")
def evidence(registered_once: tuple[Path, Answer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence file of design-0.png."""
    home, registered = registered_once
    file = tmp_path_factory.mktemp("evidence") / "evidence.zip"
    answer = run("evidence", registered.lines[0]["work_id"], "-o", file, "--home", home, "--json")
    assert answer.line == {
        "work_id": registered.lines[0]["work_id"],
        "path": str(file),
        "bytes": file.stat().st_size,
    }
    return file


def test_it_verifies_and_so_does_the_original(evidence: Path, designs: Path) -> None:
    answer = run("verify", evidence, "--work", designs / "design-0.png", "--json")
    assert (answer.code, answer.line["verdict"]) == (0, "proven")


def test_another_original_fails(evidence: Path, designs: Path) -> None:
    answer = run("verify", evidence, "--work", designs / "design-1.png", "--json")
    assert (answer.code, answer.line["verdict"]) == (1, "failed")


def test_export_may_be_said(registered_once: tuple[Path, Answer], tmp_path: Path) -> None:
    home, registered = registered_once
    answer = run("evidence", "export", registered.lines[0]["work_id"], "-o", tmp_path / "e.zip", "--home", home)
    assert answer.code == 0
    assert "registry verify" in answer.stderr


def test_what_is_disclosed_is_chosen(registered_once: tuple[Path, Answer], tmp_path: Path) -> None:
    home, registered = registered_once
    work, file = registered.lines[0]["work_id"], tmp_path / "e.zip"
    run("evidence", work, "-o", file, "--field", "title", "--field", "creator", "--home", home)
    assert run("verify", file, "--json").line["disclosed"].keys() == {"title", "creator"}
    run("evidence", work, "-o", file, "--commitment-only", "--home", home)
    assert run("verify", file, "--json").line["disclosed"] == {}
    run("evidence", work, "-o", file, "--without-original", "--home", home)
    assert not any(name.startswith("data/work/") for name in zipfile.ZipFile(file).namelist())


def test_a_commitment_alone_and_a_field_contradict_each_other() -> None:
    assert run("evidence", "wrk_1", "-o", "e.zip", "--commitment-only", "--field", "title").code == 2


def test_a_file_that_cannot_be_written_is_refused(registered_once: tuple[Path, Answer], tmp_path: Path) -> None:
    home, registered = registered_once
    work = registered.lines[0]["work_id"]
    answer = run("evidence", work, "-o", tmp_path / "absent" / "e.zip", "--home", home, "--json")
    assert (answer.code, answer.error["code"]) == (3, "unwritable_file")


def test_a_certificate_is_written_and_says_that_the_evidence_file_proves(
    registered_once: tuple[Path, Answer], tmp_path: Path
) -> None:
    home, registered = registered_once
    work, file = registered.lines[0]["work_id"], tmp_path / "certificate.pdf"
    answer = run("evidence", "certificate", work, "-o", file, "--language", "zh", "--field", "title", "--home", home)
    assert answer.code == 0
    assert "What proves is the evidence file." in " ".join(answer.stderr.split())
    assert "登记证书" in text_of(file.read_bytes())
    assert run("evidence", "certificate", work, "-o", file, "--language", "fr", "--home", home).code == 2


def test_certificates_go_into_the_evidence_file_on_request(
    registered_once: tuple[Path, Answer], tmp_path: Path
) -> None:
    home, registered = registered_once
    file = tmp_path / "e.zip"
    run("evidence", registered.lines[0]["work_id"], "-o", file, "--certificate", "--home", home)
    names = zipfile.ZipFile(file).namelist()
    assert {"data/report/certificate.en.pdf", "data/report/certificate.zh.pdf"} <= set(names)
    assert run("verify", file, "--json").line["verdict"] == "proven"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_from_a_server_comes_the_same_kind_of_file(server: dict[str, str], designs: Path, tmp_path: Path) -> None:
    work = run("register", designs / "design-0.png", "--creator", "Studio", "--json", environment=server).line
    file = tmp_path / "evidence.zip"
    assert run("evidence", work["work_id"], "-o", file, "--field", "file_sha256", environment=server).code == 0
    answer = run("verify", file, "--work", designs / "design-0.png", "--json")
    assert answer.line["verdict"] == "proven"
    assert answer.line["disclosed"].keys() == {"file_sha256"}
    certificate = tmp_path / "certificate.pdf"
    assert run("evidence", "certificate", work["work_id"], "-o", certificate, environment=server).code == 0
    assert work["sha256"] in text_of(certificate.read_bytes())


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_an_error_of_the_server_leaves_no_file(server: dict[str, str], tmp_path: Path) -> None:
    work = "wrk_" + "0" * 26
    answer = run("evidence", work, "-o", tmp_path / "evidence.zip", "--json", environment=server)
    assert (answer.code, answer.error["code"]) == (3, "no_such_work")
    assert list(tmp_path.glob("*.zip*")) == []


def test_after_the_registry_is_gone_it_still_verifies_with_bare_python_and_without_a_network(
    studio_home: Path, registered_once: tuple[Path, Answer], tmp_path: Path
) -> None:
    file = tmp_path / "evidence.zip"
    run("evidence", registered_once[1].lines[0]["work_id"], "-o", file, "--home", studio_home)
    shutil.rmtree(studio_home)
    with zipfile.ZipFile(file) as archive:
        archive.extract("data/verifier/verify.pyz", tmp_path)
    command = [sys.executable, "-I", "-S", "data/verifier/verify.pyz", "evidence.zip", "--json"]
    alone = without_network()
    done = subprocess.run(
        [*alone, *command], cwd=tmp_path, env={}, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == run("verify", file, "--json").line


def without_network() -> list[str]:
    """What to put before a command so that it sees no network, where this machine permits it; else nothing."""
    shield = ["unshare", "--net", "--map-root-user"]
    try:
        permitted = subprocess.run([*shield, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        permitted = False
    return shield if permitted else []
