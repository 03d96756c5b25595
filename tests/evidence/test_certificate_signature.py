"""The certificate's signature: other people's tools accept it, find a changed byte, and verify its timestamp."""

import asyncio
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from registry.errors import Broken, Refused, Unavailable
from registry.evidence.certificate.document import Signing, document
from registry.evidence.certificate.signature import signed
from registry.evidence.certificate.signing_identity import (
    FILE_NAME,
    Key,
    SigningIdentity,
    given_identity,
    own_identity,
)
from registry.evidence.certificate.statement import stated
from registry.verify.timestamp import Timestamp
from tests.anchoring.authority import Authority
from tests.deterministic import SeededRandomness, SteppingClock
from tests.evidence.made_evidence import MATERIAL
from tests.evidence.pdf_tools import signatures_of

VALID = "Signature is Valid"
WHOLE = "Total document signed"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
CLOCK = SteppingClock(int((BEGAN + DAY).timestamp() * 1000))


def own(folder: Path, origin: str = "example.com/log") -> SigningIdentity:
    return own_identity(folder / "keys", origin, SteppingClock(), SeededRandomness())


@pytest.fixture
def identity(tmp_path: Path) -> SigningIdentity:
    return own(tmp_path)


@pytest.fixture(scope="module")
def page() -> bytes:
    return document(stated(MATERIAL), "zh", Signing("CN=example.com/log", bytes(32)))


def signed_data(document: bytes) -> cms.SignedData:
    """The signature (RFC 5652), from the zeros that fill its place up."""
    start = document.rindex(b"/Contents <") + len(b"/Contents <")
    encoded = bytes.fromhex(document[start : document.index(b">", start)].decode())
    return cms.ContentInfo.load(encoded)["content"]


def certificate_of(name: str, key: Key, issuer: str, issuer_key: Key) -> x509.Certificate:
    def named(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(BEGAN)
        .not_valid_after(BEGAN + 3650 * DAY)
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def private(key: Key, password: bytes | None = None) -> bytes:
    encryption = serialization.NoEncryption() if password is None else serialization.BestAvailableEncryption(password)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def public(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def written(folder: Path, content: bytes) -> Path:
    file = folder / "signer.pem"
    file.touch(0o600)
    file.write_bytes(content)
    return file


def test_pdfsig_finds_the_whole_document_signed_and_the_signature_valid(identity: SigningIdentity, page: bytes) -> None:
    said = signatures_of(signed(page, identity, None))
    assert VALID in said
    assert WHOLE in said
    assert "ETSI.CAdES.detached" in said
    assert "CN=example.com/log" in said


def test_it_is_signed_also_where_an_event_loop_runs(identity: SigningIdentity, page: bytes) -> None:
    async def sign() -> bytes:
        return signed(page, identity, None)

    assert VALID in signatures_of(asyncio.run(sign()))


def test_the_document_stands_in_front_of_its_signature_unchanged(identity: SigningIdentity, page: bytes) -> None:
    assert signed(page, identity, None).startswith(page)


def test_a_changed_byte_anywhere_makes_the_signature_invalid(identity: SigningIdentity, page: bytes) -> None:
    made = signed(page, identity, None)
    contents = made.rindex(b"/Contents <")
    signature = signed_data(made)["signer_infos"][0]["signature"].native
    in_the_signature = made.lower().index(signature.hex().encode()) + 20
    # In a stream, in the update behind the document, in the name of the signature's form, and in the signature itself.
    for place in (len(page) // 2, len(page) + 10, contents - 5, in_the_signature):
        changed = bytearray(made)
        changed[place] ^= 0x01
        assert VALID not in signatures_of(bytes(changed)), place


def test_what_is_added_behind_is_not_covered_and_pdfsig_says_so(identity: SigningIdentity, page: bytes) -> None:
    assert WHOLE not in signatures_of(signed(page, identity, None) + b"\n% something more\n")


def test_with_an_authority_the_signature_is_stamped_and_openssl_verifies_the_stamp(
    identity: SigningIdentity, page: bytes, authority: Authority, tmp_path: Path
) -> None:
    made = signed(page, identity, authority.token)
    assert VALID in signatures_of(made)
    signer = signed_data(made)["signer_infos"][0]
    (stamp,) = [one for one in signer["unsigned_attrs"] if one["type"].native == "signature_time_stamp_token"]
    token, signature = stamp["values"][0].dump(), signer["signature"].native
    Timestamp.parse(token).check_of(signature)
    (tmp_path / "token").write_bytes(token)
    (tmp_path / "signature").write_bytes(signature)
    command = ["openssl", "ts", "-verify", "-token_in", "-in", "token", "-data", "signature"]
    subprocess.run([*command, "-CAfile", str(authority.root)], cwd=tmp_path, check=True, capture_output=True)


def test_what_an_authority_raises_is_raised(identity: SigningIdentity, page: bytes) -> None:
    def seal(_: bytes) -> bytes:
        raise Unavailable("authority_refused", "It answered nothing.", hint="Ask again.")

    with pytest.raises(Unavailable):
        signed(page, identity, seal)


def test_without_an_authority_there_is_no_stamp_and_the_signature_names_no_time(
    identity: SigningIdentity, page: bytes
) -> None:
    signer = signed_data(signed(page, identity, None))["signer_infos"][0]
    assert signer["unsigned_attrs"].native is None
    assert {one["type"].native for one in signer["signed_attrs"]} >= {"message_digest", "signing_certificate_v2"}
    assert "signing_time" not in {one["type"].native for one in signer["signed_attrs"]}


def test_an_identity_is_made_once_for_its_owner_alone_and_names_the_ledger(tmp_path: Path) -> None:
    first, again = own(tmp_path), own(tmp_path, "another.example/log")
    assert first.chain == again.chain
    assert first.subject == "CN=example.com/log"
    assert (tmp_path / "keys" / FILE_NAME).stat().st_mode & 0o777 == 0o600
    certificate = first.chain[0]
    assert certificate.issuer == certificate.subject
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert certificate.not_valid_after_utc.year == 9999


def test_a_long_origin_stands_in_the_certificate_as_a_whole(tmp_path: Path) -> None:
    origin = f"{'a' * 60}.example/{'log' * 20}"
    assert own(tmp_path, origin).subject.startswith(f"description={origin},CN={origin[:64]}")


def test_an_identity_that_others_may_read_is_refused(tmp_path: Path) -> None:
    own(tmp_path)
    (tmp_path / "keys" / FILE_NAME).chmod(0o640)
    with pytest.raises(Broken) as broken:
        own(tmp_path)
    assert broken.value.code == "secret_exposed"


def test_an_identity_that_was_damaged_is_named(tmp_path: Path) -> None:
    own(tmp_path)
    file = tmp_path / "keys" / FILE_NAME
    file.write_text(file.read_text().replace("BEGIN CERTIFICATE", "BEGIN NOTHING"))
    with pytest.raises(Broken) as broken:
        own(tmp_path)
    assert broken.value.code == "secret_malformed"


def test_a_key_and_chain_of_an_authority_take_its_place(tmp_path: Path, page: bytes) -> None:
    root_key = rsa.generate_private_key(65537, 2048)
    root = certificate_of("Root", root_key, "Root", root_key)
    keys: list[Key] = [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)]
    for key in keys:
        leaf = certificate_of("Registry Ltd", key, "Root", root_key)
        identity = given_identity(written(tmp_path, private(key) + public(leaf, root)), CLOCK)
        made = signed(page, identity, None)
        said = signatures_of(made)
        assert VALID in said
        assert "CN=Registry Ltd" in said
        assert len(signed_data(made)["certificates"]) == 2


def _under_a_password(key: Key, leaf: x509.Certificate) -> bytes:
    return private(key, b"secret") + public(leaf)


def _of_another_key(_: Key, leaf: x509.Certificate) -> bytes:
    return private(ec.generate_private_key(ec.SECP256R1())) + public(leaf)


def _without_certificate(key: Key, _: x509.Certificate) -> bytes:
    return private(key)


def _with_a_stranger(key: Key, leaf: x509.Certificate) -> bytes:
    other = ec.generate_private_key(ec.SECP256R1())
    return private(key) + public(leaf, certificate_of("Other", other, "Other", other))


def _on_another_curve(_: Key, __: x509.Certificate) -> bytes:
    key = ec.generate_private_key(ec.SECP256K1())
    return private(key) + public(certificate_of("Weak", key, "Weak", key))


def _too_long(key: Key, leaf: x509.Certificate) -> bytes:
    return private(key) + public(leaf) * 200


def _no_pem(_: Key, __: x509.Certificate) -> bytes:
    return "Schlüssel".encode()


@pytest.mark.parametrize(
    "content",
    [_under_a_password, _of_another_key, _without_certificate, _with_a_stranger, _on_another_curve, _too_long, _no_pem],
)
def test_what_an_operator_gives_is_refused_unless_it_can_sign(
    tmp_path: Path, content: Callable[[Key, x509.Certificate], bytes]
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    file = written(tmp_path, content(key, certificate_of("Registry Ltd", key, "Registry Ltd", key)))
    with pytest.raises(Refused) as refused:
        given_identity(file, CLOCK)
    assert refused.value.code == "certificate_signer"
    assert str(file) in refused.value.message


@pytest.mark.parametrize("days", [-1, 3651])
def test_a_certificate_that_has_ended_or_not_begun_is_refused(tmp_path: Path, days: int) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    file = written(tmp_path, private(key) + public(certificate_of("Registry Ltd", key, "Registry Ltd", key)))
    with pytest.raises(Refused) as refused:
        given_identity(file, SteppingClock(int((BEGAN + days * DAY).timestamp() * 1000)))
    assert "2026-01-01" in refused.value.message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        given_identity(tmp_path / "absent.pem", CLOCK)
    assert refused.value.code == "certificate_signer"
