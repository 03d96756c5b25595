"""Where candidates come from. A source proposes; only ``verification`` decides."""

from dataclasses import dataclass
from typing import Protocol

from registry.imaging.picture import Reading
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


class CandidateSource(Protocol):
    """Proposes registered pictures for a listing picture. Later stages plug in here."""

    name: str

    def propose(self, reading: Reading) -> list[Proposal]:
        """Proposals in no particular order; one picture may be proposed under several transformations."""
        ...
