"""An evidence file of a small log, made from the formats alone."""

import io
from collections.abc import Sequence
from dataclasses import replace

from registry.evidence.build import Material, Original, Timestamp, build
from registry.evidence.part import Part
from registry.verify import bag
from registry.verify.container import Member, directory
from registry.verify.custody import CustodyEvent
from registry.verify.evidence import verify_evidence
from registry.verify.note import parse_note
from registry.verify.report import Report, Result
from registry.verify.tlog_proof import TlogProof
from tests.anchoring.authority import Authority
from tests.verify.made_receipt import CLAIM, KEY, ORIGINAL, receipt

TIME = 1_700_000_000_000
EVENTS = (
    CustodyEvent(TIME, "example.com/log", "recorded entry 3, register", "registry", {"leaf": bytes(32)}),
    CustodyEvent(TIME + 5, "example.com/log", "made this evidence file for the holder", "firstmark 1", {}),
)
MATERIAL = Material(
    receipt=receipt(*CLAIM),
    original=Original("image/png", lambda: iter((ORIGINAL[:4], ORIGINAL[4:]))),
    custody=EVENTS,
    time=TIME + 5,
    software="firstmark 1",
)


def evidence(material: Material = MATERIAL) -> bytes:
    """The file's bytes."""
    return b"".join(build(material).chunks())


def packed(files: Sequence[tuple[str, bytes]]) -> bytes:
    """A container of these files, whatever they are called: what somebody makes who knows the form."""
    members: list[Member] = []
    content = b""
    for name, file in files:
        part = Part.of(name, file)
        members.append(Member.after(len(content), name, part.crc, part.size))
        content += members[-1].local_header + file
    return content + directory(members)


def files_of(material: Material = MATERIAL) -> dict[str, bytes]:
    """The files in it, by name."""
    return {part.name: b"".join(part.read()) for part in build(material).parts}


def with_manifests_anew(files: dict[str, bytes]) -> bytes:
    """The file that a forger makes of ``files``: with manifests that agree with them, and the right sizes."""
    parts = [Part.of(name, content) for name, content in files.items()]
    payload = {part.name: part for part in parts if part.name.startswith(bag.PAYLOAD_FOLDER)}
    files = dict(files)
    information = bag.parse_information(files[bag.INFO_NAME])
    information["Payload-Oxum"] = bag.payload_oxum({name: part.size for name, part in payload.items()})
    files[bag.INFO_NAME] = bag.information(information)
    files[bag.PAYLOAD_SHA256] = bag.manifest({name: part.sha256 for name, part in payload.items()})
    files[bag.PAYLOAD_SHA512] = bag.manifest({name: part.sha512 for name, part in payload.items()})
    tags = [name for name in files if not name.startswith(bag.PAYLOAD_FOLDER) and name != bag.TAGS_SHA256]
    files[bag.TAGS_SHA256] = bag.manifest({name: Part.of(name, files[name]).sha256 for name in tags})
    return packed(list(files.items()))


def verified(content: bytes, verifier_key: str | None = KEY, work_sha256: bytes | None = None) -> Report:
    """The report on a file with these bytes."""
    return verify_evidence(io.BytesIO(content), verifier_key=verifier_key, work_sha256=work_sha256)


def failed(report: Report) -> dict[str, str]:
    """Details of the checks that failed, by name."""
    return {check.name: check.detail for check in report.checks if check.result is Result.FAILED}


def stamped(authority: Authority, *, name: str = "local") -> Material:
    """The material with a token of ``authority`` over the checkpoint of the receipt, and one over the whole file."""
    proof = MATERIAL.receipt.tlog_proof
    text = parse_note(TlogProof.parse(proof).checkpoint).text
    chain = (authority.folder / "tsa.pem").read_bytes() + authority.root.read_bytes()
    stamp = Timestamp(name, authority.token(text.encode()), chain, proof)
    return replace(MATERIAL, timestamps=(stamp,), seals=(authority.token,))


def without_original(*names: str) -> Material:
    """The material with these fields disclosed and no original."""
    return replace(MATERIAL, receipt=receipt(*names), original=None)
