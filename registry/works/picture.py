"""A registered picture as people are shown it: small from what the search holds, large from the original."""

import numpy as np

from registry.errors import NotFound
from registry.imaging.shown import as_webp
from registry.installation import Installation
from registry.similarity.catalogue import load
from registry.works.models import WorkVersion


def thumbnail(installation: Installation, index: int) -> bytes:
    """WebP of the picture of ledger entry ``index``, a longer side of at most 256 pixels. NotFound (``no_picture``)."""
    with installation.database.read() as session:
        picture = load(session, index)
    if picture is None:
        raise no_picture()
    return as_webp(np.asarray(picture.raster))


def large(installation: Installation, index: int) -> bytes:
    """The same with a longer side of at most 900 pixels. The original is decoded in the sandbox, as ever.

    NotFound (``no_picture``), and whatever reading a picture refuses.
    """
    with installation.database.read() as session:
        version = session.get(WorkVersion, index)
    if version is None or version.file_sha256 is None:
        raise no_picture()
    return as_webp(installation.pictures.read(installation.objects.get(version.file_sha256)).features.view)


def size(installation: Installation, index: int) -> tuple[int, int] | None:
    """Width and height in pixels of the picture of ledger entry ``index``; None if there is none any more."""
    with installation.database.read() as session:
        version = session.get(WorkVersion, index)
    if version is None or version.width is None or version.height is None:
        return None
    return version.width, version.height


def no_picture() -> NotFound:
    """There is nothing to show."""
    return NotFound(
        "no_picture",
        "There is no picture to show.",
        hint="The work was erased, or this entry brought drafts alone.",
    )
