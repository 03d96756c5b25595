"""Whether somebody is an administrator was said of their password, and is said of their account from now on."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from registry.accounts.account import existing_account
from registry.accounts.passwords import hashed
from registry.accounts.sign_in import sign_in, signed_in
from registry.storage import schema
from registry.storage.database import Database
from tests.deterministic import SeededRandomness, SteppingClock

PASSWORD = "a sentence that only we would say"
SECRET = bytes(range(32))


@pytest.mark.parametrize(("name", "administrator"), [("Studio Aster", True), ("Studio Iris", False)])
def test_people_keep_their_password_and_what_they_may_see(
    empty_database_url: str, name: str, administrator: bool
) -> None:
    database = Database.open(empty_database_url)
    with database.schema_change() as connection:
        config = Config()
        config.set_main_option("script_location", str(schema.folder()))
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
        for number, (one, may) in enumerate((("Studio Aster", True), ("Studio Iris", False))):
            values = {"id": f"acc_{number}", "name": one, "encoded": hashed(PASSWORD), "may": may}
            connection.execute(text("INSERT INTO account (id, name, created_at) VALUES (:id, :name, 1)"), values)
            connection.execute(text("INSERT INTO account_password VALUES (:id, :encoded, :may, 1)"), values)
        connection.execute(text("INSERT INTO account (id, name, created_at) VALUES ('acc_9', 'A creator', 1)"))
    database.migrate()
    clock = SteppingClock()
    token = sign_in(database, name, PASSWORD, secret=SECRET, clock=clock, randomness=SeededRandomness())
    found = signed_in(database, token, SECRET, clock)
    assert found is not None
    assert (found.account_name, found.is_administrator) == (name, administrator)
    with database.read() as session:
        assert not existing_account(session, "A creator").is_administrator
    database.close()
