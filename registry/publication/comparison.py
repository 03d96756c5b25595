"""The ledger in the database against any published copy of it, entry by entry."""

from registry.errors import Broken
from registry.ledger.finding import EnoughFound, Finding, Findings
from registry.ledger.stored_leaves import StoredLeaves
from registry.ledger.tree import Frontier
from registry.monitor.log_source import PublishedLog
from registry.publication.shown import Publication
from registry.verify.checkpoint import Checkpoint
from registry.verify.errors import VerificationError
from registry.verify.tiles import ENTRIES, FULL, Tile, tile_of
from registry.verify.tree import leaf_hash


def compare(publication: Publication, copy: PublishedLog) -> list[Finding]:
    """What differs, the first entry that does first. Unavailable if the copy cannot be read.

    ``copy`` may be any export, mirror or server; what it holds is believed only as far as this ledger signed it.
    """
    findings = Findings()
    try:
        note = copy.checkpoint()
        with publication.database.read() as session:
            checkpoint = publication.ledger.opened(session, note)
    except VerificationError as error:
        findings.add(None, f"The copy shows no checkpoint that this ledger signed. {error}")
        return findings.in_order()
    try:
        _compare(publication, copy, checkpoint, findings)
    except EnoughFound:
        pass
    except VerificationError as error:
        findings.add(None, f"The copy's files do not hold together. {error}")
    return findings.in_order()


def _compare(publication: Publication, copy: PublishedLog, checkpoint: Checkpoint, findings: Findings) -> None:
    with publication.database.read() as session:
        size = publication.ledger.head(session).size
    ours, theirs = Frontier(), Frontier()
    for number in range(-(-checkpoint.size // FULL)):
        tile = tile_of(0, number, checkpoint.size)
        assert tile is not None  # noqa: S101 - the range ends with the tree
        shown, read = copy.hashes(tile), copy.entries(Tile(ENTRIES, number, tile.width))
        held = _held(publication, tile.start, min(tile.start + tile.width, size))
        for place, hash_ in enumerate(shown):
            index = tile.start + place
            theirs.append(hash_)
            entry = held[place] if index < size else None
            if entry is not None:
                leaf = leaf_hash(entry)
                ours.append(leaf)
                if leaf != hash_:
                    findings.add(index, f"The entry differs: its leaf hash is {leaf.hex()}, in the copy {hash_.hex()}.")
            elif index < size:
                findings.add(index, "The entry is missing here.")
            if leaf_hash(read[place]) != hash_:
                findings.add(index, "The copy's entry does not have the leaf hash that the copy's tile says.")
    if theirs.root != checkpoint.root:
        findings.add(None, f"The copy's checkpoint of {checkpoint.size} entries has another root than its hashes.")
    if size < checkpoint.size:
        findings.add(
            size,
            f"The entries {size} to {checkpoint.size - 1} are missing here: the ledger signed {checkpoint.size} "
            f"entries, and the database holds {size}.",
        )
    elif ours.size != checkpoint.size or ours.root != checkpoint.root:
        findings.add(None, f"This ledger signed another root for {checkpoint.size} entries than it has for them now.")


def _held(publication: Publication, start: int, end: int) -> list[bytes | None]:
    """Our entries; None for those that are missing from the database."""
    with publication.database.read() as session:
        leaves = StoredLeaves(session)
        try:
            return list(leaves.entries(start, max(start, end)))
        except Broken:
            return [_one(leaves, index) for index in range(start, end)]


def _one(leaves: StoredLeaves, index: int) -> bytes | None:
    try:
        return leaves.entries(index, index + 1)[0]
    except Broken:
        return None
