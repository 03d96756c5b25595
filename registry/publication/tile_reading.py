"""Single tiles, for whoever serves them without a folder of files."""

from sqlalchemy.orm import Session

from registry.ledger import tiles
from registry.ledger.stored_leaves import StoredLeaves
from registry.publication.shown import Publication
from registry.verify.tiles import Tile


def tile_content(publication: Publication, session: Session, tile: Tile) -> bytes | None:
    """The bytes of a tile or bundle; None if the tree that is shown in this snapshot does not have it.

    Any width up to that tree's is answered: all are tiles of checkpoints that were shown.
    """
    if tile.end > publication.size(session):
        return None
    return tiles.content_of(tile, StoredLeaves(session))
