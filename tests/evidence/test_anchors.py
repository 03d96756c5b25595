"""Anchors and pinned blocks in evidence files: the interval that they prove, and everything that does not prove it."""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from registry.verify import canonical_json
from registry.verify.errors import Malformed
from registry.verify.ethereum_block import Header
from registry.verify.ethereum_chain import SLOT_SECONDS
from registry.verify.evidence import ENTRY_BEFORE_ITS_TIME, OPERATORS_CLOCK, TEST_NETWORK, verify_evidence
from registry.verify.known_block import KnownBlock
from registry.verify.report import Bound, Checks, Report, Result, Witness, check_interval
from tests.evidence.anchored import CHAIN_ID, anchored, known_blocks, recorded
from tests.evidence.made_evidence import evidence, failed, files_of, with_manifests_anew
from tests.verify.made_receipt import KEY

FOLDER = f"data/anchors/eip155-{CHAIN_ID}/"
PINNED = FOLDER + "pinned/"
Change = Callable[[dict[str, bytes]], None]


def verified(content: bytes, known: Sequence[KnownBlock] | None) -> Report:
    return verify_evidence(io.BytesIO(content), verifier_key=KEY, known_blocks=known)


def results(report: Report) -> dict[str, Result]:
    return {check.name: check.result for check in report.checks}


def moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def test_between_two_blocks_that_are_known_the_interval_is_proven() -> None:
    report = verified(evidence(anchored()), known_blocks())
    header, proof = recorded()
    assert report.verdict == "proven"
    assert report.not_before == moment(Header.parse(header).time - SLOT_SECONDS)
    assert report.not_after == moment(proof.anchor.block_time + SLOT_SECONDS)
    names = ("anchor", "finality", "accumulator", "chain", "pinned", "pinned chain")
    assert {results(report)[f"{name} eip155-{CHAIN_ID}"] for name in names} == {Result.PROVEN}


def test_without_a_known_block_it_is_intact_and_bounds_nothing() -> None:
    report = verified(evidence(anchored()), None)
    assert report.verdict == "proven"
    assert (report.not_before, report.not_after) == (None, None)
    assert results(report)[f"chain eip155-{CHAIN_ID}"] is Result.NOT_CHECKED
    assert [one.trusted for one in report.witnesses] == [False, False]
    assert recorded()[1].anchor.block_hash.hex() in report.to_text()


@pytest.mark.parametrize(
    "known", [KnownBlock.of_ethereum(1, recorded()[1].anchor.block_hash), KnownBlock.of_ethereum(CHAIN_ID, bytes(32))]
)
def test_a_block_of_another_chain_or_another_block_bounds_nothing(known: KnownBlock) -> None:
    report = verified(evidence(anchored()), [known])
    assert (report.verdict, report.not_before, report.not_after) == ("proven", None, None)


def test_a_block_is_known_by_any_of_its_descendants_in_the_file() -> None:
    anchor = recorded()[1].anchor
    for known in (anchor.block_hash, anchor.finalized_hash):
        assert verified(evidence(anchored()), [KnownBlock.of_ethereum(CHAIN_ID, known)]).not_after is not None


def test_of_a_test_network_the_report_says_what_it_is_worth() -> None:
    assert TEST_NETWORK in verified(evidence(anchored()), None).not_proven


def test_an_operators_time_outside_of_the_interval_is_told() -> None:
    report = verified(evidence(anchored()), known_blocks())
    assert OPERATORS_CLOCK in report.not_proven  # the made entry is of the year 2027
    assert ENTRY_BEFORE_ITS_TIME not in report.not_proven


def test_an_anchor_alone_and_a_pin_alone_prove_one_side() -> None:
    report = verified(evidence(replace(anchored(), pins=())), known_blocks())
    assert (report.verdict, report.not_before is None, report.not_after is None) == ("proven", True, False)
    report = verified(evidence(replace(anchored(), anchors=())), known_blocks())
    assert (report.verdict, report.not_before is None, report.not_after is None) == ("proven", False, True)


def test_an_anchor_without_the_contracts_storage_says_so() -> None:
    files = files_of(anchored())
    del files[FOLDER + "storage-proof.json"]
    report = verified(with_manifests_anew(files), known_blocks())
    assert (report.verdict, results(report)[f"accumulator eip155-{CHAIN_ID}"]) == ("proven", Result.NOT_CHECKED)


def changed(name: str, old: bytes, new: bytes) -> Change:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


def removed(name: str) -> Change:
    def change(files: dict[str, bytes]) -> None:
        del files[name]

    return change


def restated(**values: int | str) -> Change:
    def change(files: dict[str, bytes]) -> None:
        told = canonical_json.parse(files[FOLDER + "anchor.json"][:-1])
        assert isinstance(told, dict)
        assert told.keys() >= values.keys()
        files[FOLDER + "anchor.json"] = canonical_json.encode(told | values) + b"\n"

    return change


def of_another_chain(files: dict[str, bytes]) -> None:
    for name in [name for name in files if name.startswith(FOLDER)]:
        files[name.replace(str(CHAIN_ID), "1")] = files.pop(name)


def a_chain_without_a_number(files: dict[str, bytes]) -> None:
    files["data/anchors/eip155-main/anchor.json"] = b"{}\n"


def fewer_entries(files: dict[str, bytes]) -> None:
    lines = files[PINNED + "entries.jsonl"].split(b"\n")
    files[PINNED + "entries.jsonl"] = b"\n".join([lines[0], *lines[2:]])


def no_pinning_entry(files: dict[str, bytes]) -> None:
    files[PINNED + "entries.jsonl"] = files[PINNED + "entries.jsonl"].partition(b"\n")[2]


FORGERIES: dict[str, tuple[Change, str]] = {
    "another header": (changed(FOLDER + "header.rlp", b"\x84", b"\x85"), "anchor"),
    "another block's hash": (restated(block_hash="ab" * 32), "anchor"),
    "another time of the block": (restated(block_time=1), "anchor"),
    "another number of the block": (restated(block_number=1), "anchor"),
    "another operator": (restated(operator="ab" * 20), "anchor"),
    "another transaction": (restated(transaction_index=0), "anchor"),
    "a negative number": (restated(endpoints_agreed=-1), "anchor"),
    "another chain's id": (restated(chain_id=1), "anchor"),
    "another finalized block": (restated(finalized_hash="ab" * 32), "finality"),
    "another finalized number": (restated(finalized_number=10**6), "finality"),
    "no descent": (removed(FOLDER + "headers-to-finalized.rlp"), "finality"),
    "another descent": (changed(FOLDER + "headers-to-finalized.rlp", b"\xa0", b"\xa1"), "finality"),
    "no receipt": (removed(FOLDER + "receipt-proof.json"), "anchor"),
    "another receipt": (changed(FOLDER + "receipt-proof.json", b'"f8', b'"f9'), "anchor"),
    "no nodes": (changed(FOLDER + "receipt-proof.json", b'"receipt"', b'"receipts"'), "anchor"),
    "another accumulator": (changed(FOLDER + "storage-proof.json", b'"storage":["f', b'"storage":["e'), "accumulator"),
    "another proof of the entry": (changed(FOLDER + "entry.tlog-proof", b"index 4", b"index 5"), "anchor"),
    "the folder of another chain": (of_another_chain, "anchor"),
    "a pin of another block": (changed(PINNED + "header.rlp", b"\x84", b"\x85"), "pinned"),
    "another disclosure": (changed(PINNED + "disclosure.json", b"31337", b"31338"), "pinned"),
    "an entry left out": (fewer_entries, "pinned"),
    "an entry that pins nothing": (no_pinning_entry, "pinned"),
    "another entry": (changed(PINNED + "entries.jsonl", b"wrk_2", b"wrk_9"), "pinned"),
    "no entries": (removed(PINNED + "entries.jsonl"), "pinned"),
    "a folder called after no chain": (a_chain_without_a_number, "anchors"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_manifests_made_anew_do_not_help_a_forgery(name: str) -> None:
    change, check = FORGERIES[name]
    files = files_of(anchored())
    change(files)
    report = verified(with_manifests_anew(files), known_blocks())
    assert report.verdict == "failed"
    assert any(found == check or found.startswith(f"{check} eip155-") for found in failed(report)), failed(report)


@pytest.mark.parametrize(
    ("before", "after", "contradicts"), [(5, 5, False), (6, 5, True), (None, 5, False), (6, None, False)]
)
def test_trusted_witnesses_that_contradict_each_other_prove_nothing(
    before: int | None, after: int | None, contradicts: bool
) -> None:
    bounds = ((before, Bound.NOT_BEFORE), (after, Bound.NOT_AFTER))
    witnesses = [Witness("ethereum", "eip155-1", time or 0, time is not None, bound) for time, bound in bounds]
    checks = Checks()
    check_interval(checks, witnesses)
    assert (checks.first_failed is not None) is contradicts


def test_a_file_made_to_keep_its_verifier_busy_is_refused() -> None:
    files = files_of(anchored())
    for number in range(1, 25):
        files[f"data/anchors/eip155-{number}/anchor.json"] = b"{}\n"
    assert "anchors" in failed(verified(with_manifests_anew(files), None))


@pytest.mark.parametrize(
    "text", ["", "1", "1:0x", "0x1:" + "ab" * 32, "1:" + "g" * 64, "-1:" + "ab" * 32, "9" * 20 + ":" + "ab" * 32]
)
def test_what_names_no_block_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        KnownBlock.parse(text)


def test_a_block_is_given_with_or_without_0x() -> None:
    known = KnownBlock.of_ethereum(1, hashlib.sha256(b"").digest())
    assert KnownBlock.parse(f"1:{known.hash.hex()}") == KnownBlock.parse(f"1:0x{known.hash.hex().upper()}") == known
