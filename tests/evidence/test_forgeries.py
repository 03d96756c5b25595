"""What somebody tries who knows the form of evidence files: every one is found out, and named."""

import hashlib
import io
import zipfile
from collections.abc import Callable

import pytest

from registry.verify import bag
from registry.verify.report import Result
from tests.evidence.made_evidence import EVENTS, evidence, failed, files_of, packed, verified, with_manifests_anew
from tests.verify.made_receipt import ORIGINAL

Change = Callable[[dict[str, bytes]], None]


def forged(change: Change) -> bytes:
    files = files_of()
    change(files)
    return with_manifests_anew(files)


def test_manifests_made_anew_do_not_help_a_changed_entry() -> None:
    def change(files: dict[str, bytes]) -> None:
        files["data/entry.json"] = files["data/entry.json"].replace(b"wrk_3", b"wrk_4")

    assert "inclusion" in failed(verified(forged(change)))


def test_manifests_made_anew_do_not_help_a_changed_field() -> None:
    def change(files: dict[str, bytes]) -> None:
        files["data/disclosure.json"] = files["data/disclosure.json"].replace(b"Harbour", b"Haven!!")

    assert "disclosure" in failed(verified(forged(change)))


def test_manifests_made_anew_do_not_help_another_original() -> None:
    def change(files: dict[str, bytes]) -> None:
        files["data/work/original.png"] = b"another picture"

    assert "original data/work/original.png" in failed(verified(forged(change)))


def test_another_bag_about_another_work_is_noticed() -> None:
    def change(files: dict[str, bytes]) -> None:
        files["bag-info.txt"] = files["bag-info.txt"].replace(b"wrk_3", b"wrk_4")

    assert "subject" in failed(verified(forged(change)))


def test_a_line_taken_out_of_the_custody_record_is_noticed() -> None:
    def change(files: dict[str, bytes]) -> None:
        files["data/custody.jsonl"] = files["data/custody.jsonl"].split(b"\n")[1] + b"\n"

    assert len(EVENTS) == 2
    assert "custody record" in failed(verified(forged(change)))


def test_an_original_whose_digest_is_not_disclosed_proves_nothing() -> None:
    def change(files: dict[str, bytes]) -> None:
        files["data/work/other.png"] = ORIGINAL + b"!"

    assert "original data/work/other.png" in failed(verified(forged(change)))


def test_a_file_that_no_manifest_lists_is_unproven_by_name() -> None:
    content = packed([*files_of().items(), ("data/report/certificate.pdf", b"%PDF-1.7 believe me")])
    report = verified(content)
    (check,) = [check for check in report.checks if check.name == "file data/report/certificate.pdf"]
    assert check.result is Result.NOT_CHECKED
    assert check.detail.startswith("UNPROVEN")
    assert "UNPROVEN" in report.summary
    assert "data/report/certificate.pdf" in report.not_proven[0]


def test_a_file_that_is_none_of_the_form_is_told_even_if_the_manifests_list_it() -> None:
    def change(files: dict[str, bytes]) -> None:
        files["data/report/certificate.pdf"] = b"%PDF-1.7 believe me"

    report = verified(forged(change))
    assert report.verdict == "proven"
    assert any("none of this form: data/report/certificate.pdf" in sentence for sentence in report.not_proven)


def test_an_unlisted_tag_file_is_unproven_by_name() -> None:
    report = verified(packed([*files_of().items(), ("NOTE.txt", b"believe me")]))
    assert [check.name for check in report.checks if check.detail.startswith("UNPROVEN")] == ["file NOTE.txt"]
    assert failed(report) == {}


@pytest.mark.parametrize("name", sorted(set(files_of()) - {"mimetype"}))
def test_a_file_that_is_missing_is_named(name: str) -> None:
    report = verified(packed([one for one in files_of().items() if one[0] != name]))
    assert report.verdict == "failed"
    assert any(name in f"{check} {detail}" for check, detail in failed(report).items())


@pytest.mark.parametrize("name", sorted(set(files_of()) - {"mimetype"}))
def test_a_file_that_is_replaced_is_named(name: str) -> None:
    report = verified(packed([(one, b"something else\n" if one == name else file) for one, file in files_of().items()]))
    assert f"file {name}" in failed(report)


def test_a_manifest_that_lists_a_file_for_the_other_is_refused() -> None:
    files = files_of()
    line = ("data/entry.json", hashlib.sha256(files["data/entry.json"]).digest())
    lines = [line, *bag.parse_manifest(files["tagmanifest-sha256.txt"], 32).items()]
    files["tagmanifest-sha256.txt"] = bag.manifest(dict(lines))
    assert "file tagmanifest-sha256.txt" in failed(verified(packed(list(files.items()))))


def repacked(**options: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:  # type: ignore[call-overload]
        for name, content in files_of().items():
            archive.writestr(name, content)
    return buffer.getvalue()


CONTAINERS = {
    "compressed": repacked(compression=zipfile.ZIP_DEFLATED),
    "dated": repacked(),
    "with something before it": b"#!/bin/sh\n" + evidence(),
    "with something behind it": evidence() + b"\n",
    "cut": evidence()[:-1],
    "cut in half": evidence()[: len(evidence()) // 2],
    "with a comment": evidence()[:-2] + b"\x01\x00!",
    "with a gap": evidence().replace(b"PK\x03\x04", b"\x00PK\x03\x04", 1),
    "of two files": evidence() + evidence(),
    "empty": packed([]),
    "of nothing": b"",
    "of one byte": b"P",
    "of zeros": bytes(100_000),
    "without its type": packed([one for one in files_of().items() if one[0] != "mimetype"]),
    "with another type": packed([(name, b"x" if name == "mimetype" else file) for name, file in files_of().items()]),
    "with a file twice": packed([*files_of().items(), ("data/entry.json", b"{}")]),
    "with a file in two cases": packed([*files_of().items(), ("data/Entry.json", b"{}")]),
    "with a file that is a folder": packed([*files_of().items(), ("data", b"")]),
    "with a folder that is a file": packed([*files_of().items(), ("data/entry.json/x", b"")]),
    "above itself": packed([*files_of().items(), ("../evil", b"")]),
    "at the root": packed([*files_of().items(), ("/evil", b"")]),
    "with an empty name": packed([*files_of().items(), ("", b"")]),
    "with a back slash": packed([*files_of().items(), ("data\\evil", b"")]),
    "with a thousand files": packed([("mimetype", b"")] + [(f"data/{number}", b"") for number in range(1_001)]),
}


@pytest.mark.parametrize("content", CONTAINERS.values(), ids=CONTAINERS)
def test_a_container_of_another_form_is_refused(content: bytes) -> None:
    assert set(failed(verified(content))) == {"container"}


def test_overlapping_files_are_refused() -> None:
    """Two directory lines for one place: the bomb of many files that share their bytes."""
    content = evidence()
    end = content[-22:]
    start = int.from_bytes(end[16:20], "little")
    lines = content[start:-22]
    first = lines[: 46 + len("mimetype")]
    count = (int.from_bytes(end[10:12], "little") + 1).to_bytes(2, "little")
    size = (len(lines) + len(first)).to_bytes(4, "little")
    forged_end = end[:8] + count + count + size + end[16:]
    assert set(failed(verified(content[:start] + lines + first + forged_end))) == {"container"}


def test_a_directory_that_announces_more_than_there_is_ends_at_once() -> None:
    content = evidence()
    report = verified(content[:-14] + b"\xff\xff\xff\xff" + content[-10:])
    assert set(failed(report)) == {"container"}
