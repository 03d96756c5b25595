"""What an evidence file is: the same bytes for the same material, a container and a bag that others can read."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest

from registry.errors import Broken
from registry.evidence.build import Original, build
from registry.evidence.offline_verifier import offline_verifier
from registry.evidence.part import Part
from registry.verify.container import MIMETYPE
from registry.verify.evidence import verify_evidence
from tests.evidence.made_evidence import MATERIAL, evidence, files_of, verified, without_original
from tests.verify.made_receipt import ORIGINAL

MEGABYTE = 1 << 20
LARGE = 64


def test_the_same_material_gives_the_same_bytes() -> None:
    assert evidence() == evidence()


def test_it_says_beforehand_how_large_it_is() -> None:
    assert build(MATERIAL).size == len(evidence())


def test_its_type_stands_where_asic_looks_for_it() -> None:
    content = evidence()
    assert content[30:38] == b"mimetype"
    assert content[38 : 38 + len(MIMETYPE)] == MIMETYPE


def test_pythons_zipfile_reads_every_file_of_it() -> None:
    with zipfile.ZipFile(io.BytesIO(evidence())) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files_of()


def test_it_is_proven() -> None:
    report = verified(evidence())
    assert report.verdict == "proven"
    assert report.summary.startswith("entry 3 is in the ledger")


def test_the_original_in_it_is_the_registered_one() -> None:
    assert files_of()["data/work/original.png"] == ORIGINAL
    assert "original data/work/original.png" in {check.name for check in verified(evidence()).checks}


def test_a_commitment_alone_discloses_nothing() -> None:
    assert not any(name.startswith("data/work/") for name in files_of(without_original()))
    report = verified(evidence(without_original()))
    assert report.verdict == "proven"
    assert report.disclosed == {}


def test_the_fields_that_are_not_chosen_are_nowhere_in_it() -> None:
    content = evidence(without_original("title"))
    assert verified(content).disclosed.keys() == {"title"}
    for kept in ("Ana\u00efs", MATERIAL.receipt.disclosure.values()["file_sha256"]):
        assert str(kept).encode() not in content


def test_the_verifier_in_it_is_the_one_that_is_handed_out() -> None:
    assert files_of()["data/verifier/verify.pyz"] == offline_verifier()


@pytest.mark.parametrize("name", ["README.en.txt", "README.zh.txt"])
def test_the_readme_names_the_entry_the_work_and_the_key(name: str) -> None:
    text = files_of()[name].decode()
    assert "$" not in text
    for told in ("wrk_3", " 3 ", MATERIAL.receipt.verifier_key):
        assert told in text


def pieces() -> Iterator[bytes]:
    """64 MB, made as it is read."""
    for number in range(LARGE):
        yield bytes([number]) * MEGABYTE


def test_a_large_original_is_never_in_memory_as_a_whole() -> None:
    tracemalloc.start()
    made = build(replace(MATERIAL, original=Original("image/png", pieces)))
    size = sum(len(piece) for piece in made.chunks())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == made.size > LARGE * MEGABYTE
    assert most < LARGE * MEGABYTE // 8


class Recording(io.BytesIO):
    """A file that remembers the largest piece that was read from it."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self.largest = max(self.largest, len(content))
        return content


def test_a_large_original_is_verified_in_pieces() -> None:
    file = Recording(b"".join(build(replace(MATERIAL, original=Original("image/png", pieces))).chunks()))
    report = verify_evidence(file)
    assert report.verdict == "failed"  # it is another original than the registered one
    assert file.largest <= MEGABYTE


def test_an_original_that_changes_while_it_is_written_breaks_the_file_off() -> None:
    contents = [b"as it was announced", b"as it was written!!"]
    part = Part.streamed("data/work/original", lambda: iter((contents.pop(0),)))
    with pytest.raises(Broken) as broken:
        list(part.chunks())
    assert broken.value.code == "original_changed"
