"""Originals that no work refers to any more."""

from collections.abc import Iterable

from sqlalchemy import select

from registry.installation import Installation
from registry.works.models import WorkVersion


def delete_unreferenced(installation: Installation, digests: Iterable[str | None]) -> None:
    """Delete the originals of these digests, except those that some work still has. Harmless to repeat.

    A crash leaves some of them, each whole and referred to by nothing.
    """
    with installation.database.write() as session:
        # Under the head's lock nobody can register the same original between the question and the deletion.
        installation.ledger.lock(session)
        for digest in digests:
            still_held = select(WorkVersion.entry_index).where(WorkVersion.file_sha256 == digest).limit(1)
            if digest is not None and session.scalar(still_held) is None:
                installation.objects.delete(digest)
