"""The ledger's key changes with an overlap; what was signed before verifies for ever."""

import json
import os
from pathlib import Path

import pytest

from registry.errors import Broken, Conflict
from registry.installation import Installation
from registry.ledger.key_files import CURRENT, NEXT
from registry.ledger.note_signer import NoteSigner
from registry.ledger.private_key import COSIGNATURE_CHECKS, Ed25519Key
from registry.ledger.receipt import receipt
from registry.ledger.self_check import verify_ledger
from registry.publication.export import export
from registry.settings import Settings
from registry.verify import canonical_json
from registry.verify.checkpoint import open_checkpoint
from registry.verify.cosignature import CosignerKey, cosigners
from registry.verify.errors import VerificationError
from registry.verify.note import VerifierKey, parse_note
from registry.verify.receipt import verify_receipt
from tests.api.appended import append


class Home:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def opened(self) -> Installation:
        return Installation.open(self.settings)


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Home:
    return Home(Settings.load(home=tmp_path / "home", database_url=database_url))


def grown(home: Home) -> tuple[str, bytes]:
    """One entry more; the checkpoint and the entry's receipt."""
    with home.opened() as here:
        append(here, 1)
        with here.database.read() as session:
            head = here.ledger.head(session)
            made = receipt(here.ledger, session, head.size - 1)
        return head.checkpoint, canonical_json.encode(made) + b"\n"


def signed_by(note: str, *keys: VerifierKey) -> list[bool]:
    lines = {line.key_id for line in parse_note(note).signatures}
    return [key.key_id in lines for key in keys]


def test_a_key_is_changed_and_everything_verifies_all_the_while(home: Home, tmp_path: Path) -> None:
    notes, receipts = [], []

    def grow() -> None:
        note, made = grown(home)
        notes.append(note)
        receipts.append(made)
        with home.opened() as here:
            export(here.publication, tmp_path / "log")
            assert verify_ledger(here.database, here.ledger, here.objects).errors == []

    grow()
    with home.opened() as here:
        old = VerifierKey.parse(here.ledger.verifier_key)
        new = here.begin_key_change()
    grow()
    with home.opened() as here:
        assert here.ledger.verifier_key == str(old)
        assert here.finish_key_change() == new
    grow()
    assert [signed_by(note, old, new) for note in notes] == [[True, False], [True, True], [False, True]]
    assert [json.loads(made)["verifier_key"] for made in receipts] == [str(old), str(old), str(new)]
    for made in receipts:
        assert verify_receipt(made).verdict == "proven"
    with home.opened() as here, here.database.read() as session:
        assert here.ledger.verifier_key == str(new)
        periods = here.ledger.keys(session).periods
        assert [(one.key, one.since, one.until, one.introduced_by) for one in periods] == [
            (old, 0, 4, None),
            (new, 2, None, 1),
        ]
        # The log itself names the new key, under a checkpoint that the old one signed.
        named = receipt(here.ledger, session, 1, 2)
        report = verify_receipt(canonical_json.encode(named) + b"\n", verifier_key=str(old))
        assert report.verdict == "proven"
        assert report.disclosed["new_key"] == str(new)
    assert sorted(os.listdir(tmp_path / "home" / "keys")) == ["api-keys.secret", CURRENT]


def test_after_its_end_the_old_key_signs_nothing_that_is_believed(home: Home) -> None:
    with home.opened() as here:
        append(here, 1)
        old = here.ledger
        old_signer = here.ledger._signer
        here.begin_key_change()
    with home.opened() as here:
        here.finish_key_change()
    with home.opened() as here:
        append(here, 1)
        with here.database.read() as session:
            note = here.ledger.checkpoint(session)
            forged = old_signer.sign(parse_note(note).text)
            with pytest.raises(VerificationError):
                here.ledger.opened(session, forged)
        with pytest.raises(Broken) as caught, here.database.write() as session:
            old.append(session, "register", "wrk_9", {})
        assert caught.value.code == "ledger_key_differs"


def test_one_change_at_a_time(home: Home) -> None:
    with home.opened() as here:
        with pytest.raises(Conflict) as nothing:
            here.finish_key_change()
        here.begin_key_change()
    with home.opened() as here, pytest.raises(Conflict) as again:
        here.begin_key_change()
    assert (nothing.value.code, again.value.code) == ("no_key_change", "key_change_under_way")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_crash_between_the_record_and_the_key_files_is_made_good(home: Home, tmp_path: Path) -> None:
    keys = tmp_path / "home" / "keys"
    with home.opened() as here:
        here.begin_key_change()
    before = (keys / CURRENT).read_bytes(), (keys / NEXT).read_bytes()
    with home.opened() as here:
        new = here.finish_key_change()
    for name, content in zip((CURRENT, NEXT), before, strict=True):
        (keys / name).write_bytes(content)
        (keys / name).chmod(0o600)
    with home.opened() as here:
        assert here.ledger.verifier_key == str(new)
    assert not (keys / NEXT).exists()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_next_key_that_is_lost_is_said(home: Home, tmp_path: Path) -> None:
    with home.opened() as here:
        here.begin_key_change()
    (tmp_path / "home" / "keys" / NEXT).unlink()
    with pytest.raises(Broken) as caught:
        home.opened()
    assert caught.value.code == "secret_missing"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_checkpoints_are_signed_with_ml_dsa_too_where_it_is_asked_for(home: Home) -> None:
    home.settings = Settings.load(home=home.settings.home, database_url=home.settings.database_url, ledger_ml_dsa=True)
    note, made = grown(home)
    from registry.ledger.cosigner import Cosigner

    text = (home.settings.home / "keys" / "ledger-ml-dsa-44.key").read_text().removesuffix("\n")
    key: CosignerKey = Cosigner.from_private_key_text(text).key
    assert set(cosigners(parse_note(note), [key], COSIGNATURE_CHECKS)) == {key}
    assert open_checkpoint(note, VerifierKey.parse(json.loads(made)["verifier_key"])).size == 1
    assert verify_receipt(made).verdict == "proven"


class Device:
    """A key that cannot be read out: what an HSM or a KMS offers."""

    def __init__(self) -> None:
        self._inside = Ed25519Key(bytes(range(32)))
        self.signed = 0

    @property
    def public_key(self) -> bytes:
        return self._inside.public_key

    def sign(self, message: bytes) -> bytes:
        self.signed += 1
        return self._inside.sign(message)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_key_can_stay_in_a_device(home: Home) -> None:
    device = Device()
    with Installation.open(home.settings, signer=NoteSigner("example.com/log", device)) as here:
        append(here, 3)
        assert verify_ledger(here.database, here.ledger, here.objects).errors == []
    assert device.signed == 4
    assert not (home.settings.home / "keys" / CURRENT).exists()
