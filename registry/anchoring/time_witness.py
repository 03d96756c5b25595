"""What every witness of time is to the rest of the house, whatever its protocol."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Stamp:
    """What a witness answered, verified by then.

    ``proof`` is its own file, ``certificates`` are what else it takes to verify it (PEM; empty where nothing does), and
    ``time`` is the latest moment, in milliseconds since the Unix epoch, at which it was made.
    """

    proof: bytes
    certificates: bytes
    time: int


class TimeWitness(Protocol):
    """Somebody who says when he saw something."""

    @property
    def name(self) -> str:
        """What it is called in this installation and in every evidence file: a file name, unique here."""

    def stamp(self, text: bytes) -> Stamp:
        """The stamp of ``text``, verified. Unavailable, or Broken if what it answered is no stamp of ``text``."""
