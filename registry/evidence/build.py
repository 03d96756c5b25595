"""Building an evidence file: an ASiC-E container (ETSI EN 319 162-1) that unzips to a BagIt bag (RFC 8493).

The same material gives the same bytes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from string import Template

from registry.evidence.court_report import court_checklist, draft_declaration, facts_of
from registry.evidence.evidence_file import EvidenceFile
from registry.evidence.offline_verifier import offline_verifier
from registry.evidence.part import Part, Read
from registry.verify import asic, bag, canonical_json
from registry.verify import evidence_form as form
from registry.verify.commitment import Disclosure
from registry.verify.container import MIMETYPE, MIMETYPE_NAME
from registry.verify.custody import CustodyEvent, custody_record
from registry.verify.encoding import utf8
from registry.verify.entry import Entry, parse_entry
from registry.verify.ethereum_anchor import chain_folder
from registry.verify.note import parse_note
from registry.verify.receipt import Receipt
from registry.verify.tlog_proof import TlogProof
from registry.verify_page.page import verification_page

SUFFIXES: Mapping[str, str] = {
    "image/avif": ".avif",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tif",
    "image/vnd.adobe.photoshop": ".psd",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
}
"""What an original is called in the file. Its own name may say more than its holder wants to disclose."""


CERTIFICATES: Mapping[str, str] = {"en": form.CERTIFICATE_ENGLISH, "zh": form.CERTIFICATE_CHINESE}
"""Where the certificate stands, by its language."""
_TAGS = (form.README_ENGLISH, form.README_CHINESE, bag.INFO_NAME, bag.PAYLOAD_SHA256, bag.PAYLOAD_SHA512)
"""What the report may name beside the payload."""

Seal = Callable[[bytes], bytes]
"""Answers a list of files with a timestamp token over it."""


@dataclass(frozen=True)
class Original:
    """The registered file: its media type, and how to read it in pieces."""

    media_type: str
    read: Read


@dataclass(frozen=True)
class Timestamp:
    """A checkpoint with the entry in it as ``authority`` stamped it: its token, certificates (PEM), and the proof."""

    authority: str
    token: bytes
    certificates: bytes
    tlog_proof: str


@dataclass(frozen=True)
class ChainAnchor:
    """A checkpoint with the entry in it as it is anchored in a chain: the files that prove it, by name, and the proof
    that the entry is in it."""

    chain_id: int
    files: Mapping[str, bytes]
    tlog_proof: str


@dataclass(frozen=True)
class BitcoinProof:
    """A checkpoint with the entry in it that OpenTimestamps leads to a block of Bitcoin: the proof (``.ots``), the
    block's header, None where nobody looked it up, and the proof that the entry is in it."""

    proof: bytes
    header: bytes | None
    tlog_proof: str


@dataclass(frozen=True)
class Pin:
    """A block of a chain (its header in RLP) that an earlier entry names, which ``disclosure`` opens; ``entries`` are
    that one and all between it and the entry that the file is about."""

    chain_id: int
    header: bytes
    disclosure: Disclosure
    entries: Sequence[bytes]


@dataclass(frozen=True)
class Material:
    """What goes into an evidence file. ``receipt`` is of the entry, its disclosure the one that the holder chose.

    ``time`` (milliseconds, UTC) is when the file is made, ``software`` what makes it. ``seals`` stamp the whole file;
    ASiC-E asks for one at least, the form of evidence files for none. ``versions`` of the work were recorded.
    ``certificates`` are signed PDFs by language, for people to read: the holder asks for them.
    """

    receipt: Receipt
    original: Original | None
    custody: Sequence[CustodyEvent]
    time: int
    software: str
    timestamps: Sequence[Timestamp] = ()
    seals: Sequence[Seal] = ()
    anchors: Sequence[ChainAnchor] = ()
    pins: Sequence[Pin] = ()
    bitcoin: BitcoinProof | None = None
    versions: int = 1
    certificates: Mapping[str, bytes] = field(default_factory=dict)


def build(material: Material) -> EvidenceFile:
    """The evidence file of ``material``. Reads the original once now and once more when the file is written."""
    entry = parse_entry(utf8(material.receipt.entry))
    proofs = list(_payload(material))
    payload = sorted((*proofs, *_report(material, entry, proofs)), key=lambda part: part.name)
    sizes = {part.name: part.size for part in payload}
    made = datetime.fromtimestamp(material.time // 1000, UTC)
    tags = [
        Part.of(MIMETYPE_NAME, MIMETYPE),
        *_readmes(entry.subject, entry.index, material.receipt.verifier_key),
        Part.of(bag.DECLARATION_NAME, bag.DECLARATION),
        Part.of(
            bag.INFO_NAME,
            bag.information(
                {
                    form.VERSION_LABEL: form.VERSION,
                    form.SUBJECT_LABEL: entry.subject,
                    "Bagging-Date": made.date().isoformat(),
                    "Bag-Software-Agent": material.software,
                    form.OXUM_LABEL: bag.payload_oxum(sizes),
                }
            ),
        ),
        Part.of(bag.PAYLOAD_SHA256, bag.manifest({part.name: part.sha256 for part in payload})),
        Part.of(bag.PAYLOAD_SHA512, bag.manifest({part.name: part.sha512 for part in payload})),
    ]
    seals = list(_seals(material.seals, (*tags, *payload)))
    last = Part.of(bag.TAGS_SHA256, bag.manifest({part.name: part.sha256 for part in (*tags, *seals)}))
    return EvidenceFile((*tags[:3], *payload, *tags[3:], *seals, last))


def _payload(material: Material) -> Iterator[Part]:
    receipt = material.receipt
    yield Part.of(form.ENTRY, utf8(receipt.entry))
    yield Part.of(form.DISCLOSURE, canonical_json.encode(receipt.disclosure.to_json()) + b"\n")
    yield Part.of(form.PROOF, utf8(receipt.tlog_proof))
    yield Part.of(form.VERIFIER_KEY, utf8(receipt.verifier_key) + b"\n")
    yield Part.of(form.CUSTODY, custody_record(material.custody))
    yield Part.of(form.VERIFIER, offline_verifier())
    yield Part.of(form.PAGE, verification_page())
    for stamp in material.timestamps:
        folder = f"{form.TIMESTAMPS}{stamp.authority}/"
        yield Part.of(folder + form.TOKEN, stamp.token)
        yield Part.of(folder + form.CHAIN, stamp.certificates)
        yield from _stamped(folder, stamp.tlog_proof)
    for anchor in material.anchors:
        folder = chain_folder(anchor.chain_id)
        for name, content in anchor.files.items():
            yield Part.of(folder + name, content)
        yield Part.of(folder + form.STAMPED_PROOF, utf8(anchor.tlog_proof))
    if material.bitcoin is not None:
        yield Part.of(form.BITCOIN + form.OPENTIMESTAMPS_PROOF, material.bitcoin.proof)
        yield from _stamped(form.BITCOIN, material.bitcoin.tlog_proof)
        if material.bitcoin.header is not None:
            yield Part.of(form.BITCOIN + form.BITCOIN_HEADER, material.bitcoin.header)
    for pin in material.pins:
        folder = chain_folder(pin.chain_id) + form.PINNED
        yield Part.of(folder + form.HEADER, pin.header)
        yield Part.of(folder + form.PINNED_DISCLOSURE, canonical_json.encode(pin.disclosure.to_json()) + b"\n")
        yield Part.of(folder + form.PINNED_ENTRIES, b"".join(entry + b"\n" for entry in pin.entries))
    if material.original is not None:
        suffix = SUFFIXES.get(material.original.media_type, "")
        yield Part.streamed(f"{form.WORK_FOLDER}original{suffix}", material.original.read)


def _stamped(folder: str, tlog_proof: str) -> Iterator[Part]:
    """The text that a witness stamped, and the proof that the entry is under it."""
    yield Part.of(folder + form.STAMPED_PROOF, utf8(tlog_proof))
    yield Part.of(folder + form.STAMPED, utf8(parse_note(TlogProof.parse(tlog_proof).checkpoint).text))


def _report(material: Material, entry: Entry, proofs: Sequence[Part]) -> Iterator[Part]:
    """What courts ask, answered from ``proofs``."""
    facts = facts_of((part.name for part in proofs), versions=material.versions)
    names = [*(part.name for part in proofs), form.DRAFT_DECLARATION, *_TAGS]
    yield Part.of(form.CHECKLIST, court_checklist(entry.subject, entry.index, names, facts))
    yield Part.of(form.DRAFT_DECLARATION, draft_declaration(material.receipt, facts))
    for language, document in material.certificates.items():
        yield Part.of(CERTIFICATES[language], document)


def _seals(seals: Sequence[Seal], parts: Sequence[Part]) -> Iterator[Part]:
    digests = {part.name: part.sha256 for part in parts}
    for number, seal in enumerate(seals, 1):
        manifest = asic.container_manifest(number, digests)
        yield Part.of(asic.manifest_name(number), manifest)
        yield Part.of(asic.timestamp_name(number), seal(manifest))


def _readmes(subject: str, index: int, verifier_key: str) -> Iterator[Part]:
    for name in (form.README_ENGLISH, form.README_CHINESE):
        template = Template((files("registry.evidence") / "texts" / name).read_text("utf-8"))
        text = template.substitute(subject=subject, index=index, verifier_key=verifier_key)
        yield Part.of(name, utf8(text))
