"""What the evidence of a work is made of: its holder chooses what of the claim it discloses, and whether the original
is in it."""

from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.anchoring.opentimestamps import stored_proofs
from registry.anchoring.stored import earliest_over
from registry.errors import Refused
from registry.evidence.build import BitcoinProof, Material, Original, Timestamp
from registry.installation import Installation
from registry.verify.commitment import Disclosure
from registry.verify.custody import CustodyEvent
from registry.verify.entry import parse_entry
from registry.verify.receipt import FILE_DIGEST_FIELD, Receipt
from registry.verify.tree import leaf_hash
from registry.works.answer import registered
from registry.works.chain_evidence import chain_anchors, pins
from registry.works.models import WorkVersion
from registry.works.read import owned_work, version_of

ALL, NONE = "all", "none"


@dataclass(frozen=True)
class Selection:
    """``names`` are the claim's fields that are disclosed, all where None.

    ``original`` says whether the registered file goes in; None: if its digest is disclosed and there is one.
    """

    names: frozenset[str] | None = None
    original: bool | None = None

    @classmethod
    def parse(cls, disclose: str, original: bool | None = None) -> Self:
        """``disclose`` is ``all``, ``none`` or names with commas between them."""
        if disclose == ALL:
            return cls(None, original)
        return cls(frozenset() if disclose == NONE else frozenset(disclose.split(",")), original)

    @property
    def wants_original(self) -> bool:
        """Whether the original goes in where there is one."""
        disclosed = self.names is None or FILE_DIGEST_FIELD in self.names
        return disclosed if self.original is None else self.original


@dataclass(frozen=True)
class Gathered:
    """``material`` without seals and certificates, and the digest of the registered file where it may be shown."""

    material: Material
    picture_sha256: str | None
    state: str

    def with_event(self, action: str, digests: dict[str, bytes]) -> Self:
        """The same with one thing more that was done now."""
        material = self.material
        event = CustodyEvent(material.time, material.custody[0].by, action, material.software, digests)
        return replace(self, material=replace(material, custody=(*material.custody, event)))


def gather(
    installation: Installation, work_id: str, account_id: str | None, index: int | None, selection: Selection | None
) -> Gathered:
    """Of the version at entry ``index``, the first where None; nothing where the selection is None is kept back.

    NotFound (``no_such_work``, ``no_such_version``, ``work_erased``), Refused (``no_such_field``,
    ``original_not_disclosed``, ``no_original``). The original is not read yet.
    """
    selection = selection or Selection()
    with installation.database.read() as session:
        work = owned_work(session, work_id, account_id)
        found = version_of(session, work, index)
        kept = registered(installation, session, found.entry_index, "already_registered").receipt
        events = _recorded(installation, session, work.id)
        timestamps = _timestamps(installation, session, found.entry_index)
        anchors = chain_anchors(installation.ledger, session, found.entry_index)
        in_bitcoin = _in_bitcoin(installation, session, found.entry_index)
        pinned = pins(installation.ledger, session, found.entry_index)
    chosen = _chosen(Receipt.from_json(kept), selection, has_picture=found.file_sha256 is not None)
    shown = found.file_sha256 if selection.wants_original else None
    original = None
    if shown is not None:
        original = Original(found.media_type or "", partial(installation.objects.stream, shown))
    material = Material(
        chosen,
        original,
        events,
        installation.clock.milliseconds(),
        f"firstmark {version('firstmark')}",
        timestamps,
        anchors=anchors,
        pins=pinned,
        bitcoin=in_bitcoin,
        versions=len(events),
    )
    return Gathered(material, shown, work.state)


def _chosen(kept: Receipt, selection: Selection, *, has_picture: bool) -> Receipt:
    """The receipt with nothing disclosed but what was chosen."""
    fields = kept.disclosure.fields
    known = {field.name for field in fields}
    names = known if selection.names is None else selection.names
    if unknown := names - known:
        raise Refused(
            "no_such_field",
            f"The claim of this version has no field {sorted(unknown)[0]!r}.",
            hint=f"It has: {', '.join(sorted(known))}.",
        )
    if selection.original and not has_picture:
        raise Refused(
            "no_original",
            "This version has no picture, so there is no original to put in.",
            hint="Name an entry with a picture, as 'registry works show' tells, or leave the original out.",
        )
    if selection.original and FILE_DIGEST_FIELD not in names:
        raise Refused(
            "original_not_disclosed",
            f"An original proves nothing without its digest, and {FILE_DIGEST_FIELD} is not to be disclosed.",
            hint=f"Disclose {FILE_DIGEST_FIELD} too, or leave the original out.",
        )
    shown = tuple(field for field in fields if field.name in names)
    others = (field.digest() for field in fields if field.name not in names)
    return replace(kept, disclosure=Disclosure(shown, (*kept.disclosure.undisclosed, *others)))


def _timestamps(installation: Installation, session: Session, index: int) -> list[Timestamp]:
    """Of each authority the first stamp that the entry is under."""
    return [
        Timestamp(
            authority=stamp.witness,
            token=stamp.proof,
            certificates=stamp.certificates,
            tlog_proof=installation.ledger.tlog_proof(session, index, stamp.checkpoint_size),
        )
        for stamp in earliest_over(session, index)
    ]


def _in_bitcoin(installation: Installation, session: Session, index: int) -> BitcoinProof | None:
    """The first block of Bitcoin that the entry is under; a promise alone goes into no evidence file."""
    found = stored_proofs.earliest_over(session, index)
    if found is None:
        return None
    tlog_proof = installation.ledger.tlog_proof(session, index, found.checkpoint_size)
    return BitcoinProof(found.proof, found.header, tlog_proof)


def _recorded(installation: Installation, session: Session, work_id: str) -> list[CustodyEvent]:
    """What the ledger says of the work's versions, public as it is: nothing here opens what the holder keeps back."""
    versions = select(WorkVersion.entry_index).where(WorkVersion.work_id == work_id).order_by(WorkVersion.entry_index)
    events = []
    for index in session.scalars(versions):
        encoded = installation.ledger.entry(session, index)
        entry = parse_entry(encoded)
        digests = {"leaf": leaf_hash(encoded)}
        action = f"recorded entry {index}, {entry.kind}"
        events.append(CustodyEvent(entry.time, installation.ledger.origin, action, "registry", digests))
    return events
