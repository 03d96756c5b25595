"""Settings: from the environment, with defaults that work, and one sentence for what makes no sense."""

from pathlib import Path
from urllib.parse import unquote

import pytest

from registry import errors
from registry.settings import Settings
from registry.storage.database import Database


def refusal(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> errors.Refused:
    monkeypatch.setenv(name, value)
    with pytest.raises(errors.Refused) as caught:
        Settings.load()
    assert caught.value.code == "setting_invalid"
    return caught.value


def test_everything_has_a_default_below_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/somebody/data")
    settings = Settings.load()
    assert settings.home == Path("/srv/somebody/data/firstmark")
    assert settings.database_address == "sqlite:////srv/somebody/data/firstmark/registry.sqlite"
    assert settings.objects_address == "file:///srv/somebody/data/firstmark/objects"


def test_the_environment_sets_and_an_option_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_HOME", "/srv/a")
    monkeypatch.setenv("REGISTRY_PORT", "9000")
    assert Settings.load().home == Path("/srv/a")
    assert Settings.load(home=Path("/srv/b"), port=None) == Settings.load(home=Path("/srv/b"), port=9000)


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_PORT", "")
    assert Settings.load().port == 8000


def test_a_home_is_absolute_and_a_tilde_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/srv/somebody")
    assert Settings.load(home=Path("here")).home == tmp_path / "here"
    assert Settings.load(home=Path("~/there")).home == Path("/srv/somebody/there")


def test_a_home_with_odd_characters_is_a_usable_address() -> None:
    address = Settings.load(home=Path("/srv/Ünïcode ? # % & 版权")).database_address
    assert unquote(address) == "sqlite:////srv/Ünïcode ? # % & 版权/registry.sqlite"
    Database.open(address).close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRY_PORT", "70000"),
        ("REGISTRY_PORT", "tcp://10.0.0.1:5000"),
        ("REGISTRY_MAX_UPLOAD_BYTES", "-1"),
        ("REGISTRY_PICTURE_WORKERS", "0"),
        ("REGISTRY_LEDGER_ORIGIN", "two words"),
        ("REGISTRY_LEDGER_ORIGIN", "a+b"),
        ("REGISTRY_LEDGER_ORIGIN", "x" * 256),
        ("REGISTRY_OIDC_ISSUER", "http://login.example"),
        ("REGISTRY_OIDC_ISSUER", "http://localhost.example"),
        ("REGISTRY_OIDC_ISSUER", "https://login.example/?tenant=1"),
        ("REGISTRY_OIDC_ISSUER", "https://user:secret@login.example"),
        ("REGISTRY_OIDC_SCOPES", "profile email"),
        ("REGISTRY_OIDC_NEW_ACCOUNTS", "everybody"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_in_one_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = refusal(name, value, monkeypatch)
    assert refused.message.startswith(f"The setting {name} makes no sense: ")
    assert refused.message.count("\n") == 0
    assert refused.message.endswith(".")


def test_a_password_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", "postgresql://user:s3cret@host/name")
    assert "s3cret" not in repr(Settings.load())
    assert "s3cret" not in str(Settings.load())
    refused = refusal("REGISTRY_PORT", "s3cret", monkeypatch)
    assert "s3cret" not in f"{refused.message} {refused.hint} {refused.__cause__!r}"


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
