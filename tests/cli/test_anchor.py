"""`registry anchor`: checkpoints stamped by hand, and what has been stamped; then the whole way to a court."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.anchoring.authority import Authority, answering
from tests.cli.command import Answer, run
from tests.cli.test_evidence import without_network


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def stamped_by(authority: Authority, tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment whose settings name a running authority."""
    file = tmp_path / "authorities"
    with answering(authority) as url:
        file.write_text(f"local {url} {authority.root}\n", encoding="utf-8")
        yield {"REGISTRY_TIMESTAMP_AUTHORITIES": str(file)}


def test_the_newest_checkpoint_is_stamped_and_the_status_tells(studio_home: Path, stamped_by: dict[str, str]) -> None:
    status = ("anchor", "status", "--home", studio_home, "--json")
    never = {"witness": "local", "asked": True, "size": 0, "time": None, "behind": 5}
    assert run(*status, environment=stamped_by).line == never
    done = run("anchor", "run", "--home", studio_home, "--json", environment=stamped_by)
    assert done.code == 0
    assert (done.line["witness"], done.line["size"], done.line["code"]) == ("local", 5, None)
    assert run(*status, environment=stamped_by).line == never | {"size": 5, "time": done.line["time"], "behind": 0}
    # What was stamped stays, also when nobody is asked any more.
    assert run(*status).line == never | {"asked": False, "size": 5, "time": done.line["time"], "behind": 0}


def test_people_read_what_was_stamped(studio_home: Path, stamped_by: dict[str, str]) -> None:
    assert "stamped the first 5 entries" in run("anchor", "run", "--home", studio_home, environment=stamped_by).stderr
    assert "local" in run("anchor", "status", "--home", studio_home, environment=stamped_by).stderr


def test_without_a_witness_there_is_nothing_to_run(studio_home: Path) -> None:
    answer = run("anchor", "run", "--home", studio_home, "--json")
    assert (answer.code, answer.error["code"]) == (3, "no_time_witness")
    assert "No witness of time" in run("anchor", "status", "--home", studio_home).stderr


def test_an_authority_that_does_not_answer_is_exit_code_3(
    studio_home: Path, authority: Authority, tmp_path: Path
) -> None:
    file = tmp_path / "authorities"
    file.write_text(f"gone http://127.0.0.1:1/tsr {authority.root}\n", encoding="utf-8")
    environment = {"REGISTRY_TIMESTAMP_AUTHORITIES": str(file)}
    answer = run("anchor", "run", "--home", studio_home, "--json", environment=environment)
    assert answer.code == 3
    assert json.loads(answer.stdout)["code"] == "peer_unreachable"


def test_after_the_registry_and_the_authority_are_gone_the_interval_is_still_proven(
    studio_home: Path,
    registered_once: tuple[Path, Answer],
    authority: Authority,
    tmp_path: Path,
    stamped_by: dict[str, str],
) -> None:
    work, key = registered_once[1].lines[0], run("ledger", "show", "--home", studio_home, "--json").line["verifier_key"]
    run("anchor", "run", "--home", studio_home, environment=stamped_by)
    run("evidence", work["work_id"], "-o", tmp_path / "evidence.zip", "--home", studio_home)
    shutil.rmtree(studio_home)
    shutil.copy(authority.root, tmp_path / "root.pem")
    shutil.copy(work["path"], tmp_path / "original")
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        archive.extract("data/verifier/verify.pyz", tmp_path)
    command = [sys.executable, "-I", "-S", "data/verifier/verify.pyz", "evidence.zip", "--json"]
    given = ["--work", "original", "--key", key, "--tsa-root", "root.pem"]
    done = subprocess.run(
        [*without_network(), *command, *given],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["verdict"] == "proven"
    assert report["not_after"] is not None
    assert [one["trusted"] for one in report["witnesses"]] == [True]


def test_a_sealed_file_bears_a_timestamp_of_its_own(
    studio_home: Path,
    registered_once: tuple[Path, Answer],
    authority: Authority,
    stamped_by: dict[str, str],
    tmp_path: Path,
) -> None:
    work, file = registered_once[1].lines[0]["work_id"], tmp_path / "evidence.zip"
    export = ("evidence", work, "-o", file, "--seal", "--home", studio_home, "--json")
    assert run(*export).error["code"] == "no_time_witness"
    assert run(*export, environment=stamped_by).code == 0
    report = run("verify", file, "--tsa-root", authority.root, "--json").line
    assert [(one["name"], one["trusted"]) for one in report["witnesses"]] == [("whole-file-001", True)]


def test_a_root_that_is_no_certificate_is_wrong_usage(studio_home: Path) -> None:
    assert run("verify", studio_home / "registry.sqlite", "--tsa-root", __file__).code == 2
