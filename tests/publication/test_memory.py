"""What was shown is remembered outside the database, and a database that is older than it is refused."""

import multiprocessing
import os
import shutil
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread

import pytest

from registry.errors import Broken, Unavailable
from registry.publication.memory import HomeMemory, check_memory
from registry.storage.database import Database
from registry.verify.checkpoint import Checkpoint
from tests.publication.growing_log import SIGNER, GrowingLog

only_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


def note(size: int) -> str:
    return SIGNER.sign(Checkpoint("example.com/log", size, bytes(32)).to_text())


def test_every_append_is_remembered_once_it_is_committed(log: GrowingLog) -> None:
    for size in (1, 2, 5):
        log.grow(size)
        newest = log.memory.newest()
        assert newest is not None
        assert newest.size == size


def test_an_append_that_was_not_committed_is_not_remembered(log: GrowingLog) -> None:
    log.grow(2)

    def append_and_fail() -> None:
        with log.database.write() as session:
            log.ledger.append(session, "register", "wrk_2", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        append_and_fail()
    newest = log.memory.newest()
    assert newest is not None
    assert newest.size == 2
    check_memory(log.ledger, log.database, log.memory)


def test_a_smaller_checkpoint_changes_nothing(tmp_path: Path) -> None:
    memory = HomeMemory(tmp_path / "shown" / "newest")
    for size in (3, 1, 2):
        memory.remember(note(size))
    assert HomeMemory(tmp_path / "shown" / "newest").newest() == Checkpoint("example.com/log", 3, bytes(32))


def remember_each(file: Path, sizes: range) -> None:
    memory = HomeMemory(file)
    for size in sizes:
        memory.remember(note(size))


def test_of_many_threads_and_processes_the_largest_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "shown" / "newest"
    processes = [
        multiprocessing.get_context("spawn").Process(target=remember_each, args=(file, range(start, 60, 2)))
        for start in (0, 1)
    ]
    threads = [Thread(target=remember_each, args=(file, range(start, 60, 3))) for start in range(3)]
    workers: list[BaseProcess | Thread] = [*processes, *threads]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    newest = HomeMemory(file).newest()
    assert newest is not None
    assert newest.size == 59
    assert sorted(os.listdir(file.parent)) == ["newest", "newest.lock"]


@only_sqlite
def test_a_restored_backup_neither_opens_nor_appends(log: GrowingLog, tmp_path: Path) -> None:
    log.grow(3)
    log.database.close()
    backup = Path(shutil.copyfile(tmp_path / "registry.sqlite", tmp_path / "backup.sqlite"))
    log.grow(5)
    log.database.close()
    shutil.copyfile(backup, tmp_path / "registry.sqlite")
    with pytest.raises(Broken) as at_start:
        check_memory(log.ledger, log.database, log.memory)
    with pytest.raises(Broken) as at_append:
        log.grow(4)
    for caught in (at_start, at_append):
        assert caught.value.code == "ledger_rolled_back"
        assert "3 entries" in caught.value.message
        assert "5" in caught.value.hint
    assert log.size == 3


def test_a_database_that_grew_otherwise_is_a_fork(log: GrowingLog, tmp_path: Path) -> None:
    log.grow(3)
    log.memory.remember(SIGNER.sign(Checkpoint("example.com/log", 4, bytes(32)).to_text()))
    (tmp_path / "home" / "shown" / "newest-checkpoint").rename(tmp_path / "other")
    log.grow(5)
    with pytest.raises(Broken) as caught:
        check_memory(log.ledger, log.database, HomeMemory(tmp_path / "other"))
    assert caught.value.code == "ledger_forked"
    assert "4 entries" in caught.value.message


@only_sqlite
def test_a_memory_that_cannot_be_written_lets_nobody_be_told(log: GrowingLog, tmp_path: Path) -> None:
    log.grow(1)
    shutil.rmtree(tmp_path / "home" / "shown")
    (tmp_path / "home" / "shown").write_text("in the way")
    with pytest.raises(Unavailable) as caught:
        log.grow(2)
    assert caught.value.code == "checkpoint_not_remembered"


@only_sqlite
def test_a_memory_that_holds_something_else_is_said(database: Database, log: GrowingLog, tmp_path: Path) -> None:
    (tmp_path / "home" / "shown" / "newest-checkpoint").write_text("Dear Sir or Madam,\n")
    with pytest.raises(Broken) as caught:
        log.grow(1)
    assert caught.value.code == "memory_unreadable"
