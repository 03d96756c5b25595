"""Flips single bytes of an evidence file and looks at what the verifier says of each.

``python -m tests.evidence.mutation [FLIPS]`` does it thousands of times.
"""

import io
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from registry.evidence.build import CERTIFICATES, Material, Timestamp
from registry.evidence.renewal import renew
from registry.verify.container import Container
from registry.verify.file import verify_file
from registry.verify.note import parse_note
from registry.verify.tlog_proof import TlogProof
from tests.anchoring.authority import Authority
from tests.evidence.anchored import anchored
from tests.evidence.in_bitcoin import in_bitcoin
from tests.evidence.made_evidence import evidence, failed

FLIPS = 20_000
SEED = 5


def with_everything(authority: Authority) -> Material:
    """What an evidence file can have in it."""
    chained = anchored()
    text = parse_note(TlogProof.parse(chained.receipt.tlog_proof).checkpoint).text
    chain = authority.root.read_bytes()
    stamp = Timestamp("local", authority.token(text.encode()), chain, chained.receipt.tlog_proof)
    pages = {language: f"%PDF-1.7 in {language}".encode() for language in CERTIFICATES}
    chained = in_bitcoin(chained)
    return replace(chained, timestamps=(stamp,), seals=(authority.token,), certificates=pages)


def renewed_with_everything(authority: Authority) -> bytes:
    """A file that has everything, renewed three times: a timestamp, one over it, and one by another digest."""

    def stamp(message: bytes, digest_name: str) -> bytes:
        return authority.token(message, f"-{digest_name}", "-cert")

    content = evidence(with_everything(authority))
    for digest_name in ("sha256", "sha256", "sha512"):
        content = b"".join(renew(io.BytesIO(content), stamp, digest_name).file.chunks())
    return content


def regions(content: bytes) -> list[tuple[str, int, int]]:
    """Every part of the file as (name, first byte, byte after the last); headers are called after their file."""
    found = []
    last = 0
    for member in Container(io.BytesIO(content)).members.values():
        found += [(f"header of {member.name}", member.start, member.offset), (member.name, member.offset, member.end)]
        last = member.end
    return [*found, ("directory", last, len(content))]


def complaint(content: bytes, place: int, flip: int, region: str) -> str | None:
    """What is wrong with the report on ``content`` with one byte changed; None if it is as it should be."""
    changed = content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
    report = verify_file(io.BytesIO(changed))
    wrong = failed(report)
    if report.verdict != "failed" or not wrong:
        return f"byte {place} ({region}) xor {flip:02x} went unnoticed"
    inside = not region.startswith(("header of ", "directory"))
    if inside and f"file {region}" not in wrong and region not in wrong.get("container", ""):
        return f"byte {place} xor {flip:02x} changed {region}, and the report names {sorted(wrong)}"
    if not inside and "container" not in wrong:
        return f"byte {place} xor {flip:02x} changed the {region}, and the report names {sorted(wrong)}"
    return None


def in_every_region(content: bytes) -> Iterator[tuple[int, int, str]]:
    """First, middle and last byte of every region, and every byte of a header and of the end record."""
    for name, start, end in regions(content):
        if name.startswith("header of "):
            places = set(range(start, end))
        elif name == "directory":
            places = {*range(start, start + 70), *range(end - 22, end)}
        else:
            places = {start, (start + end) // 2, end - 1}
        yield from ((place, 1, name) for place in sorted(places))


def at_random(content: bytes, flips: int, seed: int) -> Iterator[tuple[int, int, str]]:
    """``flips`` single bytes anywhere, each region as likely as any other, so that large ones do not take all."""
    source = random.Random(seed)
    every = regions(content)
    for _ in range(flips):
        name, start, end = source.choice(every)
        yield source.randrange(start, end), source.randrange(1, 256), name


def main() -> int:
    """Answers with 1 if any flip was not reported as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        content = renewed_with_everything(Authority(Path(folder)))
    flips = int(sys.argv[1]) if len(sys.argv) > 1 else FLIPS
    wrong = [
        told
        for place, flip, name in at_random(content, flips, SEED)
        if (told := complaint(content, place, flip, name)) is not None
    ]
    print(f"{flips} single-byte changes of a file of {len(content)} bytes: {len(wrong)} not reported.")  # noqa: T201
    for told in wrong[:20]:
        print(told)  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
