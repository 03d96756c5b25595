"""The page and the program say the same of every file, word for word."""

import hashlib
import io
import json
import random
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from registry.verify.bitcoin_block import Header
from registry.verify.certificate import Certificate, parse_certificates
from registry.verify.evidence_record import EvidenceRecord
from registry.verify.file import verify_file
from registry.verify.known_block import KnownBlock
from registry.verify.reading import Reading
from registry.verify_page.page import script
from tests.anchoring.authority import Authority
from tests.evidence.anchored import anchored, known_blocks
from tests.evidence.in_bitcoin import bitcoin_block, in_bitcoin
from tests.evidence.made_evidence import evidence, files_of, packed, with_manifests_anew
from tests.evidence.mutation import at_random, in_every_region, renewed_with_everything, with_everything
from tests.evidence.renewed import SHA256_ENDS, Years, renewed
from tests.evidence.test_renewal import CHANGES, MANIFEST, RECORD, files_in, with_record
from tests.verify.made_receipt import KEY, ORIGINAL, receipt
from tests.verify.test_bitcoin_block import FIRST, HELLO_WORLD
from tests.verify_page.in_node import NodeVerifier

WORK = hashlib.sha256(ORIGINAL).digest()
EVERY_NTH = 13
PUT_IN = (
    *(b"\xe2\x80\xae", b"\xc2\xa0", b"\xf0\x9f\x98\x80", b"\xff", b"\x00", b"\n", b"\r"),
    *(b"\\u202e", b"\\ud800", b"\\ud83d\\ude00", b"1.5", b"NaN", b"[", b"{", b"99999999999999999999", b"-0", b"1e9"),
    *(b"=", b"'", b'"', b"+", b"\x30\x80", b"\x05\x00"),
)
"""What parsers differ about."""


@pytest.fixture(scope="module")
def files(authority: Authority) -> Mapping[str, bytes]:
    """What an evidence file has that has everything."""
    return files_of(with_everything(authority))


@pytest.fixture(scope="module")
def roots(files: Mapping[str, bytes]) -> list[Certificate]:
    return parse_certificates(files["data/anchors/rfc3161/local/chain.pem"])


def both(
    node: NodeVerifier,
    content: bytes,
    *,
    work: bytes | None = None,
    key: str | None = None,
    roots: list[Certificate] | None = None,
    blocks: list[KnownBlock] | None = None,
    at: str | None = None,
    distrusted: Sequence[str] = (),
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The program's report and the page's."""
    report = verify_file(
        io.BytesIO(content),
        work_sha256=work,
        verifier_key=key,
        authority_roots=roots,
        known_blocks=blocks,
        reading=Reading.of(at, distrusted),
    )
    in_der = None if roots is None else [one.encoded for one in roots]
    written = None if blocks is None else list(map(str, blocks))
    shown = node.report(
        content, work_sha256=work, verifier_key=key, roots=in_der, blocks=written, at=at, distrusted=distrusted
    )
    return json.loads(json.dumps(report.to_json())), shown


@pytest.mark.parametrize("work", [None, WORK, bytes(32)])
@pytest.mark.parametrize("key", [None, KEY, KEY.replace("example", "elsewhere")])
def test_an_evidence_file_is_reported_alike_whatever_it_is_compared_with(
    node: NodeVerifier, authority: Authority, roots: list[Certificate], work: bytes | None, key: str | None
) -> None:
    content = evidence(with_everything(authority))
    known = [*known_blocks(), bitcoin_block(in_bitcoin(anchored()))]
    for given, blocks in ((None, None), (roots, known), ([], known[:1]), (roots, known[1:]), (None, [])):
        program, page = both(node, content, work=work, key=key, roots=given, blocks=blocks)
        assert page == program
    assert program["verdict"] == ("proven" if work != bytes(32) and key in (None, KEY) else "failed")


def test_a_change_in_any_region_is_reported_alike(node: NodeVerifier, authority: Authority) -> None:
    content = renewed_with_everything(authority)
    flips = [*list(in_every_region(content))[::EVERY_NTH], *at_random(content, flips=80, seed=2)]
    for place, flip, region in flips:
        changed = content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
        program, page = both(node, changed)
        assert page == program, region


def test_changes_behind_manifests_made_anew_are_reported_alike(
    node: NodeVerifier, files: Mapping[str, bytes], roots: list[Certificate]
) -> None:
    source = random.Random(3)
    fixed = ("verifier/", "manifest-", "mimetype", "bag-info")
    changeable = [name for name in files if not any(part in name for part in fixed)]
    for _ in range(250):
        name = source.choice(changeable)
        content = with_manifests_anew({**files, name: _changed(files[name], source)})
        given = {"key": source.choice([None, KEY]), "work": source.choice([None, WORK])}
        known = source.choice([None, [*known_blocks(), bitcoin_block(in_bitcoin(anchored()))]])
        program, page = both(node, content, roots=source.choice([None, roots]), blocks=known, **given)  # type: ignore[arg-type]
        assert page == program, name


def test_thirty_years_are_reported_alike(node: NodeVerifier, years: Years) -> None:
    late = renewed(years.timestamp_renewed, years.third, "2049-01-01", "sha512")
    by_all = ("ed25519=2050-01-01", "ecdsa=2050-01-01", "rsa=2036-01-01")
    verdicts = set()
    for content in (years.made, years.recorded, years.timestamp_renewed, years.tree_renewed, late):
        for at, distrusted, roots in (
            ("2030-01-01", (SHA256_ENDS,), years.roots),
            ("2040-06-01", (), years.roots),
            ("2056-01-01", (SHA256_ENDS,), years.roots),
            ("2056-01-01", (), years.roots[1:]),
            ("2062-01-01", by_all, None),
            ("2062-01-01", by_all, years.roots),
        ):
            program, page = both(node, content, roots=roots, at=at, distrusted=distrusted)
            assert page == program
            verdicts.add(program["verdict"])
    assert verdicts == {"proven", "failed"}


def test_chains_are_reported_alike_when_the_digest_is_distrusted(node: NodeVerifier, authority: Authority) -> None:
    content = evidence(with_everything(authority))
    for distrusted in (SHA256_ENDS, "keccak256=2048-01-01"):
        program, page = both(node, content, blocks=known_blocks(), at="2049-01-01", distrusted=(distrusted,))
        assert page == program
        assert program["not_after"] is None


@pytest.mark.parametrize("encoded", [FIRST, HELLO_WORLD], ids=["first", "hello-world"])
def test_headers_of_real_blocks_of_bitcoin_are_read_alike(encoded: bytes) -> None:
    """No report of a file of ours comes to one: nobody here can find such a header."""
    read = f"""
      const {{ hash, merkleRoot, time, work, canBeOfBitcoin }} = parseBitcoinHeader(fromHex("{encoded.hex()}"));
      console.log(JSON.stringify([toHex(hash), toHex(merkleRoot), String(time), work, canBeOfBitcoin]));
    """
    program, node = script().removesuffix("}\n") + read + "}", str(Path(sys.executable).with_name("node"))
    done = subprocess.run([node, "-"], input=program, capture_output=True, check=True, text=True, encoding="utf-8")
    answer = json.loads(done.stdout)
    header = Header.parse(encoded)
    assert answer == [header.hash.hex(), header.merkle_root.hex(), str(header.time), header.work, True]


def test_changes_of_an_evidence_record_are_reported_alike(node: NodeVerifier, years: Years) -> None:
    files, source = files_in(years.tree_renewed), random.Random(6)
    for number in range(30):
        name = (RECORD, RECORD, MANIFEST)[number % 3]
        changed = packed(list((files | {name: _changed(files[name], source)}).items()))
        program, page = both(node, changed, roots=years.roots, at="2056-01-01", distrusted=(SHA256_ENDS,))
        assert page == program


@pytest.mark.parametrize("change", CHANGES)
def test_a_record_put_together_in_another_way_is_reported_alike(
    node: NodeVerifier, years: Years, change: Callable[[EvidenceRecord], EvidenceRecord]
) -> None:
    program, page = both(node, with_record(years.tree_renewed, change), roots=years.roots, at="2056-01-01")
    assert page == program
    assert program["verdict"] == "failed"


def _changed(content: bytes, source: random.Random) -> bytes:
    """One to three bytes flipped, put in, taken out, or something put in that parsers differ about."""
    changed = bytearray(content)
    for _ in range(source.choice((1, 1, 1, 2, 3))):
        place = source.randrange(len(changed)) if changed else 0
        ways: list[Callable[[], object]] = [
            lambda place=place: changed.insert(place, source.randrange(256)),  # type: ignore[misc]
            lambda place=place: changed.__setitem__(slice(place, place), source.choice(PUT_IN)),  # type: ignore[misc]
            lambda place=place: changed.__setitem__(slice(place, place + source.randrange(9)), b""),  # type: ignore[misc]
            lambda place=place: changed.__setitem__(slice(place, place + 1), bytes([source.randrange(256)])),  # type: ignore[misc]
        ]
        source.choice(ways)()
    return bytes(changed)


def test_receipts_are_reported_alike(node: NodeVerifier) -> None:
    content, source = receipt().to_bytes(), random.Random(4)
    for changed in [content, *(_changed(content, source) for _ in range(80))]:
        program, page = both(node, changed, key=source.choice([None, KEY]), work=source.choice([None, WORK]))
        assert page == program


@pytest.mark.parametrize("content", [b"", b"PK", b"{", b'{"', b'{"a":1}\n', b"\x00" * 100, b'{"v":"\\u00e9"}\n'])
def test_what_is_no_evidence_at_all_is_reported_alike(node: NodeVerifier, content: bytes) -> None:
    program, page = both(node, content)
    assert page == program
    assert program["verdict"] == "failed"


def test_a_directory_beyond_four_gigabytes_is_reported_alike(node: NodeVerifier) -> None:
    content = bytearray(evidence())
    start = int.from_bytes(content[-6:-2], "little")
    content[start + 20 : start + 28] = b"\xff" * 8
    program, page = both(node, bytes(content))
    assert page == program
