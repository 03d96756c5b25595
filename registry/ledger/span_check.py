"""The entries that one checkpoint covers, held against what it signed.

Where two stored things contradict each other, the signed checkpoint decides which of them was
changed, and the check goes on from what was signed: one changed byte is one finding, not a flood.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from registry.ledger import tree
from registry.ledger.claim_check import ClaimCheck
from registry.ledger.entry import BUCKET_BITS
from registry.ledger.finding import Findings
from registry.ledger.outside_check import completed_by
from registry.ledger.stored_rows import ClaimRow, EntryRow, HeadRow, StoredRows
from registry.verify.checkpoint import Checkpoint
from registry.verify.encoding import HASH_BYTES
from registry.verify.entry import NO_PREVIOUS, Entry, parse_entry
from registry.verify.errors import VerificationError
from registry.verify.tree import leaf_hash

_OTHER_LEAF = "The entry's bytes do not have the leaf hash that is stored beside them."


class SpanCheck:
    """Checks entries by spans, and holds what the next one is checked against.

    ``frontier`` is the tree so far. ``previous`` and ``time`` are the leaf hash and the time of the
    entry before, None if they cannot be known. ``diverged`` says that the frontier is not the signed
    tree's, which has been reported. ``head`` is the ledger's, if it has one.
    """

    def __init__(self, rows: StoredRows, findings: Findings, claims: ClaimCheck) -> None:
        self.frontier = tree.Frontier()
        self.previous: bytes | None = NO_PREVIOUS
        self.time: int | None = 0
        self.diverged = False
        self.head: HeadRow | None = None
        self._rows = rows
        self._findings = findings
        self._claims = claims

    def check(self, span: Sequence[EntryRow], signed: Checkpoint | None) -> None:
        """Checks the entries since the last checkpoint against the next one, ``signed``.

        Without a valid checkpoint they are believed: the chain and later checkpoints will tell.
        """
        start, end = span[0].index, span[-1].index + 1
        claims = self._rows.claims(start, end)
        leaves = [leaf_hash(row.encoded) for row in span]
        truth = leaves if signed is None else self._signed_leaves(span, leaves, signed)
        if truth is None:
            assert signed is not None  # noqa: S101 - leaves are believed without one
            self._check_unresolved(span, leaves, signed, claims)
            return
        if signed is not None:
            self.diverged = False
        for row, leaf, true in zip(span, leaves, truth, strict=True):
            entry = None
            if leaf == true:
                if leaf != row.leaf_hash:
                    self._findings.add(row.index, _OTHER_LEAF)
                    self.diverged = self.diverged or signed is None  # the next checkpoint tells which was changed
                entry = self._content(row, self.previous)
            elif row.leaf_hash == true:
                self._findings.add(row.index, f"The entry's bytes were changed: {_commits_to_others(signed)}.")
            else:
                self._report_replaced(row, signed)
            self.previous = true
            self._check_claim(row, entry, claims)
        derived = dict(self.frontier.extend(truth))
        if not self.diverged:
            self.check_nodes(derived, self._rows.nodes(start, end))

    def _signed_leaves(
        self, span: Sequence[EntryRow], leaves: Sequence[bytes], signed: Checkpoint
    ) -> Sequence[bytes] | None:
        """The leaf hashes that were signed: those of the bytes, those beside them, or those that the chain names."""
        if self.frontier.root_with(leaves) == signed.root:
            return leaves
        stored = [
            row.leaf_hash if len(row.leaf_hash) == HASH_BYTES else leaf for row, leaf in zip(span, leaves, strict=True)
        ]
        if self.frontier.root_with(stored) == signed.root:
            return stored
        end = span[-1].index + 1
        named = self.leaves_in_the_chain([*span, *self._rows.entries(end, end + 1)])
        chained = [named.get(row.index, leaf) for row, leaf in zip(span, leaves, strict=True)]
        return chained if self.frontier.root_with(chained) == signed.root else None

    def leaves_in_the_chain(self, rows: Sequence[EntryRow]) -> dict[int, bytes]:
        """By index, what the entries say of the one before them; of the last one the head says it."""
        named: dict[int, bytes] = {}
        if self.head is not None and len(self.head.last_leaf) == HASH_BYTES:
            named[self.head.size - 1] = self.head.last_leaf
        for row in rows:
            with suppress(VerificationError):
                entry = parse_entry(row.encoded)
                named[entry.index - 1] = entry.previous
        return named

    def _check_unresolved(
        self, span: Sequence[EntryRow], leaves: Sequence[bytes], signed: Checkpoint, claims: Mapping[int, ClaimRow]
    ) -> None:
        """Names what is wrong in a span of which nothing gives the signed root, as far as the entries show it."""
        told = self._findings.count
        alone = len(span) == 1 and not self.diverged
        for row, leaf in zip(span, leaves, strict=True):
            entry = None
            if leaf != row.leaf_hash:
                self._findings.add(row.index, _OTHER_LEAF)
            elif alone or _other_place(row):
                self._report_replaced(row, signed)
            else:
                entry = self._content(row, self.previous)
            self.previous = None if alone else leaf
            self._check_claim(row, entry, claims)
        if self._findings.count == told and not self.diverged:
            what = f"Entries from {span[0].index} to {span[-1].index} were changed or replaced"
            self._findings.add(span[0].index, f"{what}: {_commits_to_others(signed)}.")
        stored = self.stored_frontier(signed.size)
        if stored is not None and stored.root == signed.root:
            self.diverged, self.frontier = False, stored
        else:
            self.diverged = True
            self.frontier.extend(leaves)

    def _check_claim(self, row: EntryRow, entry: Entry | None, claims: Mapping[int, ClaimRow]) -> None:
        self.time = None if entry is None else entry.time
        self._claims.check(row.index, entry, claims.get(row.index))
        if entry is None and row.kind == b"erase":
            self._claims.erased(row.subject.decode("utf-8", "replace"))  # what is wrong with it has been said

    def _report_replaced(self, row: EntryRow, signed: Checkpoint | None) -> None:
        self._findings.add(
            row.index, f"The entry was changed or replaced: {_commits_to_others(signed)}.{_other_place(row)}"
        )

    def _content(self, row: EntryRow, previous: bytes | None) -> Entry | None:
        index = row.index
        try:
            entry = parse_entry(row.encoded)
        except VerificationError as error:
            self._findings.add(index, f"The entry is not valid. {error}")
            return None
        if entry.index != index:
            self._findings.add(index, f"The entry stands in the wrong place: it says that it is entry {entry.index}.")
        if previous is not None and entry.previous != previous:
            self._findings.add(index, "The entry does not follow the one before it: it names another leaf hash.")
        if self.time is not None and entry.time < self.time:
            self._findings.add(index, "The entry's time is before the time of the entry before it.")
        if row.bucket != index >> BUCKET_BITS:
            self._findings.add(index, "The bucket that is stored beside the entry is not its own.")
        if (row.kind, row.subject) != (entry.kind.encode(), entry.subject.encode()):
            self._findings.add(index, "The kind or subject that is stored beside the entry is not the entry's own.")
        return entry

    def check_nodes(self, derived: dict[tree.Place, bytes], stored: dict[tree.Place, bytes]) -> None:
        for (level, position), computed in derived.items():
            if stored.get((level, position)) != computed:
                what = "was changed" if (level, position) in stored else "is missing"
                self._findings.add(completed_by((level, position)), f"Tree node {position} on level {level} {what}.")

    def stored_frontier(self, size: int) -> tree.Frontier | None:
        """The stored tree's right edge, if it is there at all."""
        hashes = [self._rows.subtree(place) for place in tree.peaks(size)]
        complete = [hash_ for hash_ in hashes if hash_ is not None]
        return tree.Frontier(size, complete) if len(complete) == len(hashes) else None


def _commits_to_others(signed: Checkpoint | None) -> str:
    assert signed is not None  # noqa: S101 - without one nothing is found to be changed
    return f"the signed checkpoint of size {signed.size} commits to others"


def _other_place(row: EntryRow) -> str:
    """Whether a replaced entry's bytes name another place: then rows were swapped."""
    try:
        entry = parse_entry(row.encoded)
    except VerificationError:
        return ""
    return "" if entry.index == row.index else f" Its bytes say that it is entry {entry.index}."
