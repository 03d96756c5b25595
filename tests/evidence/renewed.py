"""An evidence file over thirty years: authorities that come and go, and what is renewed while they are there."""

import io
from dataclasses import dataclass, replace
from pathlib import Path

from registry.evidence.build import Timestamp
from registry.evidence.renewal import renew
from registry.verify.certificate import Certificate, parse_certificates
from registry.verify.evidence import verify_evidence
from registry.verify.note import parse_note
from registry.verify.reading import Reading
from registry.verify.report import Report
from registry.verify.tlog_proof import TlogProof
from tests.anchoring.authority import P256, RSA, Authority
from tests.evidence.made_evidence import MATERIAL, evidence
from tests.verify.made_receipt import KEY

SHA256_ENDS = "sha256=2048-01-01"


@dataclass(frozen=True)
class Years:
    """Three authorities, and evidence ``made`` in 2026, ``recorded`` at once, its ``timestamp_renewed`` in 2035 before
    the first authority's certificate expires, and ``tree_renewed`` in 2045 by SHA-512 before SHA-256 is distrusted."""

    first: Authority
    second: Authority
    third: Authority
    made: bytes
    recorded: bytes
    timestamp_renewed: bytes
    tree_renewed: bytes

    @property
    def roots(self) -> list[Certificate]:
        """Those of the three."""
        return [
            root
            for authority in (self.first, self.second, self.third)
            for root in parse_certificates(authority.root.read_bytes())
        ]


def thirty_years(folder: Path) -> Years:
    """Thirty years, in some seconds."""
    first = Authority(folder / "first", P256, clock="2026-01-01", days=3_650, called="First")
    second = Authority(folder / "second", RSA, clock="2034-01-01", days=4_400, called="Second")
    third = Authority(folder / "third", P256, digest="sha512", clock="2044-01-01", days=6_000, called="Third")
    first.clock = "2026-01-02"  # on the day before, its certificate may begin a second after the token
    proof = MATERIAL.receipt.tlog_proof
    text = parse_note(TlogProof.parse(proof).checkpoint).text
    chain = (first.folder / "tsa.pem").read_bytes() + first.root.read_bytes()
    stamp = Timestamp("local", first.token(text.encode()), chain, proof)
    made = evidence(replace(MATERIAL, timestamps=(stamp,), seals=(first.token,)))
    recorded = renewed(made, first, "2026-02-01", "sha256")
    timestamp_renewed = renewed(recorded, second, "2035-06-01")
    tree_renewed = renewed(timestamp_renewed, third, "2045-06-01", "sha512")
    return Years(first, second, third, made, recorded, timestamp_renewed, tree_renewed)


def renewed(content: bytes, authority: Authority, clock: str, digest_name: str | None = None) -> bytes:
    """The evidence file ``content`` as ``authority`` renews it at a date."""
    authority.clock = clock

    def stamp(message: bytes, digest_name: str) -> bytes:
        return authority.token(message, f"-{digest_name}", "-cert")

    return b"".join(renew(io.BytesIO(content), stamp, digest_name).file.chunks())


def read(content: bytes, at: str, roots: list[Certificate] | None, *distrusted: str) -> Report:
    """The report on it as of a date."""
    return verify_evidence(
        io.BytesIO(content), verifier_key=KEY, authority_roots=roots, reading=Reading.of(at, distrusted)
    )
