"""Originals and evidence pictures that nothing refers to any more."""

from collections.abc import Iterable

from sqlalchemy import select

from registry.installation import Installation
from registry.works.models import CheckEvidence, WorkVersion


def delete_unreferenced(installation: Installation, digests: Iterable[str | None]) -> None:
    """Delete the objects of these digests, except those that some work or check still has. Harmless to repeat.

    A crash leaves some of them, each whole and referred to by nothing.
    """
    with installation.database.write() as session:
        # Under the head's lock nobody can register the same original between the question and the deletion.
        installation.ledger.lock(session)
        for digest in digests:
            held = (
                select(WorkVersion.entry_index).where(WorkVersion.file_sha256 == digest),
                select(CheckEvidence.entry_index).where(CheckEvidence.picture_sha256 == digest),
                select(CheckEvidence.entry_index).where(CheckEvidence.aligned_sha256 == digest),
                select(CheckEvidence.entry_index).where(CheckEvidence.listing_sha256 == digest),
            )
            if digest is not None and all(session.scalar(one.limit(1)) is None for one in held):
                installation.objects.delete(digest)
