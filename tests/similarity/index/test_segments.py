"""The index in files: however it came about, it answers as one in memory does, and nothing damaged answers."""

import threading
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from registry.installation import Installation
from registry.ledger.models import LedgerHead
from registry.similarity.catalogue import Catalogue
from registry.similarity.index.folder import LOCK, MANIFEST, IndexFolder, Manifest
from registry.similarity.index.folding import fold, rebuild
from registry.similarity.index.inspection import IndexStatus, inspect
from registry.storage.database import Database
from tests.similarity.index.made_works import UNIT, Answers, answers, append, in_memory, refreshed

ONE_DATABASE = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@pytest.fixture
def database(installation: Installation) -> Database:
    return installation.database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def new_process(database: Database, folder: Path) -> Catalogue:
    catalogue = refreshed(Catalogue(database, folder, unit=UNIT), database)
    catalogue.close()
    return catalogue


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.segment"))


def status(database: Database, folder: Path) -> IndexStatus:
    with database.read() as session:
        return inspect(session, folder, UNIT)


def test_segments_the_newest_works_and_what_ended_answer_like_one_index(database: Database, folder: Path) -> None:
    lasting = Catalogue(database, folder, unit=UNIT)
    rng = np.random.default_rng(4)
    gone: set[int] = set()
    size = 0
    for step in range(25):
        free = sorted(set(range(size)) - gone)
        ended = rng.permutation(free)[:2].tolist() if step % 3 == 2 else []
        gone |= set(ended)
        before, size = size, append(database, int(rng.integers(1, 9)), withdrawn=ended[:1], erased=ended[1:])
        gone |= set(range(size - len(ended), size))
        expected = in_memory(database)
        assert before < size == expected[0]
        assert answers(refreshed(lasting, database)) == expected
        assert answers(new_process(database, folder)) == expected
    lasting.close()
    assert status(database, folder).size > size // 2


def test_a_rebuild_from_the_database_gives_identical_bytes(database: Database, folder: Path) -> None:
    for ended in ([], [3], [5, 9], [40]):
        append(database, 21, withdrawn=ended[:1], erased=ended[1:])
        new_process(database, folder)
    grown = contents(folder)
    made = rebuild(database, folder, UNIT)
    assert (made.written, made.identical) == (len(segments(folder)), len(segments(folder)))
    assert contents(folder) == grown
    rebuild(database, folder.with_name("elsewhere"), UNIT)
    assert contents(folder.with_name("elsewhere")) == grown


def test_what_was_erased_leaves_the_files(database: Database, folder: Path) -> None:
    append(database, 4 * UNIT)
    lasting = refreshed(Catalogue(database, folder, unit=UNIT), database)
    with database.read() as session:
        hashes = session.connection().exec_driver_sql("SELECT bits FROM indexed_hash WHERE entry_index = 2").scalars()
        (bits,) = {bytes(one) for one in hashes}
    assert any(bits[:16] in content for content in contents(folder).values())
    append(database, 0, erased=[2])
    refreshed(lasting, database).close()
    assert not any(bits[:16] in content for content in contents(folder).values())
    assert answers(refreshed(lasting, database)) == answers(new_process(database, folder)) == in_memory(database)


@ONE_DATABASE
def test_a_withdrawn_work_is_left_out_once_the_ledger_has_grown_by_its_segment(
    database: Database, folder: Path
) -> None:
    append(database, UNIT, withdrawn=[1])
    new_process(database, folder)
    assert status(database, folder).segments[0].pictures == UNIT
    append(database, UNIT - 1)
    new_process(database, folder)
    assert status(database, folder).segments[0].pictures == UNIT - 1


def damage_by_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def damage_by_cutting(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-7])


def damage_by_emptying(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [damage_by_a_bit, damage_by_cutting, damage_by_emptying, Path.unlink])
@pytest.mark.parametrize("number", [0, -1])
@ONE_DATABASE
def test_a_damaged_segment_is_told_made_again_and_never_answered_from(
    database: Database, folder: Path, damage: object, number: int
) -> None:
    append(database, 6 * UNIT + 1)
    new_process(database, folder)
    whole = contents(folder)
    assert callable(damage)
    damage(segments(folder)[number])
    assert [bool(one.wrong) for one in status(database, folder).segments].count(True) == 1
    assert not status(database, folder).ok
    assert answers(new_process(database, folder)) == in_memory(database)
    assert status(database, folder).ok
    assert contents(folder) == whole


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"segments": [{}]}', b"\xff", b"null"])
@ONE_DATABASE
def test_a_damaged_manifest_is_made_again(database: Database, folder: Path, content: bytes) -> None:
    append(database, 3 * UNIT)
    new_process(database, folder)
    whole = contents(folder)
    (folder / MANIFEST).write_bytes(content)
    assert answers(new_process(database, folder)) == in_memory(database)
    assert contents(folder) == whole


@ONE_DATABASE
def test_an_index_of_a_longer_ledger_or_of_another_one_is_not_used(database: Database, folder: Path) -> None:
    append(database, 5 * UNIT)
    lasting = refreshed(Catalogue(database, folder, unit=UNIT), database)
    with database.write() as session:  # an older database was put back
        session.execute(update(LedgerHead).values(size=2 * UNIT))
    assert status(database, folder).foreign
    assert [one[:3] for one in (answers(refreshed(lasting, database)), answers(new_process(database, folder)))] == (
        [truncated(in_memory(database), 2 * UNIT)[:3]] * 2
    )
    lasting.close()
    manifest = IndexFolder(folder).manifest()
    assert manifest is not None
    (folder / MANIFEST).write_bytes(Manifest(manifest.size, "00" * 32, UNIT, manifest.segments).encoded())
    assert status(database, folder).foreign
    new_process(database, folder)
    assert status(database, folder).ok


def truncated(told: Answers, size: int) -> Answers:
    seen, hashes, hits, regions, outlines = told
    return (
        seen,
        [one for one in hashes if one[0] < size],
        [one for one in hits if one[1] < size],
        [one for one in regions if one[1] < size],
        [one for one in outlines if one[2] < size],
    )


@ONE_DATABASE
def test_several_that_write_at_once_leave_one_whole_index(database: Database, folder: Path) -> None:
    append(database, 9 * UNIT)
    threads = [
        threading.Thread(target=fold, args=(database, IndexFolder(folder), UNIT), kwargs={"anew": number % 2 == 0})
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert status(database, folder).ok
    assert answers(new_process(database, folder)) == in_memory(database)


@ONE_DATABASE
def test_a_process_that_has_the_old_segments_open_answers_on_while_another_rebuilds(
    database: Database, folder: Path
) -> None:
    append(database, 6 * UNIT)
    lasting = new_process(database, folder)
    append(database, 20 * UNIT)
    fold(database, IndexFolder(folder), UNIT)
    assert len(answers(lasting)[1]) == 9 * UNIT
    assert answers(refreshed(lasting, database)) == in_memory(database)


@ONE_DATABASE
def test_a_folder_that_cannot_be_written_costs_speed_and_no_answer(database: Database, tmp_path: Path) -> None:
    append(database, 5 * UNIT)
    (tmp_path / "file").write_bytes(b"")
    assert answers(new_process(database, tmp_path / "file" / "index")) == in_memory(database)


@ONE_DATABASE
def test_what_a_crash_left_is_removed_by_the_next_writer(database: Database, folder: Path) -> None:
    append(database, 3 * UNIT)
    new_process(database, folder)
    whole = contents(folder)
    (folder / ".hashes-0-4.unfinished").write_bytes(b"half")
    (folder / "features-0-8-00.segment").write_bytes(b"of a manifest that never was")
    rebuild(database, folder, UNIT)
    assert contents(folder) == whole
    assert set(whole) == {LOCK, MANIFEST, *(file.name for file in segments(folder))}
