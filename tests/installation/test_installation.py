"""Opening a home: making it, agreeing on its keys, and refusing what does not belong together."""

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry import errors
from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Scope
from registry.accounts.keys import authenticate_request, create_key
from registry.imaging.reader import PictureReader
from registry.installation import Installation
from registry.ledger.note_signer import NoteSigner
from registry.settings import Settings
from tests.deterministic import SeededRandomness


@pytest.fixture
def settings(empty_database_url: str, tmp_path: Path) -> Settings:
    """A new home and an empty database."""
    return Settings.load(home=tmp_path / "new" / "home", database_url=empty_database_url)


def refusal(settings: Settings, signer: NoteSigner | None = None) -> errors.RegistryError:
    with pytest.raises(errors.RegistryError) as caught:
        Installation.open(settings, signer=signer)
    return caught.value


def identity(settings: Settings) -> tuple[str, bytes]:
    with Installation.open(settings) as opened:
        return opened.ledger.verifier_key, opened.key_secret


def issue_key(opened: Installation) -> str:
    with opened.database.write() as session:
        account = find_or_create_account(session, "Studio", opened.clock, opened.randomness)
        return create_key(
            session,
            account,
            "laptop",
            scopes=frozenset(Scope),
            expires_at=None,
            secret=opened.key_secret,
            clock=opened.clock,
            randomness=opened.randomness,
        ).token


def test_a_new_home_is_for_its_owner_alone_and_so_are_its_keys(settings: Settings) -> None:
    Installation.open(settings).close()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [settings.home, *settings.home.rglob("*")]}
    assert modes["home"] == modes["keys"] == 0o700
    assert modes["ledger.key"] == modes["api-keys.secret"] == 0o600


def test_a_home_without_settings_holds_everything_itself(tmp_path: Path) -> None:
    with Installation.open(Settings.load(home=tmp_path / "home")) as opened:
        opened.objects.put(b"an original")
        assert {path.name for path in (tmp_path / "home").iterdir()} >= {"registry.sqlite", "objects", "keys"}


def test_a_home_that_is_opened_again_is_the_same(settings: Settings) -> None:
    assert identity(settings) == identity(settings)


def test_two_homes_are_two_ledgers(tmp_path: Path) -> None:
    first, second = (identity(Settings.load(home=tmp_path / name)) for name in ("first", "second"))
    assert first[0].partition("+")[0] != second[0].partition("+")[0]
    assert first[1] != second[1]


def test_a_ledger_without_a_name_is_named_after_its_key(settings: Settings) -> None:
    with Installation.open(settings, randomness=SeededRandomness()) as opened:
        host, digits = opened.ledger.origin.rsplit("/", 1)
        assert host == "firstmark.local/log"
        assert len(digits) == 8
        assert opened.ledger.verifier_key.startswith(f"{opened.ledger.origin}+")


def test_a_ledger_keeps_the_name_it_was_given(settings: Settings) -> None:
    named = settings.model_copy(update={"ledger_origin": "example.com/log"})
    with Installation.open(named) as opened:
        assert opened.ledger.origin == "example.com/log"
    with Installation.open(settings) as opened:
        assert opened.ledger.origin == "example.com/log"
    renamed = settings.model_copy(update={"ledger_origin": "example.org/log"})
    assert refusal(renamed).code == "ledger_origin_differs"


def test_a_new_ledger_has_a_checkpoint_of_nothing(settings: Settings) -> None:
    with Installation.open(settings) as opened, opened.database.read() as session:
        assert opened.ledger.head(session).size == 0


def test_many_who_open_a_new_home_at_once_agree_on_its_keys(settings: Settings) -> None:
    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(identity, [settings] * 6))) == 1


def test_a_lost_ledger_key_is_said_and_not_replaced(settings: Settings) -> None:
    Installation.open(settings).close()
    key = settings.home / "keys" / "ledger.key"
    key.unlink()
    refused = refusal(settings)
    assert refused.code == "secret_missing"
    assert str(key) in refused.message
    assert not key.exists()


def test_a_lost_secret_of_issued_api_keys_is_said_and_not_replaced(settings: Settings) -> None:
    with Installation.open(settings) as opened:
        issue_key(opened)
    (settings.home / "keys" / "api-keys.secret").unlink()
    assert refusal(settings).code == "secret_missing"


def test_a_secret_that_no_api_key_needs_is_made_again(settings: Settings) -> None:
    Installation.open(settings).close()
    (settings.home / "keys" / "api-keys.secret").unlink()
    Installation.open(settings).close()


def test_an_api_key_is_recognised_after_opening_again(settings: Settings) -> None:
    with Installation.open(settings) as opened:
        token = issue_key(opened)
    with Installation.open(settings) as opened:
        assert authenticate_request(opened.database, token, opened.key_secret, opened.clock).account_name == "Studio"


@pytest.mark.parametrize("file", ["ledger.key", "api-keys.secret"])
@pytest.mark.parametrize("content", ["", "nonsense", "PRIVATE+KEY+a+00000000+AA=="])
def test_a_key_file_with_something_else_in_it_is_named(tmp_path: Path, file: str, content: str) -> None:
    settings = Settings.load(home=tmp_path / "home")
    Installation.open(settings).close()
    (settings.home / "keys" / file).write_text(content)
    refused = refusal(settings)
    assert refused.code == "secret_malformed"
    assert file in refused.message


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    settings = Settings.load(home=tmp_path / "home")
    Installation.open(settings).close()
    (settings.home / "keys" / "ledger.key").chmod(0o644)
    assert refusal(settings).code == "secret_exposed"


def test_the_database_of_another_ledger_is_refused(settings: Settings) -> None:
    Installation.open(settings).close()
    assert refusal(settings, NoteSigner("example.com/log", bytes(32))).code == "ledger_key_differs"


def test_a_home_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert refusal(Settings.load(home=tmp_path / "file" / "home")).code == "home_unusable"


def test_closing_twice_is_harmless(settings: Settings) -> None:
    opened = Installation.open(settings)
    opened.close()
    opened.close()


CRASHES = ["os.link", "os.fsync"]


@contextmanager
def crash_at(call: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as changed:
        changed.setattr(call, crash)
        yield


@pytest.mark.parametrize("call", CRASHES)
def test_a_home_that_was_interrupted_while_it_was_made_is_completed(
    settings: Settings, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with crash_at(call, monkeypatch), pytest.raises(KeyboardInterrupt):
        Installation.open(settings)
    assert identity(settings) == identity(settings)


def test_pictures_given_are_used_and_left_open(installation: Installation, picture_reader: PictureReader) -> None:
    assert installation.pictures is picture_reader
    installation.close()
    with pytest.raises(errors.Refused):
        picture_reader.read(b"no picture")


def child_processes() -> set[str]:
    return {child for file in Path("/proc/self/task").glob("*/children") for child in file.read_text().split()}


def test_pictures_are_read_and_the_processes_for_it_ended(tmp_path: Path) -> None:
    before = child_processes()
    with Installation.open(Settings.load(home=tmp_path / "home")) as opened:
        assert opened.pictures is opened.pictures
        with pytest.raises(errors.Refused):
            opened.pictures.read(b"no picture")
        assert child_processes() > before
    assert child_processes() == before
