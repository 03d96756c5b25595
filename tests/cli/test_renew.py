"""`registry evidence renew`: the new file stands in the old one's place or elsewhere, or nothing has changed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.anchoring.authority import Authority, answering
from tests.cli.command import run
from tests.evidence.made_evidence import evidence
from tests.evidence.renewed import SHA256_ENDS, renewed

Environment = dict[str, str]


@pytest.fixture
def environment(authority: Authority, tmp_path: Path) -> Iterator[Environment]:
    """Settings that name one authority which does not answer, and one that does."""
    file = tmp_path / "authorities"
    with answering(authority) as url:
        file.write_text(
            f"gone http://127.0.0.1:1/tsr {authority.root}\nlocal {url} {authority.root}\n", encoding="utf-8"
        )
        yield {"REGISTRY_TIMESTAMP_AUTHORITIES": str(file)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "evidence.zip"
    written.write_bytes(evidence())
    return written


def test_the_first_that_answers_renews_and_says_until_when(
    environment: Environment, file: Path, authority: Authority
) -> None:
    first = run("evidence", "renew", file, "--hash", "sha256", "--json", environment=environment)
    assert first.code == 0
    assert (first.line["authority"], first.line["hash"], first.line["timestamps"]) == ("local", "sha256", 1)
    assert first.line["bytes"] == file.stat().st_size
    assert first.line["renew_before"] > first.line["time"]
    again = run("evidence", "renew", file, "--authority", "local", "--json", environment=environment)
    assert (again.line["hash"], again.line["timestamps"]) == ("sha256", 2)
    stronger = run("evidence", "renew", file, "--authority", "local", "--hash", "sha512", environment=environment)
    assert "Renew it again before" in stronger.stderr
    assert first.line["rests_on"] == ["ecdsa", "sha256"]
    assert "this timestamp falls with that" in stronger.stderr
    read = ("verify", file, "--tsa-root", authority.root, "--at", "2049-01-01", "--distrust", SHA256_ENDS, "--json")
    # By then the authority's certificate has expired as well.
    assert run(*read).code == 1
    now = run("verify", file, "--tsa-root", authority.root, "--json")
    assert (now.code, now.line["verdict"]) == (0, "proven")
    assert len(now.line["witnesses"]) == 3


def test_the_old_file_stays_where_another_is_named(environment: Environment, file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    new = tmp_path / "renewed.zip"
    answer = run("evidence", "renew", file, "--authority", "local", "--output", new, "--json", environment=environment)
    assert answer.line["path"] == str(new)
    assert file.read_bytes() == before
    assert run("verify", new, "--json").line["verdict"] == "proven"


def test_where_nobody_answers_nothing_changes(environment: Environment, file: Path) -> None:
    before = file.read_bytes()
    answer = run("evidence", "renew", file, "--authority", "gone", "--json", environment=environment)
    assert (answer.code, answer.error["code"]) == (3, "peer_unreachable")
    assert file.read_bytes() == before


def test_a_file_that_does_not_verify_is_not_renewed(environment: Environment, file: Path) -> None:
    changed = file.read_bytes().replace(b"wrk_3", b"wrk_4")
    file.write_bytes(changed)
    answer = run("evidence", "renew", file, "--json", environment=environment)
    assert (answer.code, answer.error["code"]) == (3, "evidence_does_not_verify")
    assert file.read_bytes() == changed


def test_without_an_authority_there_is_nobody_to_ask(file: Path) -> None:
    answer = run("evidence", "renew", file, "--json")
    assert (answer.code, answer.error["code"]) == (3, "no_time_witness")


@pytest.mark.parametrize("wrong", [("--hash", "md5"), ("--authority", "stranger")])
def test_what_is_not_known_is_wrong_usage(environment: Environment, file: Path, wrong: tuple[str, str]) -> None:
    assert run("evidence", "renew", file, *wrong, environment=environment).code == 2


@pytest.mark.parametrize("wrong", [("--at", "tomorrow"), ("--distrust", "md5=2040-01-01")])
def test_a_date_or_an_algorithm_that_is_none_is_wrong_usage(file: Path, wrong: tuple[str, str]) -> None:
    assert run("verify", file, *wrong).code == 2


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_old_file_and_nothing_beside_it(
    environment: Environment, file: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    before, beside = file.read_bytes(), sorted(file.parent.iterdir())

    def failing(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, failing)
    answer = run("evidence", "renew", file, "--authority", "local", "--json", environment=environment)
    monkeypatch.undo()
    assert (answer.code, answer.error["code"]) == (3, "unwritable_file")
    assert file.read_bytes() == before
    assert sorted(file.parent.iterdir()) == beside


def test_a_file_renewed_too_late_is_said_so(environment: Environment, tmp_path: Path) -> None:
    old = Authority(tmp_path / "old", clock="2015-01-01", days=365)
    file = tmp_path / "evidence.zip"
    file.write_bytes(renewed(evidence(), old, "2015-02-01"))
    text = Path(environment["REGISTRY_TIMESTAMP_AUTHORITIES"])
    text.write_text(text.read_text(encoding="utf-8").replace("gone", f"old http://127.0.0.1:1/tsr {old.root}\ngone"))
    answer = run("evidence", "renew", file, environment=environment)
    assert answer.code == 0
    assert "Too late for evidence-record-1" in answer.stderr
