"""Chain, tree and checkpoints derived again from the entries' bytes.

Where two stored things contradict each other, the signed checkpoint decides which of them was
changed, and the derivation goes on from what was signed: one changed byte is one finding, not a flood.
"""

from collections.abc import Callable, Iterator, Sequence

from registry.ledger import tree
from registry.ledger.claim_check import ClaimCheck
from registry.ledger.finding import MOST_FINDINGS, Findings
from registry.ledger.key_history import KeyHistory
from registry.ledger.private_key import check_ed25519
from registry.ledger.stored_rows import EntryRow, HeadRow, StoredRows
from registry.verify.checkpoint import Checkpoint, open_checkpoint
from registry.verify.encoding import HASH_BYTES, LARGEST_INDEX, printable, utf8_text
from registry.verify.entry import NO_PREVIOUS, Entry, parse_entry
from registry.verify.errors import VerificationError
from registry.verify.note import VerifierKey
from registry.verify.tree import EMPTY_ROOT, leaf_hash

_ENOUGH = MOST_FINDINGS + 1
"""Of one kind of fault: one more than is listed, so that the list says that there are more."""

Progress = Callable[[int, int], None]
"""Called with the number of entries checked and of all entries."""


class Derivation:
    """One pass over one snapshot, and what the next entry is checked against.

    ``frontier`` is the tree so far. ``_previous`` and ``_time`` are the leaf hash and the time of the
    entry before, None if they cannot be known. ``_diverged`` says that the frontier is not the signed
    tree's, which has been reported.
    """

    def __init__(
        self,
        rows: StoredRows,
        key: VerifierKey,
        claims: ClaimCheck,
        findings: Findings,
        progress: Progress | None,
        *,
        keys: KeyHistory,
    ) -> None:
        self.frontier = tree.Frontier()
        self._rows = rows
        self._key = key
        self._keys = keys
        self._claims = claims
        self._findings = findings
        self._progress = progress
        self._previous: bytes | None = NO_PREVIOUS
        self._time: int | None = 0
        self._diverged = False

    def run(self) -> None:
        """Goes over everything once. EnoughFound when there is too much to tell."""
        head = self._read_head()
        size: int = self._rows.count_entries() if head is None else head.size
        nothing = self._signed(0, self._rows.checkpoints(0, 0).get(0))
        if nothing is not None and nothing.root != EMPTY_ROOT:
            self._findings.add(None, "The checkpoint of size 0 has a root that is not the empty tree's.")
        after: int | None = None
        while block := self._rows.entries(after):
            after = block[-1].index
            for row in block:
                if not 0 <= row.index < size:
                    self._findings.add(row.index, f"The entry is stored, but the ledger's head says {size} entries.")
            for run in _without_gaps([row for row in block if 0 <= row.index < size]):
                self._cross_gap(run[0].index)
                self._check_run(run, size)
        self._report_missing_end(size)
        if head is not None:
            self._check_head(head)
        self._check_outside(size)
        for wrong in self._rows.mistyped(_ENOUGH):
            self._findings.add(wrong.index, f"A value in {wrong.table}.{wrong.column} is of the wrong type.")
        for said in self._rows.inconsistencies(_ENOUGH):
            self._findings.add(None, f"The database's file is damaged: {printable(said)}.")

    def _read_head(self) -> HeadRow | None:
        heads = self._rows.heads()
        if len(heads) != 1:
            self._findings.add(None, f"The ledger has {'more than one' if heads else 'no'} head.")
            return None
        head = heads[0]
        if not isinstance(head.size, int) or not 0 <= head.size <= LARGEST_INDEX:
            self._findings.add(None, "The head's size is not a number of entries.")
            return None
        return head

    def _check_run(self, run: Sequence[EntryRow], size: int) -> None:
        """Checks entries that follow each other, the first of them at the frontier."""
        start, end = run[0].index, run[-1].index + 1
        notes = self._rows.checkpoints(start + 1, end)
        claims = self._rows.claims(start, end)
        nodes: dict[tree.Place, bytes] = {}
        for row in run:
            signed = self._signed(row.index + 1, notes.get(row.index + 1))
            previous = self._previous
            believed = self._take(row, signed, nodes)
            entry = self._content(row, previous) if believed else None
            self._time = None if entry is None else entry.time
            self._claims.check(row.index, entry, claims.get(row.index, ()))
            if self._progress is not None:
                self._progress(row.index + 1, size)
        self._check_nodes(nodes, self._rows.nodes(start, end))
        self._claims.check_erasures()

    def _signed(self, size: int, note: bytes | None) -> Checkpoint | None:
        """What the log signed for ``size``; None if that is missing or not valid."""
        index = size - 1 if size else None
        if note is None:
            self._findings.add(index, f"The checkpoint of size {size} is missing.")
            return None
        try:
            checkpoint = open_checkpoint(utf8_text(note), *self._keys.at(size), check=check_ed25519)
        except VerificationError as error:
            self._findings.add(index, f"The checkpoint of size {size} is not valid. {error}")
            return None
        if checkpoint.size != size:
            self._findings.add(
                index, f"The checkpoint that is stored for size {size} is one of size {checkpoint.size}."
            )
            return None
        return checkpoint

    def _take(self, row: EntryRow, signed: Checkpoint | None, nodes: dict[tree.Place, bytes]) -> bool:
        """Adds the entry to the derived tree; answers whether its bytes are the ones that were signed.

        Without a valid checkpoint they are believed: the chain and later checkpoints will tell.
        """
        index, leaf = row.index, leaf_hash(row.encoded)
        if signed is None or self.frontier.root_with(leaf) == signed.root:
            if leaf != row.leaf_hash:
                self._findings.add(index, "The entry's bytes do not have the leaf hash that is stored beside them.")
            if signed is not None:
                self._diverged = False
            elif leaf != row.leaf_hash:
                self._diverged = True  # perhaps: the next checkpoint tells which of the two was changed
            self._append(leaf, nodes)
            return True
        if len(row.leaf_hash) == HASH_BYTES and self.frontier.root_with(row.leaf_hash) == signed.root:
            self._findings.add(index, f"The entry's bytes were changed: {_commits_to_others(signed)}.")
            self._diverged = False
            self._append(row.leaf_hash, nodes)
            return False
        place = _other_place(row)
        if not self._diverged or place:
            self._findings.add(index, f"The entry was changed or replaced: {_commits_to_others(signed)}.{place}")
        elif leaf != row.leaf_hash:
            self._findings.add(index, "The entry's bytes do not have the leaf hash that is stored beside them.")
        stored = self._stored_frontier(index + 1)
        if stored is not None and stored.root == signed.root:
            self._diverged, self.frontier = False, stored
        else:
            self._diverged = True
            self._append(leaf, nodes)
        self._previous = None
        return False

    def _append(self, leaf: bytes, nodes: dict[tree.Place, bytes]) -> None:
        completed = self.frontier.append(leaf)
        if not self._diverged:
            nodes.update(completed)
        self._previous = leaf

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
        if self._time is not None and entry.time < self._time:
            self._findings.add(index, "The entry's time is before the time of the entry before it.")
        if (row.kind, row.subject) != (entry.kind.encode(), entry.subject.encode()):
            self._findings.add(index, "The kind or subject that is stored beside the entry is not the entry's own.")
        return entry

    def _check_nodes(self, derived: dict[tree.Place, bytes], stored: dict[tree.Place, bytes]) -> None:
        for (level, position), computed in derived.items():
            if stored.get((level, position)) != computed:
                what = "was changed" if (level, position) in stored else "is missing"
                self._findings.add(_completed_by((level, position)), f"Tree node {position} on level {level} {what}.")

    def _cross_gap(self, index: int) -> None:
        """Reports the entries missing before ``index`` and goes on from the stored tree, if that was signed."""
        start = self.frontier.size
        if index == start:
            return
        self._report_missing(start, index)
        stored = self._stored_frontier(index)
        signed = self._check_signatures(start + 1, index)
        if stored is None:
            self.frontier = tree.Frontier(index, [bytes(HASH_BYTES)] * index.bit_count())  # no tree: all will differ
        else:
            self.frontier = stored
        self._diverged = stored is None or (signed is not None and stored.root != signed.root)
        self._previous = self._time = None

    def _report_missing_end(self, size: int) -> None:
        start = self.frontier.size
        if start < size:
            self._report_missing(start, size)
            if self._check_signatures(start + 1, size) is None:
                self._findings.add(None, f"The head says {size} entries, but no such number was ever signed.")
            self._diverged, self._previous, self._time = True, None, None

    def _report_missing(self, start: int, end: int) -> None:
        what = "The entry is missing." if end - start == 1 else f"The entries {start} to {end - 1} are missing."
        self._findings.add(start, what)

    def _check_signatures(self, first: int, last: int) -> Checkpoint | None:
        """Checks the checkpoints of sizes ``first`` to ``last`` by themselves; answers the last one."""
        signed: Checkpoint | None = None
        while notes := self._rows.checkpoints(first, last):
            for size, note in notes.items():
                signed = self._signed(size, note)
            first = max(notes) + 1
        return signed if signed is not None and signed.size == last else None

    def _stored_frontier(self, size: int) -> tree.Frontier | None:
        """The stored tree's right edge, if it is there at all."""
        hashes = [self._rows.node(place) for place in tree.peaks(size)]
        complete = [hash_ for hash_ in hashes if hash_ is not None and len(hash_) == HASH_BYTES]
        return tree.Frontier(size, complete) if len(complete) == len(hashes) else None

    def _check_head(self, head: HeadRow) -> None:
        if (head.origin, head.verifier_key) != (self._key.name.encode(), str(self._key).encode()):
            self._findings.add(None, "The head names another origin or verifier key than this ledger's.")
        wrong = []
        if not self._diverged and head.root != self.frontier.root:
            wrong.append("root")
        if self._previous is not None and head.last_leaf != self._previous:
            wrong.append("leaf hash")
        if self._time is not None and head.last_time != self._time:
            wrong.append("time")
        if wrong:
            self._findings.add(None, f"The head does not fit its {head.size} entries: {', '.join(wrong)}.")

    def _check_outside(self, size: int) -> None:
        """What is stored beyond the ledger's end, or before its beginning."""
        for beyond, note in self._rows.checkpoints_outside(size, _ENOUGH).items():
            what = f"A checkpoint of size {beyond} is stored, but the ledger's head says {size} entries."
            if self._is_ours(note):
                what += " It is validly signed: entries were lost after it was made."
            self._findings.add(beyond - 1 if beyond > 0 else None, what)
        for level, position in self._rows.nodes_outside(size, _ENOUGH):
            self._findings.add(
                _completed_by((level, position)),
                f"Tree node {position} on level {level} is stored, but no {size} entries complete it.",
            )
        for row in self._rows.claims_outside(size, _ENOUGH):
            index = row.entry_index if isinstance(row.entry_index, int) else None
            self._findings.add(index, "A claim field is stored for an entry that does not exist.")

    def _is_ours(self, note: bytes) -> bool:
        try:
            open_checkpoint(utf8_text(note), *(one.key for one in self._keys.periods), check=check_ed25519)
        except VerificationError:
            return False
        return True


def _without_gaps(rows: Sequence[EntryRow]) -> Iterator[list[EntryRow]]:
    """``rows``, in order, divided where an index is left out."""
    run: list[EntryRow] = []
    for row in rows:
        if run and row.index != run[-1].index + 1:
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _completed_by(place: tuple[object, object]) -> int | None:
    """The entry that completes the subtree at ``place``, if there can be such a one."""
    level, position = place
    if not isinstance(level, int) or not isinstance(position, int):
        return None
    if not 0 < level < LARGEST_INDEX.bit_length() or position < 0:
        return None
    index = ((position + 1) << level) - 1
    return index if index <= LARGEST_INDEX else None


def _commits_to_others(signed: Checkpoint) -> str:
    return f"the signed checkpoint of size {signed.size} commits to others"


def _other_place(row: EntryRow) -> str:
    """Whether a replaced entry's bytes name another place: then rows were swapped."""
    try:
        entry = parse_entry(row.encoded)
    except VerificationError:
        return ""
    return "" if entry.index == row.index else f" Its bytes say that it is entry {entry.index}."
