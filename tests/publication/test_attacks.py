"""What an operator, or whoever broke in, can do to the ledger, and who notices, naming the entry or the checkpoint."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.errors import Broken, Refused
from registry.ledger.log import Ledger
from registry.ledger.self_check import verify_ledger
from registry.monitor.follow import Inconsistent, follow
from registry.monitor.followed import Followed
from registry.monitor.log_source import FolderSource, PublishedLog
from registry.publication.comparison import compare
from registry.publication.export import export
from registry.publication.memory import check_memory
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.checkpoint import Checkpoint
from tests.deterministic import SteppingClock
from tests.publication.growing_log import KEY, SIGNER, GrowingLog

SIZE = 20
only_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@pytest.fixture
def published(log: GrowingLog, tmp_path: Path) -> GrowingLog:
    log.grow(SIZE)
    export(log.publication, tmp_path / "copy")
    return log


def differences(log: GrowingLog, folder: Path) -> list[tuple[int | None, str]]:
    found = compare(log.publication, PublishedLog(FolderSource(folder)))
    return [(one.index, one.what) for one in found]


def run_sql(log: GrowingLog, *statements: str) -> None:
    with log.database.write() as session:
        for statement in statements:
            session.execute(text(statement))


def self_check(log: GrowingLog, tmp_path: Path) -> list[int | None]:
    check = verify_ledger(log.database, log.ledger, ObjectStore.open((tmp_path / "objects").as_uri()))
    return [finding.index for finding in check.errors]


def test_an_honest_copy_differs_in_nothing(published: GrowingLog, tmp_path: Path) -> None:
    assert differences(published, tmp_path / "copy") == []
    published.grow(SIZE + 5)
    assert differences(published, tmp_path / "copy") == []


@only_sqlite
def test_an_entry_edited_in_the_database_is_named(published: GrowingLog, tmp_path: Path) -> None:
    run_sql(
        published,
        "UPDATE ledger_entry SET encoded = CAST(replace(CAST(encoded AS TEXT), 'wrk_7', 'wrk_8') AS BLOB)"
        ' WHERE "index" = 7',
    )
    assert 7 in self_check(published, tmp_path)
    assert next(index for index, _ in differences(published, tmp_path / "copy")) == 7


@only_sqlite
def test_two_entries_swapped_are_named(published: GrowingLog, tmp_path: Path) -> None:
    run_sql(
        published,
        'UPDATE ledger_entry SET "index" = -1 WHERE "index" = 3',
        'UPDATE ledger_entry SET "index" = 3 WHERE "index" = 4',
        'UPDATE ledger_entry SET "index" = 4 WHERE "index" = -1',
    )
    assert {3, 4} <= set(self_check(published, tmp_path))
    assert [index for index, _ in differences(published, tmp_path / "copy")][:2] == [3, 4]


@only_sqlite
def test_a_truncated_log_is_named_with_its_first_lost_entry(published: GrowingLog, tmp_path: Path) -> None:
    run_sql(published, 'DELETE FROM ledger_entry WHERE "index" >= 15')
    assert 15 in self_check(published, tmp_path)
    assert (15, "The entry is missing here.") in differences(published, tmp_path / "copy")


def fork_of(log: GrowingLog, tmp_path: Path, at: int) -> Path:
    """Another export, signed by the same key, whose entries are others from ``at`` on."""
    place = tmp_path / "fork"
    place.mkdir()
    shutil.copyfile(tmp_path / "before.sqlite", place / "registry.sqlite")
    other = GrowingLog(Database.open(f"sqlite:///{place}/registry.sqlite"), place / "home", seed=b"another")
    assert other.size == at
    other.grow(log.size)
    export(other.publication, place / "log")
    other.database.close()
    return place / "log"


@pytest.fixture
def forked(log: GrowingLog, tmp_path: Path) -> Path:
    log.grow(12)
    log.database.close()
    shutil.copyfile(tmp_path / "registry.sqlite", tmp_path / "before.sqlite")
    log.grow(SIZE)
    export(log.publication, tmp_path / "copy")
    return fork_of(log, tmp_path, 12)


@only_sqlite
def test_a_fork_shown_to_one_reader_is_named_by_whoever_sees_both(log: GrowingLog, forked: Path) -> None:
    found = differences(log, forked)
    assert found[0][0] == 12
    assert "signed another root for 20 entries" in found[-1][1]


@only_sqlite
def test_a_fork_is_proved_by_two_checkpoints(log: GrowingLog, forked: Path, tmp_path: Path) -> None:
    seen = follow(PublishedLog(FolderSource(tmp_path / "copy")), (KEY,), Followed())
    with pytest.raises(Inconsistent) as caught:
        follow(PublishedLog(FolderSource(forked)), (KEY,), seen)
    assert caught.value.notes == ((tmp_path / "copy/checkpoint").read_text(), (forked / "checkpoint").read_text())


@only_sqlite
def test_a_rollback_from_backup_is_refused_and_says_how_far(log: GrowingLog, forked: Path, tmp_path: Path) -> None:
    log.database.close()
    shutil.copyfile(tmp_path / "before.sqlite", tmp_path / "registry.sqlite")
    uses: list[Callable[[], object]] = [
        lambda: check_memory(log.ledger, log.database, log.memory),
        lambda: log.grow(13),
        lambda: export(log.publication, tmp_path / "copy"),
    ]
    for use in uses:
        with pytest.raises(Broken, match="holds 12 entries") as caught:
            use()
        assert caught.value.code == "ledger_rolled_back"
        assert "at least 20 entries" in caught.value.hint
    assert differences(log, tmp_path / "copy")[0] == (
        12,
        "The entries 12 to 19 are missing here: the ledger signed 20 entries, and the database holds 12.",
    )


@only_sqlite
def test_a_checkpoint_signed_for_another_root_is_named(published: GrowingLog, tmp_path: Path) -> None:
    note = SIGNER.sign(Checkpoint("example.com/log", SIZE, bytes(32)).to_text())
    (tmp_path / "copy/checkpoint").write_text(note)
    with pytest.raises(Inconsistent, match="checkpoint of 20 entries signs another root"):
        follow(PublishedLog(FolderSource(tmp_path / "copy")), (KEY,), Followed())
    assert any("signed another root for 20 entries" in what for _, what in differences(published, tmp_path / "copy"))
    with published.database.write() as session:
        session.execute(text("UPDATE ledger_checkpoint SET note = :note WHERE size = 20"), {"note": note})
    assert SIZE - 1 in self_check(published, tmp_path)


@only_sqlite
def test_a_clock_set_back_appends_nothing(published: GrowingLog) -> None:
    hour = 3_600_000
    late = Ledger(SIGNER, SteppingClock(1_700_000_000_000 - hour), published.ledger._randomness, published.memory)
    with pytest.raises(Refused) as caught, published.database.write() as session:
        late.append(session, "register", "wrk_99", {})
    assert caught.value.code == "clock_went_back"
    assert published.size == SIZE
