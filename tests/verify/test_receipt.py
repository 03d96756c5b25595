"""Receipts and their offline verification."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.note_signer import NoteSigner
from registry.verify import canonical_json
from registry.verify.checkpoint import Checkpoint
from registry.verify.commitment import Disclosure
from registry.verify.entry import parse_entry
from registry.verify.errors import Malformed
from registry.verify.receipt import LARGEST_RECEIPT, Receipt, verify_receipt
from registry.verify.report import Report, Result
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash
from tests.verify import rfc6962
from tests.verify.made_receipt import CLAIM, INDEX, KEY, ORIGINAL, SIGNER, SIZE, entries, receipt

WHOLE = receipt(*CLAIM)
CONTENT = WHOLE.to_bytes()


def results(report: Report) -> dict[str, str]:
    return {check.name: check.result.value for check in report.checks}


def failed(report: Report) -> list[str]:
    return [check.name for check in report.checks if check.result is Result.FAILED]


def with_key(**keys: Any) -> bytes:
    return canonical_json.encode(WHOLE.to_json() | keys) + b"\n"


def test_a_receipt_proves_entry_and_original() -> None:
    report = verify_receipt(CONTENT, work=ORIGINAL, verifier_key=KEY)
    assert report.verdict == "proven"
    assert results(report) == dict.fromkeys(
        ["receipt", "entry", "disclosure", "key", "proof", "checkpoint", "inclusion", "original"], "proven"
    )
    assert report.disclosed == CLAIM
    assert report.claimed_time == "2023-11-14T22:13:20.003Z"
    assert (report.not_before, report.not_after) == (None, None)


def test_what_was_not_asked_is_said_to_be_not_checked() -> None:
    report = verify_receipt(CONTENT)
    assert report.verdict == "proven"
    assert {name for name, result in results(report).items() if result == "not checked"} == {"trusted key", "original"}


def test_a_key_from_the_receipt_alone_is_said_to_prove_little() -> None:
    """Anyone can make a log, a key and a receipt that agree with each other."""
    alone, known = verify_receipt(CONTENT), verify_receipt(CONTENT, verifier_key=KEY)
    assert "the receipt itself" in alone.summary
    assert any("Whose key it is" in sentence for sentence in alone.not_proven)
    assert "the key that was given" in known.summary
    assert not any("Whose key it is" in sentence for sentence in known.not_proven)


def test_the_limits_of_the_proof_are_always_said() -> None:
    for content in (CONTENT, b"", b"no receipt"):
        said = " ".join(verify_receipt(content).not_proven)
        for limit in ("time", "Authorship", "What came later", "same ledger"):
            assert limit in said


@pytest.mark.parametrize("names", [(), ("title",), ("file_sha256", "size")])
def test_a_receipt_may_disclose_any_part(names: tuple[str, ...]) -> None:
    report = verify_receipt(receipt(*names).to_bytes(), verifier_key=KEY)
    assert report.verdict == "proven"
    assert set(report.disclosed) == set(names)


def test_another_file_is_not_the_original() -> None:
    report = verify_receipt(CONTENT, work=ORIGINAL + b"\n", verifier_key=KEY)
    assert report.verdict == "failed"
    assert failed(report) == ["original"]


def test_an_original_cannot_be_compared_with_a_digest_that_is_not_shown() -> None:
    report = verify_receipt(receipt("title").to_bytes(), work=ORIGINAL, verifier_key=KEY)
    assert failed(report) == ["original"]
    assert "does not disclose" in report.summary


def test_another_key_than_the_known_one_fails() -> None:
    other = str(NoteSigner("example.com/log", bytes(range(32))).verifier_key)
    report = verify_receipt(CONTENT, verifier_key=other)
    assert report.verdict == "failed"
    assert failed(report) == ["key"]
    assert results(report)["checkpoint"] == results(report)["inclusion"] == "not checked"


def test_a_forged_log_that_names_the_known_key_fails() -> None:
    forger = NoteSigner("example.com/log", bytes(range(32)))
    log = entries()
    forged = replace(
        WHOLE,
        tlog_proof=TlogProof(
            INDEX,
            tuple(rfc6962.path(INDEX, log)),
            forger.sign(Checkpoint("example.com/log", SIZE, rfc6962.root(log)).to_text()),
        ).to_text(),
    )
    assert failed(verify_receipt(forged.to_bytes(), verifier_key=KEY)) == ["checkpoint"]
    itself = replace(forged, verifier_key=str(forger.verifier_key))
    assert verify_receipt(itself.to_bytes()).verdict == "proven"
    assert verify_receipt(itself.to_bytes(), verifier_key=KEY).verdict == "failed"


def test_a_proof_of_another_entry_fails() -> None:
    log = entries()
    proof = TlogProof.parse(WHOLE.tlog_proof)
    other = replace(proof, index=2, hashes=tuple(rfc6962.path(2, log)))
    assert failed(verify_receipt(replace(WHOLE, tlog_proof=other.to_text()).to_bytes())) == ["proof"]


def test_an_entry_that_is_not_in_the_log_fails() -> None:
    entry = parse_entry(WHOLE.entry.encode())
    forged = replace(WHOLE, entry=replace(entry, time=entry.time - 86_400_000).to_bytes().decode())
    assert failed(verify_receipt(forged.to_bytes())) == ["inclusion"]


def test_a_claim_that_was_changed_fails() -> None:
    fields = tuple(
        replace(field, value="Somebody else") if field.name == "creator" else field for field in WHOLE.disclosure.fields
    )
    report = verify_receipt(replace(WHOLE, disclosure=Disclosure(fields, ())).to_bytes(), work=ORIGINAL)
    assert failed(report) == ["disclosure"]
    assert results(report)["original"] == "not checked"
    assert report.disclosed == {}


def test_the_leaf_is_what_the_tree_holds() -> None:
    proof = TlogProof.parse(WHOLE.tlog_proof)
    assert proof.verify(leaf_hash(WHOLE.entry.encode()), SIGNER.verifier_key).size == SIZE


def test_a_receipt_that_was_written_is_read_again() -> None:
    for names in ((), ("title",), tuple(CLAIM)):
        made = receipt(*names)
        assert Receipt.parse(made.to_bytes()) == made


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"\x89PNG\r\n\x1a\n",
        CONTENT.removesuffix(b"\n"),
        CONTENT + b"\n",
        b" " + CONTENT,
        json.dumps(WHOLE.to_json()).encode() + b"\n",
        with_key(v="registry/receipt/v2"),
        with_key(v=1),
        with_key(more=1),
        with_key(entry=None),
        with_key(tlog_proof=1),
        with_key(verifier_key=["x"]),
        with_key(disclosure="x"),
        b"[" * 100_000,
        b"\n" * (LARGEST_RECEIPT + 1),
    ],
)
def test_everything_else_is_no_receipt(content: bytes) -> None:
    with pytest.raises(Malformed):
        Receipt.parse(content)
    report = verify_receipt(content, work=ORIGINAL, verifier_key=KEY)
    assert report.verdict == "failed"
    assert failed(report) == ["receipt"]


def test_a_receipt_with_any_byte_changed_is_not_proven() -> None:
    for place in range(len(CONTENT)):
        changed = bytearray(CONTENT)
        changed[place] ^= 1
        assert verify_receipt(bytes(changed), work=ORIGINAL, verifier_key=KEY).verdict == "failed"


@given(st.data())
def test_whatever_a_receipt_holds_the_verifier_only_reports(data: st.DataObject) -> None:
    value: dict[str, Any] = dict(WHOLE.to_json())
    for key in data.draw(st.sets(st.sampled_from(sorted(value)))):
        value[key] = data.draw(st.text(max_size=20) | st.none() | st.integers(0, 9) | st.lists(st.text(max_size=3)))
    content = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    report = verify_receipt(content + b"\n", work=ORIGINAL, verifier_key=data.draw(st.none() | st.just(KEY)))
    assert report.checks
    json.dumps(report.to_json())
    assert report.to_text()


def test_the_text_for_people_steers_no_terminal() -> None:
    text = verify_receipt(CONTENT, verifier_key=KEY).to_text()
    assert "Ana\u00efs" in text
    assert "Harbour \\u202e" in text
    assert all(line.isprintable() for line in text.split("\n"))


def test_hostile_names_and_keys_do_not_steer_it_either() -> None:
    hostile = "evil\x9b31m\u202e"
    signer = NoteSigner(hostile, bytes(32))
    log = entries()
    proof = TlogProof(
        INDEX, tuple(rfc6962.path(INDEX, log)), signer.sign(Checkpoint(hostile, SIZE, rfc6962.root(log)).to_text())
    )
    forged = replace(WHOLE, tlog_proof=proof.to_text(), verifier_key=str(signer.verifier_key))
    for key in (None, KEY):
        text = verify_receipt(forged.to_bytes(), verifier_key=key).to_text()
        assert all(line.isprintable() for line in text.split("\n"))


def test_the_report_for_programs_has_the_keys_of_the_contract() -> None:
    report = json.loads(json.dumps(verify_receipt(CONTENT, verifier_key=KEY).to_json()))
    assert {"verdict", "checks", "not_before", "not_after"} <= set(report)
    assert {frozenset(check) for check in report["checks"]} == {frozenset({"name", "result", "detail"})}


def test_times_beyond_the_calendar_are_left_out() -> None:
    entry = replace(parse_entry(WHOLE.entry.encode()), time=2**53 - 1)
    report = verify_receipt(replace(WHOLE, entry=entry.to_bytes().decode()).to_bytes())
    assert report.claimed_time is None
