"""The exported folder: complete, incremental, immutable, never behind."""

import os
import shutil
from pathlib import Path
from threading import Thread

import pytest

from registry.errors import Broken, Conflict, Unavailable
from registry.publication.export import export
from registry.verify.checkpoint import Checkpoint, open_checkpoint
from registry.verify.tiles import parse_bundle, parse_hashes, tiles_between
from tests.publication.growing_log import KEY, SIGNER, GrowingLog
from tests.verify import rfc6962

only_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def shown(folder: Path) -> Checkpoint:
    return open_checkpoint((folder / "checkpoint").read_text(), KEY)


def entries(folder: Path, size: int) -> list[bytes]:
    found: list[bytes] = []
    for tile in tiles_between(0, size):
        content = (folder / tile.path).read_bytes()
        if tile.level == -1:
            found += parse_bundle(content, tile.width)
        else:
            assert parse_hashes(content, tile.width)
    return found


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257])
@only_sqlite
def test_a_folder_holds_the_files_of_its_checkpoint_and_no_others(log: GrowingLog, tmp_path: Path, size: int) -> None:
    log.grow(size)
    exported = export(log.publication, tmp_path / "log")
    assert exported.checkpoint == shown(tmp_path / "log")
    assert files(tmp_path / "log") == {"checkpoint", ".lock"} | {tile.path for tile in tiles_between(0, size)}
    assert exported.made == len(files(tmp_path / "log")) - 2
    assert rfc6962.root(entries(tmp_path / "log", size)) == exported.checkpoint.root


def test_a_folder_that_was_brought_up_to_date_in_steps_is_as_one_made_at_once(log: GrowingLog, tmp_path: Path) -> None:
    for size in (0, 3, 250, 256, 300):
        log.grow(size)
        export(log.publication, tmp_path / "steps")
    export(log.publication, tmp_path / "once")
    assert {path for path in files(tmp_path / "steps") if ".p/" not in path} == {
        path for path in files(tmp_path / "once") if ".p/" not in path
    }
    for path in files(tmp_path / "once"):
        assert (tmp_path / "steps" / path).read_bytes() == (tmp_path / "once" / path).read_bytes()


@only_sqlite
def test_partial_files_go_once_the_full_one_is_there(log: GrowingLog, tmp_path: Path) -> None:
    for size in (200, 210):
        log.grow(size)
        export(log.publication, tmp_path)
    assert {"tile/0/000.p/200", "tile/0/000.p/210", "tile/entries/000.p/200"} <= files(tmp_path)
    log.grow(260)
    export(log.publication, tmp_path)
    assert {path for path in files(tmp_path) if ".p/" in path} == {
        "tile/0/001.p/4",
        "tile/1/000.p/1",
        "tile/entries/001.p/4",
    }


@only_sqlite
def test_an_export_without_anything_new_touches_nothing(log: GrowingLog, tmp_path: Path) -> None:
    log.grow(20)
    export(log.publication, tmp_path)
    before = {path: (tmp_path / path).stat().st_mtime_ns for path in files(tmp_path)}
    assert export(log.publication, tmp_path).made == 0
    assert {path: (tmp_path / path).stat().st_mtime_ns for path in files(tmp_path)} == before


def test_exporters_at_once_and_appends_beside_them_leave_one_whole_log(log: GrowingLog, tmp_path: Path) -> None:
    seen: list[int] = []

    def export_often() -> None:
        for _ in range(8):
            export(log.publication, tmp_path / "log")

    def append() -> None:
        for size in range(1, 41):
            log.grow(size)

    def watch() -> None:
        while workers[0].is_alive():
            if (tmp_path / "log" / "checkpoint").exists():
                size = shown(tmp_path / "log").size
                entries(tmp_path / "log", size)
                seen.append(size)

    workers = [Thread(target=export_often), Thread(target=export_often), Thread(target=append), Thread(target=watch)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert seen == sorted(seen)
    export(log.publication, tmp_path / "log")
    assert rfc6962.root(entries(tmp_path / "log", 40)) == shown(tmp_path / "log").root


@only_sqlite
def test_a_published_file_that_differs_is_named_and_left_alone(log: GrowingLog, tmp_path: Path) -> None:
    log.grow(3)
    export(log.publication, tmp_path)
    log.grow(4)
    (tmp_path / "tile/0/000.p/4").write_bytes(b"something else")
    with pytest.raises(Broken) as caught:
        export(log.publication, tmp_path)
    assert caught.value.code == "published_differs"
    assert "tile/0/000.p/4" in caught.value.message
    assert shown(tmp_path).size == 3


@only_sqlite
def test_a_folder_that_is_ahead_of_the_database_shows_it_to_be_an_old_copy(log: GrowingLog, tmp_path: Path) -> None:
    log.grow(3)
    log.database.close()
    shutil.copyfile(tmp_path / "registry.sqlite", tmp_path / "backup.sqlite")
    log.grow(5)
    export(log.publication, tmp_path / "log")
    log.database.close()
    shutil.copyfile(tmp_path / "backup.sqlite", tmp_path / "registry.sqlite")
    shutil.rmtree(tmp_path / "home")  # the home's own note went with the disk
    with pytest.raises(Broken) as caught:
        export(log.publication, tmp_path / "log")
    assert caught.value.code == "ledger_rolled_back"
    assert shown(tmp_path / "log").size == 5


@only_sqlite
def test_a_folder_with_other_entries_is_a_fork(log: GrowingLog, tmp_path: Path) -> None:
    log.grow(5)
    export(log.publication, tmp_path)
    (tmp_path / "checkpoint").write_text(SIGNER.sign(Checkpoint("example.com/log", 4, bytes(32)).to_text()))
    with pytest.raises(Broken) as caught:
        export(log.publication, tmp_path)
    assert caught.value.code == "ledger_forked"


@pytest.mark.parametrize(
    ("content", "code"),
    [("hello\n", "export_of_another_log"), ("\udcff", "export_unreadable")],
)
@only_sqlite
def test_a_folder_of_something_else_is_not_written_to(log: GrowingLog, tmp_path: Path, content: str, code: str) -> None:
    (tmp_path / "checkpoint").write_bytes(os.fsencode(content))
    log.grow(1)
    with pytest.raises((Conflict, Broken)) as caught:
        export(log.publication, tmp_path)
    assert caught.value.code == code
    assert (tmp_path / "checkpoint").read_bytes() == os.fsencode(content)
    assert not (tmp_path / "tile").exists()


@only_sqlite
def test_a_folder_that_cannot_be_made_is_said(log: GrowingLog, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable) as caught:
        export(log.publication, tmp_path / "file" / "log")
    assert caught.value.code == "folder_unusable"
