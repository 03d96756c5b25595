"""Thirty years of an evidence file: certificates expire, SHA-256 is distrusted, and the report says what remains."""

import io

import pytest

from registry.verify.certificate import parse_certificates
from registry.verify.evidence import verify_evidence
from registry.verify.reading import Reading
from registry.verify.report import Report, Result
from tests.anchoring.authority import P256, Authority
from tests.evidence.anchored import anchored, known_blocks
from tests.evidence.made_evidence import evidence, failed
from tests.evidence.renewed import SHA256_ENDS, Years, read, renewed

MADE = "2026-01-02T00:0"


def told(report: Report) -> dict[str, str]:
    """Details by check."""
    return {check.name: check.detail for check in report.checks}


def results(report: Report) -> dict[str, Result]:
    return {check.name: check.result for check in report.checks}


def bound(report: Report) -> str:
    """The bound to the second."""
    assert report.not_after is not None
    return report.not_after


def expired(report: Report) -> list[str]:
    """The sentences on timestamps that nothing renewed in time."""
    return [sentence for sentence in report.not_proven if sentence.startswith("That these timestamps")]


def test_what_is_made_in_2026_is_proven_in_2030_without_a_renewal(years: Years) -> None:
    report = read(years.made, "2030-01-01", years.roots, SHA256_ENDS)
    assert report.verdict == "proven"
    assert bound(report).startswith(MADE)
    assert expired(report) == []


def test_renewed_in_time_it_is_proven_in_2056_as_of_2026(years: Years) -> None:
    report = read(years.tree_renewed, "2056-01-01", years.roots, SHA256_ENDS)
    assert report.verdict == "proven"
    assert bound(report).startswith(MADE)
    assert expired(report) == []
    trusted = {one.name for one in report.witnesses if one.trusted}
    assert trusted == {"local", "whole-file-001", *(f"evidence-record-{number}" for number in (1, 2, 3))}
    assert told(report)["algorithms"].startswith("Renewed in time, by 2026-02-01")


def test_without_a_renewal_an_expired_certificate_is_named(years: Years) -> None:
    report = read(years.made, "2036-06-01", years.roots)
    assert bound(report).startswith(MADE)
    (sentence,) = expired(report)
    assert "local (2035-12-30" in sentence
    assert "whole-file-001 (2035-12-30" in sentence
    assert "expired at 2035-12-30" in told(report)["authority local"]


def test_without_a_renewal_nothing_is_proven_once_sha256_is_distrusted(years: Years) -> None:
    report = read(years.made, "2056-01-01", years.roots, SHA256_ENDS)
    assert report.verdict == "failed"
    sentence = "SHA-256 was distrusted from 2048-01-01T00:00:00.000Z, and nothing that holds renewed this file before"
    assert failed(report) == {"algorithms": f"{sentence}: UNPROVEN."}
    assert report.not_after is None
    assert told(report)["authority local"].startswith("UNPROVEN: SHA-256 was distrusted")


def test_renewed_by_the_same_digest_alone_it_falls_with_that(years: Years) -> None:
    for content in (years.recorded, years.timestamp_renewed):
        report = read(content, "2056-01-01", years.roots, SHA256_ENDS)
        assert failed(report).keys() == {"algorithms"}
        assert report.not_after is None


def test_a_hash_tree_renewed_too_late_says_so(years: Years) -> None:
    content = renewed(years.timestamp_renewed, years.third, "2049-01-01", "sha512")
    report = read(content, "2056-01-01", years.roots, SHA256_ENDS)
    assert "nothing that holds renewed this file before" in failed(report)["algorithms"]
    # What it still shows: that all this was there in 2049, when whoever had broken SHA-256 could have made it.
    assert bound(report).startswith("2049-01-01")


def test_a_timestamp_renewed_too_late_is_not_counted(years: Years) -> None:
    content = renewed(years.recorded, years.second, "2036-06-01")
    report = read(content, "2040-01-01", years.roots)
    assert report.verdict == "proven"
    checks = results(report)
    assert checks["timestamp evidence-record-1"] is Result.PROVEN
    assert checks["authority evidence-record-1"] is Result.NOT_CHECKED
    assert told(report)["authority evidence-record-1"].startswith("UNPROVEN: a certificate of it expired at 2035-12-30")
    assert checks["authority evidence-record-2"] is Result.PROVEN
    assert "local (2035-12-30" in expired(report)[0]


def test_a_renewal_in_time_is_what_a_timestamp_in_the_file_is_judged_at(years: Years) -> None:
    report = read(years.timestamp_renewed, "2040-01-01", years.roots)
    assert expired(report) == []
    assert told(report)["authority local"].endswith("over 2 certificates.")


def test_a_record_whose_last_timestamp_expired_renews_nothing(years: Years) -> None:
    report = read(years.timestamp_renewed, "2056-01-01", years.roots)
    assert results(report)["authority evidence-record-2"] is Result.NOT_CHECKED
    assert len(expired(report)) == 1


def test_a_renewal_by_an_authority_that_nobody_vouches_for_renews_nothing(years: Years) -> None:
    report = read(years.tree_renewed, "2056-01-01", years.roots[:2], SHA256_ENDS)
    assert failed(report).keys() == {"algorithms"}
    assert results(report)["authority evidence-record-3"] is Result.NOT_CHECKED


@pytest.mark.parametrize(
    ("algorithm", "holds"), [("rsa", True), ("ecdsa", False), ("ed25519", True), ("sha384", True), ("sha512", False)]
)
def test_any_algorithm_may_be_distrusted(years: Years, algorithm: str, *, holds: bool) -> None:
    """The last timestamp, of 2045, has ECDSA and SHA-512; the one before RSA; and the ledger signs with Ed25519."""
    report = read(years.tree_renewed, "2056-01-01", years.roots, f"{algorithm}=2050-01-01")
    assert report.verdict == "proven"
    trusted = {one.name for one in report.witnesses if one.trusted and one.name.startswith("evidence-record")}
    assert len(trusted) == (3 if holds else 0)


def test_a_signature_of_the_ledger_falls_with_its_algorithm_unless_renewed(years: Years) -> None:
    distrusted = "ed25519=2040-01-01"
    assert "Ed25519 was distrusted" in failed(read(years.made, "2041-01-01", years.roots, distrusted))["algorithms"]
    assert read(years.timestamp_renewed, "2041-01-01", years.roots, distrusted).verdict == "proven"


def test_a_chains_bound_falls_with_the_digest_that_leads_to_it() -> None:
    content = evidence(anchored())
    for at, bounds in (("2047-12-31", True), ("2048-01-01", False)):
        reading = Reading.of(at, [SHA256_ENDS])
        report = verify_evidence(io.BytesIO(content), known_blocks=known_blocks(), reading=reading)
        assert (report.verdict == "proven") is bounds
        assert (report.not_after is not None) is bounds
        assert (report.not_before is not None) is bounds


def test_a_chains_bound_falls_with_its_own_digest_and_the_file_does_not() -> None:
    content, reading = evidence(anchored()), Reading.of("2048-01-01", ["keccak256=2048-01-01"])
    report = verify_evidence(io.BytesIO(content), known_blocks=known_blocks(), reading=reading)
    assert report.verdict == "proven"
    assert (report.not_before, report.not_after) == (None, None)
    assert told(report)["chains"].startswith("UNPROVEN: Keccak-256 was distrusted from 2048-01-01")


def test_of_several_roots_of_one_name_each_is_tried(years: Years, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("namesakes")
    namesakes = [Authority(folder / str(number), P256, called="First") for number in range(4)]
    roots = [parse_certificates(one.root.read_bytes())[0] for one in namesakes]
    report = read(years.recorded, "2030-01-01", [*roots, *years.roots])
    assert results(report)["authority evidence-record-1"] is Result.PROVEN


def test_what_is_distrusted_later_than_the_file_is_read_takes_nothing_away(years: Years) -> None:
    report = read(years.recorded, "2030-01-01", None, SHA256_ENDS)
    assert report.verdict == "proven"
    assert told(report)["algorithms"] == "What the file rests on was trusted when it was read."


def test_two_chains_may_follow_each_other_and_be_renewed_again(
    years: Years, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fourth = Authority(tmp_path_factory.mktemp("fourth"), P256, clock="2055-01-01", called="Fourth")
    content = renewed(years.tree_renewed, fourth, "2056-01-01")
    report = read(content, "2066-01-01", years.roots, SHA256_ENDS)
    assert failed(report).keys() == {"algorithms"}
    report = read(content, "2057-01-01", years.roots, SHA256_ENDS)
    assert report.verdict == "proven"
