import shutil
from pathlib import Path

from registry.imaging.reader import PictureReader
from registry.installation import Installation
from registry.ledger.note_signer import NoteSigner
from registry.settings import Settings
from registry.works.end import withdraw
from registry.works.register import register
from tests.conftest import PostgresqlDatabases
from tests.deterministic import SeededRandomness, SteppingClock
from tests.works.test_register import CLAIM, caller, upload


def root_after_some_work(home: Path, database_url: str, pictures: PictureReader) -> str:
    with Installation.open(
        Settings.load(home=home, database_url=database_url),
        clock=SteppingClock(),
        randomness=SeededRandomness(),
        signer=NoteSigner("firstmark.test/log", bytes(range(32))),
        pictures=pictures,
    ) as installation:
        studio = caller(installation)
        works = [register(installation, studio, upload(seed), CLAIM) for seed in range(3)]
        withdraw(installation, works[1].work_id)
        with installation.database.read() as session:
            return installation.ledger.head(session).root


def test_the_same_registrations_give_the_same_root_on_both_databases(
    tmp_path: Path,
    sqlite_template: Path,
    postgresql_databases: PostgresqlDatabases,
    postgresql_template: str,
    picture_reader: PictureReader,
) -> None:
    file = tmp_path / "copy.sqlite"
    shutil.copyfile(sqlite_template, file)
    name = postgresql_databases.create(postgresql_template)
    try:
        on_sqlite = root_after_some_work(tmp_path / "one", f"sqlite:///{file}", picture_reader)
        on_postgresql = root_after_some_work(tmp_path / "two", postgresql_databases.url(name), picture_reader)
    finally:
        postgresql_databases.drop(name)
    assert on_sqlite == on_postgresql
