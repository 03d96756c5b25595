"""`registry demo`: the whole story, told in a home of its own that is thrown away."""

import shutil
import signal
from pathlib import Path

import psutil
import pytest

from tests.cli.command import PATIENCE_SECONDS, Answer, run, run_as_process, started


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo's temporary folders go."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def told(own_folder: Path) -> Answer:
    """The story as a person reads it, in a real process with settings that must not be followed."""
    settings_of_a_real_installation = {
        "REGISTRY_HOME": str(own_folder / "real-home"),
        "REGISTRY_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "REGISTRY_LEDGER_ORIGIN": "registry.example/log",
        "TMPDIR": str(own_folder),
        "COLUMNS": "80",
    }
    return run_as_process("demo", environment=settings_of_a_real_installation)


def test_the_story_goes_well_and_is_told_on_stderr(told: Answer) -> None:
    assert (told.code, told.stdout) == (0, "")
    for act in ("1  Two designers", "2  ", "3  What", "4  A moderator", "5  Anyone", "6  Years later", "Your turn"):
        assert act in told.stderr
    assert "PROVEN: " in told.stderr
    assert "FAILED: " in told.stderr
    assert "registry.example" not in told.stderr


def test_it_fits_a_terminal_of_80_columns(told: Answer) -> None:
    assert [line for line in told.stderr.splitlines() if len(line) > 80 and "/index.html" not in line] == []


def test_only_pictures_and_the_evidence_with_its_verifier_stay(told: Answer, own_folder: Path) -> None:
    assert told.code == 0
    (folder,) = own_folder.iterdir()
    assert {entry.name for entry in folder.iterdir()} == {
        *("designs", "listings", "evidence", "original", "receipt.json"),
        *("evidence.zip", "forged.zip", "verify.pyz"),
    }
    assert (folder / "evidence" / "index.html").exists()


def test_with_json_it_tells_the_outcome_in_one_line_and_with_pictures_of_ones_own(
    designs: Path, tmp_path: Path
) -> None:
    source = Path(shutil.copytree(designs, tmp_path / "mine"))
    (source / "0-broken.png").write_bytes(b"no picture")
    answer = run("demo", "--from", source, "--keep", tmp_path / "kept", "--json")
    line = answer.line
    assert answer.code == 0
    assert (line["theft_noticed"], line["evidence_proven"], line["forgery_proven"]) == (True, True, False)
    assert line["registered"] == line["caught"] == line["stolen"] == 6
    home = tmp_path / "kept" / "home"
    works = run("works", "list", "--home", home, "--json").lines
    assert {work["title"] for work in works} >= {file.stem for file in designs.iterdir()}
    kept = run("ledger", "verify", "--home", home, "--json").line
    assert (kept["ok"], kept["size"], kept["root"]) == (True, line["registered"], line["root"])


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    answer = run("demo", "--from", tmp_path / "empty", "--keep", tmp_path / "kept", "--json")
    assert (answer.code, answer.error["code"]) == (3, "no_picture_there")


def test_a_folder_that_is_there_already_is_not_touched(tmp_path: Path) -> None:
    answer = run("demo", "--keep", tmp_path, "--json")
    assert (answer.code, answer.error["code"]) == (3, "folder_in_use")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_demo_leaves_neither_processes_nor_files(tmp_path: Path) -> None:
    with started("demo", environment={"TMPDIR": str(tmp_path)}) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "3  What" in line:
                break
        running = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []
    assert not [child for child in running if child.is_running()]
