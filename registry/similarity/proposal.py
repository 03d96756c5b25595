"""What the hashes propose; only ``verification`` decides."""

from dataclasses import dataclass

from registry.imaging.symmetry import Symmetry


@dataclass(frozen=True)
class Proposal:
    """A registered picture, by its ledger entry, that may be the listing's whole picture after a transformation.

    ``strength`` in 0..1 orders the proposals of one source, strongest first.
    """

    entry_index: int
    symmetry: Symmetry
    inverted: bool
    strength: float
