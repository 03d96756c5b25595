"""Timestamp tokens as OpenSSL makes them: each key, digest and form is verified; each change is found out."""

import hashlib
import random
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from registry.verify.certificate import Certificate, parse_certificates, path_to_root, pem
from registry.verify.errors import Contradiction, Malformed, VerificationError
from registry.verify.timestamp import Timestamp
from tests.anchoring.authority import P256, P384, RSA, Authority

MESSAGE = b"example.com/log\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n"
MICROSECONDS = 1_000_000
REAL = Path(__file__).parent / "timestamps"
Make = Callable[..., Authority]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes authorities, each kind once."""
    known: dict[str, Authority] = {}

    def make(**options: object) -> Authority:
        return known.setdefault(repr(options), Authority(tmp_path_factory.mktemp("authority"), **options))  # type: ignore[arg-type]

    return make


def certificates(file: Path) -> list[Certificate]:
    return parse_certificates(file.read_bytes())


@pytest.mark.parametrize("key", [RSA, P256, P384], ids=["rsa", "p256", "p384"])
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_tokens_of_every_usual_key_and_digest_lead_to_their_root(made: Make, key: tuple[str, ...], digest: str) -> None:
    authority = made(key=key, digest=digest)
    token = Timestamp.parse(authority.token(MESSAGE, f"-{digest}", "-cert"))
    token.check_of(MESSAGE)
    path = token.path((), certificates(authority.root))
    assert path is not None
    assert [one.encoded for one in path[1:]] == [one.encoded for one in certificates(authority.root)]


def test_its_time_is_told_with_its_accuracy(made: Make) -> None:
    before = time.time()
    token = Timestamp.parse(made().token(MESSAGE))
    assert token.accuracy == 1_500_100
    assert before - 1 <= token.time / MICROSECONDS <= time.time() + 1
    assert token.latest == -(-(token.time + token.accuracy) // 1000)


def test_a_certificate_named_by_sha1_as_older_authorities_do_is_found(made: Make) -> None:
    authority = made(identified_by="sha1")
    assert Timestamp.parse(authority.token(MESSAGE)).path((), certificates(authority.root)) is not None


def test_a_token_without_certificates_needs_them_from_elsewhere(made: Make) -> None:
    authority = made()
    token = Timestamp.parse(authority.token(MESSAGE, "-sha256"))
    with pytest.raises(Malformed, match="not at hand"):
        token.check_signature()
    assert token.path(certificates(authority.folder / "tsa.pem"), certificates(authority.root)) is not None


def test_a_token_of_something_else_is_refused(made: Make) -> None:
    with pytest.raises(Contradiction, match="something else"):
        Timestamp.parse(made().token(MESSAGE)).check_of(MESSAGE + b"\n")


@pytest.mark.parametrize(
    ("name", "root", "seconds"),
    [
        ("identrust.tst", "identrust-root.der", 1_741_683_128),
        ("sigstore-staging.tst", "sigstore-staging-root.pem", 1_746_791_935),
    ],
)
def test_tokens_of_authorities_in_the_world_lead_to_their_roots(name: str, root: str, seconds: int) -> None:
    """RSA with an intermediate, and ECDSA on P-384, both over "hello"; from the tests of rfc3161-client."""
    token = Timestamp.parse((REAL / name).read_bytes())
    token.check_of(b"hello")
    assert token.time == seconds * MICROSECONDS
    assert token.path((), certificates(REAL / root)) is not None


def test_a_root_that_is_given_may_be_too_old_to_say_that_it_is_one(made: Make) -> None:
    """Certificates of version 1 have no extensions; some roots in trust lists are of that kind."""
    authority = made()
    old = replace(certificates(authority.root)[0], extensions={})
    token = Timestamp.parse(authority.token(MESSAGE))
    assert token.path((), [old]) is not None
    with pytest.raises(Malformed, match="not one of an issuer"):
        token.path([old], ())


def test_another_root_of_the_same_name_is_not_its_root(made: Make, tmp_path: Path) -> None:
    token = Timestamp.parse(made().token(MESSAGE))
    assert token.path((), certificates(Authority(tmp_path).root)) is None


def test_a_certificate_for_other_purposes_too_makes_no_timestamps(made: Make) -> None:
    authority = made()
    with pytest.raises(Malformed, match="timestamps alone"):
        certificates(authority.root)[0].check_for_timestamps()


def test_what_was_not_valid_at_the_time_leads_nowhere(made: Make) -> None:
    authority = made()
    (leaf,), roots = certificates(authority.folder / "tsa.pem"), certificates(authority.root)
    for moment in (leaf.not_before - 1, leaf.not_after + 1):
        with pytest.raises(Contradiction, match="not valid"):
            path_to_root(leaf, (), roots, moment)
    assert path_to_root(leaf, (), roots, min(leaf.not_after, roots[0].not_after)) is not None


def test_a_certificate_that_is_none_of_an_issuer_issues_nothing(made: Make) -> None:
    with pytest.raises(Malformed, match="not one of an issuer"):
        certificates(made().folder / "tsa.pem")[0].check_may_issue(0)


def test_certificates_are_written_as_they_are_read(made: Make) -> None:
    content = made().root.read_bytes()
    assert pem(parse_certificates(content)) == content


def test_what_of_a_token_is_signed_cannot_be_changed(made: Make) -> None:
    """Every byte of the timestamp, the signed attributes and the signature; a change makes it another or none."""
    authority = made(key=P256)
    encoded = authority.token(MESSAGE)
    roots = certificates(authority.root)
    info = encoded.index(hashlib.sha256(MESSAGE).digest())
    attributes = encoded.rindex(bytes.fromhex("06092a864886f70d010904"))
    places = [*range(info - 30, info + 80), *range(attributes - 20, len(encoded))]
    for place in places:
        changed = encoded[:place] + bytes([encoded[place] ^ 1]) + encoded[place + 1 :]
        assert unusable(changed, roots), place


def test_whatever_is_changed_the_parser_only_refuses(made: Make) -> None:
    encoded = made(key=P256).token(MESSAGE)
    source = random.Random(7)
    for _ in range(300):
        place = source.randrange(len(encoded))
        changed = bytearray(encoded)
        changed[place] = source.randrange(256)
        unusable(bytes(changed[: source.choice([len(changed), place])]), ())


def test_nothing_is_accepted_that_openssl_refuses(made: Make, tmp_path: Path) -> None:
    """Of changed tokens, those few that still verify here: what no signature covers, such as a version number."""
    authority = made(key=P256)
    encoded = authority.token(MESSAGE)
    roots = certificates(authority.root)
    source = random.Random(11)
    (tmp_path / "message").write_bytes(MESSAGE)
    tried = 0
    for place in source.sample(range(len(encoded)), 200):
        changed = encoded[:place] + bytes([encoded[place] ^ 1 << source.randrange(8)]) + encoded[place + 1 :]
        if unusable(changed, roots):
            continue
        tried += 1
        (tmp_path / "token").write_bytes(changed)
        verify = ("openssl", "ts", "-verify", "-token_in", "-in", "token", "-data", "message", "-CAfile")
        done = subprocess.run([*verify, str(authority.root)], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, place
    assert tried < 20


def unusable(encoded: bytes, roots: object) -> bool:
    """Whether no path leads from the token to a root, for one reason or another."""
    try:
        token = Timestamp.parse(encoded)
        token.check_of(MESSAGE)
        return token.path((), roots) is None  # type: ignore[arg-type]
    except VerificationError:
        return True
