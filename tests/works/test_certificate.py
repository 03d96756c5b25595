"""The certificate of a registered work: it shows what its holder chose, says who stamped it, and goes into evidence."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import pytest

from registry.anchoring.stamping import Stamping
from registry.anchoring.time_witness import Stamp, TimeWitness
from registry.errors import NotFound, Unavailable
from registry.evidence.build import CERTIFICATES
from registry.evidence.certificate.signing_identity import FILE_NAME, own_identity
from registry.evidence.certificate.words import LANGUAGES, words
from registry.imaging.reader import PictureReader
from registry.installation import Installation
from registry.settings import Settings
from registry.verify.container import Container
from registry.verify.custody import parse_custody_record
from registry.verify.evidence_form import is_known
from registry.verify.file import verify_file
from registry.works.amend import amend
from registry.works.certificate import get_certificate
from registry.works.end import erase
from registry.works.evidence import get_evidence
from registry.works.evidence_material import Selection
from registry.works.register import register
from registry.works.schemas import AmendmentInput, Draft, Registered
from tests.anchoring.authority import Authority
from tests.deterministic import SeededRandomness, SteppingClock
from tests.evidence.pdf_tools import picture_of, signatures_of, text_of
from tests.works.test_register import CLAIM, caller, upload

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Stamper:
    """A witness of time that is an authority on this machine; None: one that does not answer."""

    name: str
    authority: Authority | None

    def stamp(self, text: bytes) -> Stamp:
        if self.authority is None:
            raise Unavailable("authority_refused", "It answered nothing.", hint="It is asked again.")
        return Stamp(self.authority.token(text), self.authority.root.read_bytes(), 0)


@pytest.fixture
def work(installation: Installation) -> Registered:
    return register(installation, caller(installation), upload(), CLAIM)


def witnessed_by(installation: Installation, witnesses: Sequence[TimeWitness]) -> None:
    installation._stamping = Stamping(installation.database, installation.ledger, witnesses)


def pictures_in(document: bytes) -> int:
    return document.count(b"/Subtype /Image") + document.count(b"/Subtype/Image")


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_the_work_and_shows_its_picture_and_its_signature_is_valid(
    installation: Installation, work: Registered, language: str
) -> None:
    made = get_certificate(installation, work.work_id, language)
    said = text_of(made)
    assert all(value in said for value in ("Harbour", "Studio", work.work_id, work.sha256 or "?"))
    assert pictures_in(made) == 1
    assert "Signature is Valid" in signatures_of(made)
    assert installation.signing_identity.fingerprint.hex() in said


def test_it_tells_no_more_than_its_holder_chose(installation: Installation, work: Registered) -> None:
    made = get_certificate(installation, work.work_id, "en", selection=Selection.parse("creator"))
    assert pictures_in(made) == 0
    assert "Studio" in text_of(made)
    assert "Harbour" not in text_of(made)
    assert work.sha256 is not None
    assert work.sha256 not in text_of(made)
    assert pictures_in(get_certificate(installation, work.work_id, "en", selection=Selection(original=False))) == 0


def test_a_commitment_alone_can_be_certified(installation: Installation, work: Registered) -> None:
    said = text_of(get_certificate(installation, work.work_id, "en", selection=Selection.parse("none")))
    assert squeezed(words("en")("proven.commitment", index=work.index)) in said


def test_of_a_version_with_drafts_alone_there_is_no_picture(installation: Installation, work: Registered) -> None:
    index = amend(installation, work.work_id, AmendmentInput(drafts=[Draft(sha256="9f" * 32)])).index
    made = get_certificate(installation, work.work_id, "zh", index=index)
    assert pictures_in(made) == 0
    assert squeezed(words("zh")("untitled")) in text_of(made)


def test_another_account_and_an_erased_work_get_none(installation: Installation, work: Registered) -> None:
    with pytest.raises(NotFound):
        get_certificate(installation, work.work_id, "en", account_id="acc_other")
    erase(installation, work.work_id)
    with pytest.raises(NotFound) as refused:
        get_certificate(installation, work.work_id, "en")
    assert refused.value.code == "work_erased"


def test_the_first_authority_that_answers_stamps_it_and_is_named(
    installation: Installation, work: Registered, authority: Authority
) -> None:
    witnessed_by(installation, [Stamper("silent", None), Stamper("local", authority)])
    said = text_of(get_certificate(installation, work.work_id, "en"))
    assert squeezed(words("en")("verify.stamped", authority="local")) in said


def test_where_no_authority_answers_it_says_so(installation: Installation, work: Registered) -> None:
    witnessed_by(installation, [Stamper("silent", None)])
    made = get_certificate(installation, work.work_id, "en")
    assert squeezed(words("en")("verify.unanswered")) in text_of(made)
    assert "Signature is Valid" in signatures_of(made)


def test_with_a_public_address_its_code_leads_to_the_page_that_verifies(
    database_url: str, tmp_path: Path, picture_reader: PictureReader
) -> None:
    settings = Settings.load(home=tmp_path / "home", database_url=database_url, public_url="https://registry.example")
    with Installation.open(settings, clock=SteppingClock(), pictures=picture_reader) as opened:
        work = register(opened, caller(opened), upload(), CLAIM)
        made = get_certificate(opened, work.work_id, "en")
    assert cv2.QRCodeDetector().detectAndDecode(picture_of(made))[0] == "https://registry.example/verify"


def test_the_operators_own_signer_is_taken_where_the_settings_name_one(
    database_url: str, tmp_path: Path, picture_reader: PictureReader
) -> None:
    own_identity(tmp_path / "given", "Registry Ltd", SteppingClock(), SeededRandomness())
    settings = Settings.load(
        home=tmp_path / "home", database_url=database_url, certificate_signer=tmp_path / "given" / FILE_NAME
    )
    with Installation.open(settings, clock=SteppingClock(), pictures=picture_reader) as opened:
        work = register(opened, caller(opened), upload(), CLAIM)
        made = get_certificate(opened, work.work_id, "en")
    assert "CN=Registry Ltd" in signatures_of(made)
    assert not (tmp_path / "home" / "keys" / FILE_NAME).exists()


def test_an_evidence_file_with_certificates_verifies_and_tells_who_made_them(
    installation: Installation, work: Registered
) -> None:
    content = b"".join(get_evidence(installation, work.work_id, certified=True).chunks())
    report = verify_file(io.BytesIO(content), verifier_key=installation.ledger.verifier_key)
    container = Container(io.BytesIO(content))
    assert report.verdict == "proven"
    assert not any("none of this form" in sentence for sentence in report.not_proven)
    for language, name in CERTIFICATES.items():
        assert is_known(name)
        assert squeezed(words(language)("not_proven.authorship")) in text_of(container.read(name, 1 << 20))
    actions = [event.action for event in parse_custody_record(container.read("data/custody.jsonl", 1 << 20))]
    assert actions[-2:] == [
        "signed certificates of what this file proves",
        "made this evidence file for the holder; registered",
    ]
