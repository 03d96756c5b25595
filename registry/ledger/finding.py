"""What a self-check finds."""

from dataclasses import dataclass

MOST_FINDINGS = 100
"""After so many, more would tell a person nothing new."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, as a sentence; ``index`` is the entry that it concerns, None for the whole ledger."""

    index: int | None
    what: str


class EnoughFound(Exception):
    """There are MOST_FINDINGS findings."""


class Findings:
    """Collects findings."""

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._more = False

    def add(self, index: int | None, what: str) -> None:
        """Notes one thing. EnoughFound if there is no point in going on."""
        if len(self._found) == MOST_FINDINGS:
            self._more = True
            raise EnoughFound
        self._found.append(Finding(index, what))

    def add_all(self, others: "Findings") -> None:
        """Notes what ``others`` has noted. EnoughFound as :meth:`add`."""
        for found in others._found:
            self.add(found.index, found.what)
        if others._more:
            self._more = True
            raise EnoughFound

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._found)

    def in_order(self) -> list[Finding]:
        """The findings by entry, those on the whole ledger last."""
        ordered = sorted(self._found, key=lambda found: (found.index is None, found.index or 0))
        if self._more:
            ordered.append(Finding(None, f"More than {MOST_FINDINGS} things are wrong; the rest is not listed."))
        return ordered
