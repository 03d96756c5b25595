"""The interval that timestamps in an evidence file prove, and how it is graded."""

import base64
import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from registry.evidence.build import Material, Timestamp
from registry.verify.certificate import Certificate, parse_certificates
from registry.verify.checkpoint import Checkpoint
from registry.verify.commitment import Disclosure, commitment
from registry.verify.entry import NO_PREVIOUS, Entry
from registry.verify.evidence import OPERATORS_CLOCK, verify_evidence
from registry.verify.receipt import Receipt
from registry.verify.report import Report, Result
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash
from tests.anchoring.authority import Authority
from tests.evidence.made_evidence import MATERIAL, evidence, failed, files_of, stamped, with_manifests_anew
from tests.verify.made_receipt import KEY, SIGNER

FOLDER = "data/anchors/rfc3161/local/"


def verified(content: bytes, roots: list[Certificate] | None) -> Report:
    return verify_evidence(io.BytesIO(content), verifier_key=KEY, authority_roots=roots)


def roots_of(authority: Authority) -> list[Certificate]:
    return parse_certificates(authority.root.read_bytes())


def results(report: Report) -> dict[str, Result]:
    return {check.name: check.result for check in report.checks}


def test_under_a_root_that_is_given_the_bound_is_proven(authority: Authority) -> None:
    report = verified(evidence(stamped(authority)), roots_of(authority))
    assert report.verdict == "proven"
    assert results(report)["authority local"] is Result.PROVEN
    assert report.not_after is not None
    assert f"Not after:  {report.not_after}" in report.to_text()


def test_without_a_root_the_token_is_intact_and_bounds_nothing(authority: Authority) -> None:
    report = verified(evidence(stamped(authority)), None)
    assert report.verdict == "proven"
    assert results(report)["timestamp local"] is Result.PROVEN
    assert results(report)["authority local"] is Result.NOT_CHECKED
    assert report.not_after is None
    assert "what was given does not vouch for it" in report.to_text()


def test_under_somebody_elses_root_it_bounds_nothing(authority: Authority, tmp_path: Path) -> None:
    report = verified(evidence(stamped(authority)), roots_of(Authority(tmp_path)))
    assert results(report)["authority local"] is Result.NOT_CHECKED
    assert report.not_after is None


def test_of_several_witnesses_the_earliest_trusted_one_bounds(authority: Authority, tmp_path: Path) -> None:
    files = files_of(stamped(Authority(tmp_path), name="a-stranger")) | files_of(stamped(authority))
    report = verified(with_manifests_anew(files), roots_of(authority))
    trusted = [(one.name, one.trusted) for one in report.witnesses if not one.name.startswith("whole-file")]
    assert trusted == [("a-stranger", False), ("local", True)]
    times = {one.name: one.time for one in report.witnesses}
    assert report.to_json()["not_after"] == report.not_after
    assert times["a-stranger"] <= times["local"]
    assert report.not_after is not None


def another_token(files: dict[str, bytes]) -> None:
    files[FOLDER + "checkpoint.txt"] = files[FOLDER + "checkpoint.txt"].replace(b"example.com/log", b"example.org/log")


def another_proof(files: dict[str, bytes]) -> None:
    files[FOLDER + "entry.tlog-proof"] = files[FOLDER + "entry.tlog-proof"].replace(b"index 3", b"index 2")


def no_token(files: dict[str, bytes]) -> None:
    files[FOLDER + "token.tst"] = b"0\x00"


def no_certificates(files: dict[str, bytes]) -> None:
    files[FOLDER + "chain.pem"] = b"-----BEGIN NOTHING-----\n"


def missing(files: dict[str, bytes]) -> None:
    del files[FOLDER + "checkpoint.txt"]


def a_strange_name(files: dict[str, bytes]) -> None:
    for name in [name for name in files if name.startswith(FOLDER)]:
        files[name.replace("/local/", "/-LOCAL-/")] = files.pop(name)


@pytest.mark.parametrize("change", [another_token, another_proof, no_token, no_certificates, missing, a_strange_name])
def test_manifests_made_anew_do_not_help_a_changed_timestamp(
    authority: Authority, change: Callable[[dict[str, bytes]], None]
) -> None:
    files = files_of(stamped(authority))
    assert failed(verified(with_manifests_anew(files), roots_of(authority))) == {}
    change(files)
    report = verified(with_manifests_anew(files), roots_of(authority))
    assert report.not_after is None
    assert any(name.startswith("timestamp ") for name in failed(report))


def test_the_report_says_that_nobody_asked_for_revocations(authority: Authority) -> None:
    report = verified(evidence(stamped(authority)), roots_of(authority))
    assert any("revoked" in sentence for sentence in report.not_proven)
    assert any("The exact time" in sentence for sentence in report.not_proven)


def test_a_seal_over_the_whole_file_bounds_its_time_too(authority: Authority) -> None:
    content = evidence(replace(MATERIAL, seals=(authority.token, authority.token)))
    report = verified(content, roots_of(authority))
    assert report.verdict == "proven"
    assert [(one.name, one.trusted) for one in report.witnesses] == [("whole-file-001", True), ("whole-file-002", True)]
    assert report.not_after is not None
    assert verified(content, None).not_after is None


@pytest.mark.parametrize("name", ["README.en.txt", "data/custody.jsonl", "bag-info.txt", "data/verifier/verify.pyz"])
def test_a_seal_holds_what_whoever_made_the_file_wrote(authority: Authority, name: str) -> None:
    files = files_of(replace(MATERIAL, seals=(authority.token,)))
    files[name] += b"Another: line\n"
    assert "timestamp whole-file-001" in failed(verified(with_manifests_anew(files), roots_of(authority)))


@pytest.mark.parametrize("name", ["META-INF/timestamp001.tst", "META-INF/ASiCManifest001.xml"])
def test_half_a_seal_is_none(authority: Authority, name: str) -> None:
    files = files_of(replace(MATERIAL, seals=(authority.token,)))
    del files[name]
    assert "timestamp whole-file-001" in failed(verified(with_manifests_anew(files), roots_of(authority)))


def test_a_seal_with_a_number_of_its_own_is_looked_at_too(authority: Authority) -> None:
    files = files_of()
    files["META-INF/ASiCManifest007.xml"] = b"<believe-me/>"
    assert "timestamp whole-file-007" in failed(verified(with_manifests_anew(files), None))


def test_a_file_made_to_keep_its_verifier_busy_is_refused(authority: Authority) -> None:
    files = files_of()
    for number in range(21):
        files[f"META-INF/timestamp{number:03d}.tst"] = b""
    assert "timestamps" in failed(verified(with_manifests_anew(files), None))
    files = files_of()
    for number in range(21):
        files[f"data/anchors/rfc3161/authority-{number}/token.tst"] = b""
    assert "timestamps" in failed(verified(with_manifests_anew(files), None))


def test_the_list_that_is_sealed_is_well_formed_xml_with_every_digest(authority: Authority) -> None:
    files = files_of(replace(MATERIAL, seals=(authority.token,)))
    manifest = ElementTree.fromstring(files["META-INF/ASiCManifest001.xml"])
    asic, ds = "{http://uri.etsi.org/02918/v1.2.1#}", "{http://www.w3.org/2000/09/xmldsig#}"
    reference = manifest.find(f"{asic}SigReference")
    assert reference is not None
    assert reference.get("URI") == "META-INF/timestamp001.tst"
    listed = {
        one.get("URI"): base64.b64decode(one.findtext(f"{ds}DigestValue") or "")
        for one in manifest.findall(f"{asic}DataObjectReference")
    }
    unlisted = {"mimetype", "tagmanifest-sha256.txt", "META-INF/ASiCManifest001.xml", "META-INF/timestamp001.tst"}
    assert listed == {name: hashlib.sha256(content).digest() for name, content in files.items() if name not in unlisted}


def recorded_at(time: int, authority: Authority) -> Material:
    """An entry with this time, alone in its ledger, and a token over that."""
    entry = Entry(0, "register", time, NO_PREVIOUS, "wrk_0", commitment([])).to_bytes()
    text = Checkpoint(SIGNER.verifier_key.name, 1, leaf_hash(entry)).to_text()
    proof = TlogProof(0, (), SIGNER.sign(text)).to_text()
    stamp = Timestamp("local", authority.token(text.encode()), authority.root.read_bytes(), proof)
    receipt = Receipt(entry.decode(), Disclosure((), ()), proof, KEY)
    return replace(MATERIAL, receipt=receipt, original=None, timestamps=(stamp,))


@pytest.mark.parametrize(("time", "told"), [(1_700_000_000_000, False), (4_000_000_000_000, True)])
def test_an_operators_time_after_a_trusted_witness_saw_the_entry_is_told(
    authority: Authority, time: int, told: bool
) -> None:
    report = verified(evidence(recorded_at(time, authority)), roots_of(authority))
    assert report.verdict == "proven"
    assert (OPERATORS_CLOCK in report.not_proven) is told
    assert OPERATORS_CLOCK not in verified(evidence(recorded_at(time, authority)), None).not_proven
