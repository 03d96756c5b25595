"""What a renewal adds to an evidence file, what it leaves alone, and what somebody tries who forges a record."""

import base64
import hashlib
import io
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Broken, Refused
from registry.evidence.build import Original, build
from registry.evidence.renewal import renew
from registry.verify import der
from registry.verify.authority import Terms
from registry.verify.container import Container
from registry.verify.errors import VerificationError
from registry.verify.evidence_record import MOST_TIMESTAMPS, ArchiveTimestamp, EvidenceRecord, hashes_of
from registry.verify.manifest_check import digests_of
from registry.verify.reading import Reading
from registry.verify.renewal import check_evidence_record
from registry.verify.report import Checks, Result
from tests.anchoring.authority import Authority
from tests.evidence.made_evidence import MATERIAL, evidence, failed, packed
from tests.evidence.renewed import SHA256_ENDS, Years, read, renewed
from tests.evidence.test_build import LARGE, MEGABYTE, pieces

RECORD, MANIFEST = "META-INF/evidencerecord001.ers", "META-INF/ASiCEvidenceRecordManifest001.xml"


def files_in(content: bytes) -> dict[str, bytes]:
    container = Container(io.BytesIO(content))
    return {name: b"".join(container.chunks(name)) for name in container.members}


def contents_before_the_directory(content: bytes) -> bytes:
    return content[: max(member.end for member in Container(io.BytesIO(content)).members.values())]


def test_what_was_in_the_file_is_in_the_new_one_byte_for_byte(years: Years) -> None:
    old = contents_before_the_directory(years.made)
    for content in (years.recorded, years.timestamp_renewed, years.tree_renewed):
        assert content.startswith(old)
        assert list(files_in(content))[-2:] == [MANIFEST, RECORD]
        assert {name: file for name, file in files_in(content).items() if name not in (MANIFEST, RECORD)} == files_in(
            years.made
        )


def test_a_record_grows_and_what_was_in_it_stays(years: Years) -> None:
    records = [
        EvidenceRecord.parse(files_in(content)[RECORD])
        for content in (years.recorded, years.timestamp_renewed, years.tree_renewed)
    ]
    assert [[len(chain) for chain in record.chains] for record in records] == [[1], [2], [2, 1]]
    assert records[1].timestamps[:1] == records[0].timestamps
    assert records[2].chains[:1] == records[1].chains
    assert [one.digest_name for one in records[2].timestamps] == ["sha256", "sha256", "sha512"]


def test_the_manifest_of_the_record_lists_every_file_by_the_digest_of_its_first_chain(years: Years) -> None:
    files = files_in(years.tree_renewed)
    manifest = ElementTree.fromstring(files[MANIFEST])
    asic, ds = "{http://uri.etsi.org/02918/v1.2.1#}", "{http://www.w3.org/2000/09/xmldsig#}"
    reference = manifest.find(f"{asic}SigReference")
    assert reference is not None
    assert reference.get("URI") == RECORD
    listed = {
        one.get("URI"): base64.b64decode(one.findtext(f"{ds}DigestValue") or "")
        for one in manifest.findall(f"{asic}DataObjectReference")
    }
    covered = {name: content for name, content in files.items() if name not in ("mimetype", MANIFEST, RECORD)}
    assert listed == {name: hashlib.sha256(content).digest() for name, content in covered.items()}
    (first, _), (later,) = EvidenceRecord.parse(files[RECORD]).chains
    assert set(first.hashes) == set(listed.values())
    # RFC 4998, section 5.2, step 4: each new digest, and behind it the one of all chains before.
    before = hashlib.sha512(sequence_in(files[RECORD], chains=1)).digest()
    assert set(later.hashes) == {
        hashlib.sha512(hashlib.sha512(content).digest() + before).digest() for content in covered.values()
    }


def sequence_in(record: bytes, chains: int) -> bytes:
    """The first ``chains`` of the ArchiveTimeStampSequence, taken from the bytes of the record."""
    listed = der.parse(record).children()[-1].children()
    return der.encode(der.SEQUENCE, *(one.encoded for one in listed[:chains]))


def test_a_record_begins_by_sha512_unless_told_otherwise(authority: Authority) -> None:
    content = renew(io.BytesIO(evidence()), lambda message, name: authority.token(message, f"-{name}", "-cert"))
    assert [one.digest_name for one in content.record.timestamps] == ["sha512"]


def test_a_weaker_digest_than_the_last_is_refused(years: Years) -> None:
    with pytest.raises(Refused) as refused:
        renewed(years.tree_renewed, years.third, "2046-01-01", "sha256")
    assert refused.value.code == "digest_weaker"


def test_what_is_no_evidence_file_is_refused(authority: Authority) -> None:
    for content in (b"", b"PK", packed([("mimetype", b"?")])):
        with pytest.raises(Refused) as refused:
            renew(io.BytesIO(content), lambda message, name: authority.token(message, f"-{name}", "-cert"))
        assert refused.value.code == "evidence_unreadable"


def test_a_token_of_something_else_by_another_digest_or_from_before_is_refused(years: Years) -> None:
    years.second.clock = "2030-01-01"
    for stamp in (
        lambda _message, name: years.first.token(b"something else", f"-{name}", "-cert"),
        lambda message, _name: years.first.token(message, "-sha384", "-cert"),
        lambda message, name: years.first.token(message, f"-{name}", "-cert")[:-1],
        lambda message, name: years.second.token(message, f"-{name}", "-cert"),
    ):
        with pytest.raises(Broken) as broken:
            renew(io.BytesIO(years.timestamp_renewed), stamp)
        assert broken.value.code == "timestamp_unusable"


def test_a_large_original_is_never_in_memory_while_it_is_renewed(
    authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("large") / "evidence.zip"
    with file.open("wb") as written:
        written.writelines(build(replace(MATERIAL, original=Original("image/png", pieces))).chunks())
    tracemalloc.start()
    with file.open("rb") as opened:
        made = renew(opened, lambda message, name: authority.token(message, f"-{name}", "-cert"))
        size = sum(len(piece) for piece in made.file.chunks())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == made.file.size > LARGE * MEGABYTE
    assert most < LARGE * MEGABYTE // 8


def test_a_file_that_only_a_record_lists_is_unproven_still(years: Years) -> None:
    files = [*files_in(evidence()).items(), ("data/unlisted.txt", b"?")]
    report = read(renewed(packed(files), years.first, "2026-02-01"), "2030-01-01", years.roots)
    assert report.verdict == "proven"
    assert "data/unlisted.txt" in report.not_proven[0]


Change = Callable[[EvidenceRecord], EvidenceRecord]


def without_the_first_chain(record: EvidenceRecord) -> EvidenceRecord:
    return EvidenceRecord(record.chains[1:])


def without_a_renewal(record: EvidenceRecord) -> EvidenceRecord:
    return EvidenceRecord((record.chains[0][:1], *record.chains[1:]))


def chains_exchanged(record: EvidenceRecord) -> EvidenceRecord:
    return EvidenceRecord(record.chains[::-1])


def timestamps_exchanged(record: EvidenceRecord) -> EvidenceRecord:
    return EvidenceRecord((record.chains[0][::-1], *record.chains[1:]))


def a_renewal_twice(record: EvidenceRecord) -> EvidenceRecord:
    return EvidenceRecord(((*record.chains[0], record.chains[0][1]), *record.chains[1:]))


def a_tree_in_a_renewal(record: EvidenceRecord) -> EvidenceRecord:
    first, second = record.chains[0]
    return EvidenceRecord(((first, replace(second, hashes=first.hashes)), *record.chains[1:]))


def a_renewal_by_another_digest(record: EvidenceRecord) -> EvidenceRecord:
    first, second = record.chains[0]
    return EvidenceRecord(((first, replace(second, digest_name="sha512")), *record.chains[1:]))


def one_more_file(record: EvidenceRecord) -> EvidenceRecord:
    first, *later = record.chains[0]
    hashes = tuple(sorted((*first.hashes, bytes(32))))
    return EvidenceRecord(((replace(first, hashes=hashes), *later), *record.chains[1:]))


def one_file_less(record: EvidenceRecord) -> EvidenceRecord:
    (first,) = record.chains[1]
    return EvidenceRecord((record.chains[0], (replace(first, hashes=first.hashes[1:]),)))


def hashes_in_another_order(record: EvidenceRecord) -> EvidenceRecord:
    (first,) = record.chains[1]
    return EvidenceRecord((record.chains[0], (replace(first, hashes=first.hashes[::-1]),)))


def no_token(record: EvidenceRecord) -> EvidenceRecord:
    (first,) = record.chains[1]
    return EvidenceRecord((record.chains[0], (replace(first, token=bytes.fromhex("3000")),)))


CHANGES = (
    *(without_the_first_chain, without_a_renewal, chains_exchanged, timestamps_exchanged, a_renewal_twice),
    *(a_tree_in_a_renewal, a_renewal_by_another_digest, one_more_file, one_file_less, hashes_in_another_order),
    no_token,
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_record_put_together_in_another_way_fails_by_name(years: Years, change: Change) -> None:
    report = read(with_record(years.tree_renewed, change), "2056-01-01", years.roots)
    assert any("evidence record" in name or "evidence-record" in name for name in failed(report))
    assert not any(one.trusted for one in report.witnesses if one.name.startswith("evidence-record"))


def with_record(content: bytes, change: Change) -> bytes:
    """The file that a forger makes, whose container is in order."""
    files = files_in(content)
    files[RECORD] = change(EvidenceRecord.parse(files[RECORD])).to_bytes()
    return packed(list(files.items()))


def test_a_record_of_another_file_fails(years: Years) -> None:
    other = renewed(evidence(), years.first, "2026-02-01", "sha256")
    files = files_in(years.recorded) | {RECORD: files_in(other)[RECORD]}
    assert "evidence record" in failed(read(packed(list(files.items())), "2030-01-01", years.roots))


@pytest.mark.parametrize("name", [RECORD, MANIFEST])
def test_half_of_a_renewal_fails(years: Years, name: str) -> None:
    files = files_in(years.recorded)
    del files[name]
    assert "evidence record" in failed(read(packed(list(files.items())), "2030-01-01", years.roots))


def test_a_manifest_of_a_record_that_says_something_else_fails(years: Years) -> None:
    files = files_in(years.recorded)
    files[MANIFEST] = files[MANIFEST].replace(b"README.en.txt", b"README.fr.txt")
    report = read(packed(list(files.items())), "2030-01-01", years.roots)
    assert failed(report) == {"evidence record": f"{MANIFEST} is not the list of the files that the record covers."}


def test_a_file_changed_behind_a_record_is_named_by_it_whatever_the_manifests_say(years: Years) -> None:
    files = files_in(years.made)
    readme = files["README.en.txt"] + b"Another line.\n"
    listed = hashlib.sha256(files["README.en.txt"]).hexdigest().encode()
    files |= {"README.en.txt": readme}
    files["tagmanifest-sha256.txt"] = files["tagmanifest-sha256.txt"].replace(
        listed, hashlib.sha256(readme).hexdigest().encode()
    )
    files |= {name: files_in(years.recorded)[name] for name in (MANIFEST, RECORD)}
    report = read(packed(list(files.items())), "2030-01-01", years.roots)
    assert "evidence record" in failed(report)


def test_a_file_made_to_keep_its_verifier_busy_with_a_record_is_refused(years: Years) -> None:
    def many(record: EvidenceRecord) -> EvidenceRecord:
        return EvidenceRecord((record.chains[0] * 26, *record.chains[1:]))

    report = read(with_record(years.tree_renewed, many), "2056-01-01", years.roots)
    assert failed(report)["evidence record"] == "The record has more than 50 timestamps."


BYTES = st.binary(min_size=1, max_size=8)
MOST_CHAINS = 3
LATER = st.lists(BYTES, max_size=MOST_TIMESTAMPS // MOST_CHAINS - 1)
CHAINS = st.lists(
    st.tuples(st.sampled_from(["sha256", "sha512"]), st.lists(BYTES, min_size=1, max_size=3), LATER),
    min_size=1,
    max_size=MOST_CHAINS,
)


@given(CHAINS)
def test_a_record_reads_back_as_it_was_written(chains: list[tuple[str, list[bytes], list[bytes]]]) -> None:
    def token(content: bytes) -> bytes:
        return der.encode(der.SEQUENCE, der.encode(der.OCTET_STRING, content))

    record = EvidenceRecord(
        tuple(
            (
                ArchiveTimestamp(name, tuple(hashes), token(hashes[0])),
                *(ArchiveTimestamp(name, (), token(content)) for content in later),
            )
            for name, hashes, later in chains
        )
    )
    assert EvidenceRecord.parse(record.to_bytes()) == record


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1))
def test_files_with_the_same_content_stand_in_the_list_once_and_in_order(digests: list[bytes]) -> None:
    hashes = hashes_of("sha256", digests, ())
    assert list(hashes) == sorted(set(digests))


def test_nothing_but_a_record_in_its_one_form_is_read(years: Years) -> None:
    record = files_in(years.recorded)[RECORD]
    fields = [one.encoded for one in der.parse(record).children()]
    token = EvidenceRecord.parse(record).timestamps[0].token
    for other in (
        b"",
        record + b"\x00",
        der.encode(der.SEQUENCE),
        der.encode(der.SEQUENCE, *fields[:-1]),
        der.encode(der.SEQUENCE, *fields[:-1], der.encode(der.SEQUENCE)),
        der.encode(der.SEQUENCE, *fields[:-1], der.encode(der.SEQUENCE, der.encode(der.SEQUENCE))),
        der.encode(der.SEQUENCE, *fields[:2], der.encode(der.context(0)), fields[2]),
        der.encode(der.SEQUENCE, bytes.fromhex("020102"), *fields[1:]),
        der.encode(der.SEQUENCE, *fields[:-1], der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, token))),
    ):
        with pytest.raises(VerificationError):
            EvidenceRecord.parse(other)


def test_without_roots_a_record_is_intact_and_renews_nothing(years: Years) -> None:
    report = read(years.tree_renewed, "2056-01-01", None)
    assert report.verdict == "proven"
    assert {check.result for check in report.checks if "evidence-record" in check.name} == {
        Result.PROVEN,
        Result.NOT_CHECKED,
    }
    assert read(years.tree_renewed, "2056-01-01", None, SHA256_ENDS).verdict == "failed"


def test_a_byte_changed_anywhere_in_a_record_fails_also_where_the_container_was_made_anew(years: Years) -> None:
    """Every byte of the record but those inside of tokens, of which there is a sample."""
    content = io.BytesIO(years.tree_renewed)
    digests = digests_of(Checks(), Container(content))
    files = files_in(years.tree_renewed)
    record = files[RECORD]
    tokens = [one.token for one in EvidenceRecord.parse(record).timestamps]
    inside = {place for token in tokens for place in range(record.index(token) + 64, record.index(token) + len(token))}
    places = [place for place in range(len(record)) if place not in inside or place % 53 == 0]
    reading = Reading.of("2056-01-01", ())
    assert len(places) > 500
    for place in places:
        changed = record[:place] + bytes([record[place] ^ 1]) + record[place + 1 :]
        alone = packed([("mimetype", files["mimetype"]), (MANIFEST, files[MANIFEST]), (RECORD, changed)])
        checks = Checks()
        terms = Terms(years.roots, reading, reading.at)
        renewal = check_evidence_record(checks, Container(io.BytesIO(alone)), digests, terms)
        assert checks.first_failed is not None or renewal.time is None, place
