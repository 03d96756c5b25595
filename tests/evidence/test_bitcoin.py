"""The bound that a block of Bitcoin proves in an evidence file, and how it is graded."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.verify.evidence import TEST_NETWORK, verify_evidence
from registry.verify.known_block import BITCOIN, KnownBlock
from registry.verify.opentimestamps import Attestation, Proof
from registry.verify.report import Report, Result
from tests.anchoring.calendar import BLOCK_SECONDS, NTIME, mined
from tests.evidence.in_bitcoin import bitcoin_block, in_bitcoin
from tests.evidence.made_evidence import evidence, failed, files_of, with_manifests_anew
from tests.verify.made_receipt import KEY

FOLDER = "data/anchors/bitcoin/"


def verified(content: bytes, known: list[KnownBlock] | None) -> Report:
    return verify_evidence(io.BytesIO(content), verifier_key=KEY, known_blocks=known)


def checked(report: Report) -> dict[str, tuple[Result, str]]:
    names = ("bitcoin", "attestation")
    return {one.name: (one.result, one.detail) for one in report.checks if any(part in one.name for part in names)}


def test_a_block_that_the_reader_knows_bounds_the_time_and_two_hours_are_added() -> None:
    material = in_bitcoin()
    report = verified(evidence(material), [bitcoin_block(material)])
    assert report.verdict == "proven"
    assert [one.time for one in report.witnesses] == [(NTIME + BLOCK_SECONDS + 7_200) * 1000]
    assert report.not_after == "2027-01-15T10:10:00.000Z"
    assert checked(report)["chain bitcoin"][0] is Result.PROVEN


def test_a_block_that_is_too_easy_to_find_is_called_one_of_a_test_network() -> None:
    material = in_bitcoin()
    report = verified(evidence(material), [bitcoin_block(material)])
    assert [(one.kind, one.name) for one in report.witnesses] == [("opentimestamps", "bitcoin-test")]
    assert TEST_NETWORK in report.not_proven
    assert checked(report)["chain bitcoin"][1].endswith("A test network: no economic security.")
    assert "some 2^1 attempts" in checked(report)["block bitcoin"][1]


@pytest.mark.parametrize("known", [None, [], [KnownBlock(BITCOIN, bytes(32))], [KnownBlock.of_ethereum(1, bytes(32))]])
def test_a_block_that_nobody_named_bounds_nothing(known: list[KnownBlock] | None) -> None:
    report = verified(evidence(in_bitcoin()), known)
    assert report.verdict == "proven"
    assert report.not_after is None
    assert [one.trusted for one in report.witnesses] == [False]
    result, detail = checked(report)["chain bitcoin"]
    assert result is Result.NOT_CHECKED
    assert bitcoin_block(in_bitcoin()).hash.hex() in detail


def test_what_is_not_looked_at_in_a_proof_is_said_one_by_one() -> None:
    told = checked(verified(evidence(in_bitcoin()), None))
    assert [told[f"attestation {number}"] for number in (1, 2, 3, 4)] == [
        (
            Result.NOT_CHECKED,
            "The calendar 'https://calendar.example' promised a block; the proof of that is not in the file.",
        ),
        (Result.NOT_CHECKED, "An attestation of the kind 0000000000000000 is not known here."),
        (Result.NOT_CHECKED, "The operation ripemd160 on the way to it is not followed here."),
        (Result.NOT_CHECKED, "The operation ripemd160 on the way to it is not followed here."),
    ]


def test_without_a_header_the_reader_is_told_which_merkle_root_to_look_up() -> None:
    material = in_bitcoin()
    assert material.bitcoin is not None
    assert material.bitcoin.header is not None
    report = verified(evidence(replace(material, bitcoin=replace(material.bitcoin, header=None))), None)
    assert report.verdict == "proven"
    assert report.witnesses == ()
    result, detail = checked(report)["chain bitcoin"]
    assert result is Result.NOT_CHECKED
    assert material.bitcoin.header[36:68][::-1].hex() in detail


def test_a_promise_alone_proves_no_time() -> None:
    material = in_bitcoin()
    assert material.bitcoin is not None
    digest = Proof.parse(material.bitcoin.proof).digest
    promise = Proof(digest, (Attestation.pending("https://calendar.example"),)).to_bytes()
    report = verified(evidence(replace(material, bitcoin=replace(material.bitcoin, proof=promise))), None)
    assert report.witnesses == ()
    assert checked(report)["chain bitcoin"] == (Result.NOT_CHECKED, "The proof leads to no block of Bitcoin yet.")


def another_text(files: dict[str, bytes]) -> None:
    files[FOLDER + "checkpoint.txt"] += b"\n"


def another_entry(files: dict[str, bytes]) -> None:
    files[FOLDER + "entry.tlog-proof"] = files[FOLDER + "entry.tlog-proof"].replace(b"index 3", b"index 2")


def no_proof(files: dict[str, bytes]) -> None:
    del files[FOLDER + "checkpoint.ots"]


def a_cut_proof(files: dict[str, bytes]) -> None:
    files[FOLDER + "checkpoint.ots"] = files[FOLDER + "checkpoint.ots"][:-1]


def a_proof_of_something_else(files: dict[str, bytes]) -> None:
    proof = Proof.parse(files[FOLDER + "checkpoint.ots"])
    files[FOLDER + "checkpoint.ots"] = replace(proof, digest=bytes(32)).to_bytes()


def another_header(files: dict[str, bytes]) -> None:
    files[FOLDER + "header.bin"] = mined(bytes(32), bytes(32), NTIME)


def an_earlier_header(files: dict[str, bytes]) -> None:
    header = files[FOLDER + "header.bin"]
    files[FOLDER + "header.bin"] = next(
        changed
        for second in range(100)
        if not is_mined(changed := header[:68] + second.to_bytes(4, "little") + header[72:])
    )


def is_mined(header: bytes) -> bool:
    return mined(header[4:36], header[36:68], int.from_bytes(header[68:72], "little")) == header


def a_header_with_half_a_target(files: dict[str, bytes]) -> None:
    files[FOLDER + "header.bin"] = files[FOLDER + "header.bin"][:72] + bytes(8)


def a_long_header(files: dict[str, bytes]) -> None:
    files[FOLDER + "header.bin"] += b"\x00"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (another_text, "anchor bitcoin"),
        (another_entry, "anchor bitcoin"),
        (no_proof, "anchor bitcoin"),
        (a_cut_proof, "anchor bitcoin"),
        (a_proof_of_something_else, "anchor bitcoin"),
        (another_header, "block bitcoin"),
        (an_earlier_header, "block bitcoin"),
        (a_header_with_half_a_target, "block bitcoin"),
        (a_long_header, "block bitcoin"),
    ],
)
def test_manifests_made_anew_do_not_help_a_changed_proof(change: Callable[[dict[str, bytes]], None], name: str) -> None:
    material = in_bitcoin()
    files = files_of(material)
    assert failed(verified(with_manifests_anew(files), [bitcoin_block(material)])) == {}
    change(files)
    report = verified(with_manifests_anew(files), [bitcoin_block(material)])
    assert list(failed(report)) == [name]
    assert report.witnesses == ()


def test_a_changed_operation_leads_to_another_block_or_none() -> None:
    """Each byte of the proof in turn, behind manifests made anew: the bound never holds for another text or block."""
    material = in_bitcoin()
    files, known = files_of(material), bitcoin_block(material)
    proof = files[FOLDER + "checkpoint.ots"]
    trusted = []
    for place in range(len(proof)):
        changed = proof[:place] + bytes([proof[place] ^ 1]) + proof[place + 1 :]
        report = verified(with_manifests_anew({**files, FOLDER + "checkpoint.ots": changed}), [known])
        if any(one.trusted for one in report.witnesses):
            trusted.append(place)
    # What nobody looks at may change: the other attestations, and the height, which no header says.
    others = proof.index(bytes.fromhex("0588960d73d71901"), proof.index(bytes([0xF0, 16, *range(16)])))
    unlooked = range(65, proof.index(bytes([0xF0, 16, *range(16)])))
    assert set(trusted) <= {*unlooked, *range(others, len(proof))}
