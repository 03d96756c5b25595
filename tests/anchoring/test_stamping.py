"""Checkpoints stamped by a real timestamp authority, kept, and put into evidence files."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path

import pytest

from registry import errors
from registry.anchoring.authorities_file import authorities_of
from registry.anchoring.stamping import Stamping
from registry.anchoring.stored import earliest_over, newest
from registry.anchoring.time_witness import Stamp
from registry.anchoring.timestamp_authority import TimestampAuthority
from registry.installation import Installation
from registry.settings import Settings
from registry.verify.certificate import parse_certificates
from registry.verify.file import verify_file
from registry.works.evidence import get_evidence
from registry.works.register import register
from tests.anchoring.authority import Authority, answering
from tests.api.appended import append
from tests.works.test_register import CLAIM, caller, upload


def asked(authority: Authority, url: str, name: str = "local") -> TimestampAuthority:
    return TimestampAuthority(name, url, parse_certificates(authority.root.read_bytes()))


@pytest.fixture
def local(authority: Authority) -> Iterator[TimestampAuthority]:
    with answering(authority) as url:
        yield asked(authority, url)


def stamping(installation: Installation, *witnesses: TimestampAuthority) -> Stamping:
    return Stamping(installation.database, installation.ledger, witnesses)


def test_the_newest_checkpoint_is_stamped_once_by_each(installation: Installation, local: TimestampAuthority) -> None:
    append(installation, 3)
    rounds = stamping(installation, local)
    (first,) = rounds.round()
    assert (first.witness, first.size, first.new, first.error) == ("local", 3, True, None)
    (again,) = rounds.round()
    assert (again.new, again.time) == (False, first.time)
    append(installation, 1)
    assert rounds.round()[0].size == 4
    with installation.database.read() as session:
        assert [stamp.checkpoint_size for stamp in newest(session)] == [4]


def test_an_entry_is_proven_by_the_first_stamp_after_it(installation: Installation, local: TimestampAuthority) -> None:
    rounds = stamping(installation, local)
    for _ in range(3):
        append(installation, 2)
        rounds.round()
    with installation.database.read() as session:
        sizes = [[stamp.checkpoint_size for stamp in earliest_over(session, index)] for index in range(7)]
    assert sizes == [[2], [2], [4], [4], [6], [6], []]


def test_an_empty_ledger_is_not_stamped(installation: Installation, local: TimestampAuthority) -> None:
    assert stamping(installation, local).round() == []


def test_the_evidence_file_carries_the_stamp_and_its_bound_holds_under_the_root_that_is_given(
    installation: Installation, local: TimestampAuthority, authority: Authority
) -> None:
    work = register(installation, caller(installation), upload(), CLAIM)
    stamping(installation, local).round()
    append(installation, 5)
    content = b"".join(get_evidence(installation, work.work_id).chunks())
    roots = parse_certificates(authority.root.read_bytes())
    report = verify_file(BytesIO(content), verifier_key=installation.ledger.verifier_key, authority_roots=roots)
    assert report.verdict == "proven"
    (witness,) = report.witnesses
    assert (witness.kind, witness.name, witness.trusted) == ("rfc3161", "local", True)
    assert report.not_after is not None
    assert datetime.fromisoformat(report.not_after).tzinfo == UTC
    without = verify_file(BytesIO(content), verifier_key=installation.ledger.verifier_key)
    assert (without.verdict, without.not_after) == ("proven", None)
    assert [one.trusted for one in without.witnesses] == [False]


def test_one_authority_that_does_not_answer_does_not_keep_the_others_back(
    installation: Installation, local: TimestampAuthority, authority: Authority
) -> None:
    append(installation, 1)
    silent = asked(authority, "http://127.0.0.1:1", "silent")
    outcomes = stamping(installation, silent, local).round()
    assert [(one.witness, one.error and one.error.code) for one in outcomes] == [
        ("silent", "peer_unreachable"),
        ("local", None),
    ]


def test_of_two_stamps_asked_for_at_once_one_is_kept(installation: Installation) -> None:
    append(installation, 1)

    class Eager:
        """A witness that has been asked by another process meanwhile."""

        name = "eager"
        inner: Stamping

        def stamp(self, text: bytes) -> Stamp:
            if self.inner.witnesses:
                inner, self.inner = self.inner, Stamping(installation.database, installation.ledger, ())
                inner.round()
            return Stamp(text, b"", time=len(text))

    eager = Eager()
    eager.inner = Stamping(installation.database, installation.ledger, [eager])
    (outcome,) = Stamping(installation.database, installation.ledger, [eager]).round()
    assert outcome.error is None
    with installation.database.read() as session:
        assert len(newest(session)) == 1


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_schedule_stamps_while_the_service_runs(installation: Installation) -> None:
    append(installation, 1)
    seen = threading.Event()

    class Watching:
        name = "watching"

        def stamp(self, text: bytes) -> Stamp:
            seen.set()
            return Stamp(text, b"", time=1)

    with Stamping(installation.database, installation.ledger, [Watching()]).rounds(3600):
        assert seen.wait(20)


class Answering:
    """A server that answers every request with the same body."""

    def __init__(self, status: int, body: bytes) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None: ...

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Answering":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (503, b"", "authority_refused"),
        (200, b"", "timestamp_unusable"),
        (200, b"<html>welcome</html>", "timestamp_unusable"),
        # PKIStatusInfo { rejection(2) } and nothing else (RFC 3161, section 2.4.2)
        (200, bytes.fromhex("30053003020102"), "authority_refused"),
        (200, bytes(2_000_000), "peer_answer"),
    ],
)
def test_an_answer_that_is_no_timestamp_is_refused(authority: Authority, status: int, body: bytes, code: str) -> None:
    with Answering(status, body) as server, pytest.raises(errors.RegistryError) as refused:
        asked(authority, server.url).stamp(b"text")
    assert refused.value.code == code


def test_a_response_to_another_request_is_refused(authority: Authority) -> None:
    """The same text, but not our nonce: a replayed response would bear an older time."""
    (authority.folder / "message").write_bytes(b"text")
    authority.token(b"text")
    response = (authority.folder / "query").read_bytes()
    with Answering(200, authority.reply(response)) as server, pytest.raises(errors.Broken) as refused:
        asked(authority, server.url).stamp(b"text")
    assert refused.value.code == "timestamp_unusable"
    assert "another request" in refused.value.message


def test_an_authority_that_nobody_configured_vouches_for_is_refused(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    with answering(other) as url, pytest.raises(errors.Broken) as refused:
        asked(authority, url).stamp(b"text")
    assert "none of the roots" in refused.value.message


def settings(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "authorities"
    file.write_text(text, encoding="utf-8")
    return Settings.load(home=tmp_path, timestamp_authorities=file)


def test_the_file_of_authorities_is_read_with_roots_beside_it(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(authority.root.read_bytes())
    text = "# ours\n\none http://127.0.0.1:1/tsr root.pem\ntwo\thttps://two.example  root.pem\n"
    assert [one.name for one in authorities_of(settings(tmp_path, text))] == ["one", "two"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nobody\n",
        "one https://one.example\n",
        "one https://one.example absent.pem\n",
        "One https://one.example root.pem\n",
        "../one https://one.example root.pem\n",
        "one ftp://one.example root.pem\n",
        "one https://one.example root.pem\none https://two.example root.pem\n",
        "one https://one.example authorities\n",
    ],
)
def test_a_file_of_authorities_that_makes_no_sense_is_refused(authority: Authority, tmp_path: Path, text: str) -> None:
    (tmp_path / "root.pem").write_bytes(authority.root.read_bytes())
    with pytest.raises(errors.Refused) as refused:
        authorities_of(settings(tmp_path, text))
    assert refused.value.code == "timestamp_authorities"


def test_without_the_setting_there_is_nobody_to_ask(tmp_path: Path) -> None:
    assert authorities_of(Settings.load(home=tmp_path)) == ()
