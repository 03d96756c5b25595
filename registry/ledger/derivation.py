"""Chain, tree and checkpoints derived again from the entries' bytes.

Where two stored things contradict each other, the signed checkpoint decides which of them was
changed, and the derivation goes on from what was signed: one changed byte is one finding, not a flood.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from registry.ledger import tree
from registry.ledger.block_check import BLOCK, ProvenBlock
from registry.ledger.claim_check import ClaimCheck
from registry.ledger.entry import BUCKET_BITS
from registry.ledger.finding import Findings
from registry.ledger.key_history import KeyHistory
from registry.ledger.outside_check import ENOUGH, check_outside, completed_by
from registry.ledger.private_key import check_ed25519
from registry.ledger.proven_blocks import BlockSource
from registry.ledger.stored_rows import CheckpointRow, ClaimRow, EntryRow, HeadRow, StoredRows
from registry.verify.checkpoint import Checkpoint, open_checkpoint
from registry.verify.encoding import HASH_BYTES, LARGEST_INDEX, printable, quoted, utf8_text
from registry.verify.entry import NO_PREVIOUS, Entry, parse_entry
from registry.verify.errors import VerificationError
from registry.verify.note import VerifierKey
from registry.verify.tree import EMPTY_ROOT, leaf_hash

_LONGEST_SPAN = 16 * 1_024
"""Entries that are held until a checkpoint covers them: far more than one commit has, and some megabytes."""
_OTHER_LEAF = "The entry's bytes do not have the leaf hash that is stored beside them."

Progress = Callable[[int, int], None]
"""Called with the number of entries checked and of all entries."""


class Derivation:
    """One pass over one snapshot, and what the next entry is checked against.

    ``frontier`` is the tree so far. ``_previous`` and ``_time`` are the leaf hash and the time of the
    entry before, None if they cannot be known. ``_diverged`` says that the frontier is not the signed
    tree's, which has been reported. Entries wait in ``_span`` for the checkpoint that covers them.
    """

    def __init__(
        self,
        rows: StoredRows,
        *,
        blocks: BlockSource,
        keys: KeyHistory,
        key: VerifierKey,
        claims: ClaimCheck,
        findings: Findings,
        progress: Progress | None,
    ) -> None:
        self.frontier = tree.Frontier()
        self._rows = rows
        self._blocks = blocks
        self._key = key
        self._keys = keys
        self._claims = claims
        self._findings = findings
        self._progress = progress
        self._previous: bytes | None = NO_PREVIOUS
        self._time: int | None = 0
        self._diverged = False
        self._span: list[EntryRow] = []
        self._signed_before = 0
        self._head: HeadRow | None = None
        self._size = 0

    def run(self) -> None:
        """Goes over everything once. EnoughFound when there is too much to tell."""
        self._head = head = self._read_head()
        self._size = size = self._rows.count_entries() if head is None else head.size
        for said in self._rows.inconsistencies(ENOUGH):
            self._findings.add(None, f"The database's file is damaged: {printable(said)}.")
        nothing = self._signed(0, self._rows.checkpoints(0, 0).get(0))
        if nothing is not None and nothing.root != EMPTY_ROOT:
            self._findings.add(None, "The checkpoint of size 0 has a root that is not the empty tree's.")
        doubtful = []
        reach = min(size, self._rows.reach())
        for start in range(0, reach, BLOCK):
            end = min(start + BLOCK, reach)
            block = self._blocks.next() if end - start == BLOCK else None
            if block is None or not self._take(block):
                self._go_through(start, end)
                doubtful.append(range(start, end))
        self._check_span(None)
        self._report_missing_end(size)
        self._claims.finish()
        if head is not None:
            self._check_head(head)
        check_outside(self._rows, self._findings, self._keys, size)
        for wrong in self._rows.mistyped(doubtful, ENOUGH):
            self._findings.add(wrong.index, f"A value in {wrong.table}.{wrong.column} is of the wrong type.")

    def _take(self, block: ProvenBlock) -> bool:
        """Goes on behind a block that is all right in itself; answers whether it follows what is known of those before.

        It was read in another snapshot: a claim may be forgotten in it that is held in this one.
        """
        follows = (
            not self._diverged
            and self._span_is_covered(block)
            and (self.frontier.size, self._previous) == (block.start, block.previous)
            and (self._time, self._signed_before) == (block.time_before, block.signed_before)
        )
        if not follows or (block.forgotten and any(self._is_held(index) for index, _ in block.forgotten)):
            return False
        if above := dict(self.frontier.extend_with_nodes(block.nodes)):
            self._check_nodes(above, self._rows.nodes(block.start, block.end))
        self._previous, self._time, self._signed_before = block.last_leaf, block.last_time, block.last_signed
        for index, digest in block.originals:
            self._claims.check_original(index, digest)
        for index, is_erasure, subject in sorted(
            [(index, False, subject) for index, subject in block.forgotten]
            + [(index, True, subject) for index, subject in block.erased]
        ):
            if is_erasure:
                self._claims.erased(subject)
            else:
                self._claims.forgotten(subject, index)
        if self._progress is not None:
            self._progress(block.end, self._size)
        return True

    def _span_is_covered(self, block: ProvenBlock) -> bool:
        """Whether the first checkpoint in ``block`` covers the entries that wait for one, too; then they wait no more.

        The block was checked against the stored tree before it. If that is the tree of these entries, what was
        signed over it was signed over them.
        """
        if not self._span:
            return True
        grown = tree.Frontier(self.frontier.size, self.frontier.peak_hashes)
        grown.extend(leaf_hash(row.encoded) for row in self._span)
        stored = self._stored_frontier(block.start)
        if stored is None or stored.root != grown.root:
            return False
        self._check_span(None)
        return not self._diverged

    def _is_held(self, index: int) -> bool:
        claim = self._rows.claims(index, index + 1).get(index)
        return claim is not None and claim.openings is not None

    def _go_through(self, start: int, end: int) -> None:
        """Checks the entries from ``start`` up to ``end`` one by one."""
        while rows := self._rows.entries(start, end):
            start = rows[-1].index + 1
            for run in _without_gaps(rows):
                self._cross_gap(run[0])
                self._check_run(run)

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

    def _check_run(self, run: Sequence[EntryRow]) -> None:
        """Checks entries that follow each other, the first of them at the frontier or at the end of the open span."""
        notes = self._rows.checkpoints(run[0].index + 1, run[-1].index + 1)
        for row in run:
            self._span.append(row)
            number = row.index + 1
            if number in notes or number == self._size:
                self._check_span(self._signed(number, notes.get(number)))
            elif len(self._span) == _LONGEST_SPAN:
                self._check_span(None)
            if self._progress is not None:
                self._progress(number, self._size)

    def _signed(self, size: int, row: CheckpointRow | None) -> Checkpoint | None:
        """What the log signed for ``size``; None if that is missing or not valid."""
        index = size - 1 if size else None
        if row is None:
            self._findings.add(index, f"The checkpoint of size {size} is missing.")
            return None
        self._check_order(size, row)
        try:
            checkpoint = open_checkpoint(utf8_text(row.note), *self._keys.at(size), check=check_ed25519)
        except VerificationError as error:
            self._findings.add(index, f"The checkpoint of size {size} is not valid. {error}")
            return None
        if checkpoint.size != size:
            self._findings.add(
                index, f"The checkpoint that is stored for size {size} is one of size {checkpoint.size}."
            )
            return None
        return checkpoint

    def _check_order(self, size: int, row: CheckpointRow) -> None:
        """Each checkpoint names the one before it, so that none can be taken away."""
        before, self._signed_before = self._signed_before, size
        if row.follows == (before if size else None):
            return
        if isinstance(row.follows, int) and before < row.follows < size:
            self._findings.add(row.follows - 1, f"The checkpoint of size {row.follows} is missing.")
        else:
            self._findings.add(
                size - 1 if size else None,
                f"The checkpoint of size {size} is said to follow one of size {quoted(row.follows)}, not {before}.",
            )

    def _check_span(self, signed: Checkpoint | None) -> None:
        """Checks the entries since the last checkpoint against the next one.

        Without a valid checkpoint they are believed: the chain and later checkpoints will tell.
        """
        span, self._span = self._span, []
        if not span:
            return
        start, end = span[0].index, span[-1].index + 1
        claims = self._rows.claims(start, end)
        leaves = [leaf_hash(row.encoded) for row in span]
        truth = leaves if signed is None else self._signed_leaves(span, leaves, signed)
        if truth is None:
            assert signed is not None  # noqa: S101 - leaves are believed without one
            self._check_unresolved(span, leaves, signed, claims)
            return
        if signed is not None:
            self._diverged = False
        for row, leaf, true in zip(span, leaves, truth, strict=True):
            entry = None
            if leaf == true:
                if leaf != row.leaf_hash:
                    self._findings.add(row.index, _OTHER_LEAF)
                    self._diverged = self._diverged or signed is None  # the next checkpoint tells which was changed
                entry = self._content(row, self._previous)
            elif row.leaf_hash == true:
                self._findings.add(row.index, f"The entry's bytes were changed: {_commits_to_others(signed)}.")
            else:
                self._report_replaced(row, signed)
            self._previous = true
            self._check_claim(row, entry, claims)
        derived = dict(self.frontier.extend(truth))
        if not self._diverged:
            self._check_nodes(derived, self._rows.nodes(start, end))

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
        named = self._leaves_in_the_chain([*span, *self._rows.entries(end, end + 1)])
        chained = [named.get(row.index, leaf) for row, leaf in zip(span, leaves, strict=True)]
        return chained if self.frontier.root_with(chained) == signed.root else None

    def _leaves_in_the_chain(self, rows: Sequence[EntryRow]) -> dict[int, bytes]:
        """By index, what the entries say of the one before them; of the last one the head says it."""
        named: dict[int, bytes] = {}
        if self._head is not None and len(self._head.last_leaf) == HASH_BYTES:
            named[self._head.size - 1] = self._head.last_leaf
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
        alone = len(span) == 1 and not self._diverged
        for row, leaf in zip(span, leaves, strict=True):
            entry = None
            if leaf != row.leaf_hash:
                self._findings.add(row.index, _OTHER_LEAF)
            elif alone or _other_place(row):
                self._report_replaced(row, signed)
            else:
                entry = self._content(row, self._previous)
            self._previous = None if alone else leaf
            self._check_claim(row, entry, claims)
        if self._findings.count == told and not self._diverged:
            what = f"Entries from {span[0].index} to {span[-1].index} were changed or replaced"
            self._findings.add(span[0].index, f"{what}: {_commits_to_others(signed)}.")
        stored = self._stored_frontier(signed.size)
        if stored is not None and stored.root == signed.root:
            self._diverged, self.frontier = False, stored
        else:
            self._diverged = True
            self.frontier.extend(leaves)

    def _check_claim(self, row: EntryRow, entry: Entry | None, claims: Mapping[int, ClaimRow]) -> None:
        self._time = None if entry is None else entry.time
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
        if self._time is not None and entry.time < self._time:
            self._findings.add(index, "The entry's time is before the time of the entry before it.")
        if row.bucket != index >> BUCKET_BITS:
            self._findings.add(index, "The bucket that is stored beside the entry is not its own.")
        if (row.kind, row.subject) != (entry.kind.encode(), entry.subject.encode()):
            self._findings.add(index, "The kind or subject that is stored beside the entry is not the entry's own.")
        return entry

    def _check_nodes(self, derived: dict[tree.Place, bytes], stored: dict[tree.Place, bytes]) -> None:
        for (level, position), computed in derived.items():
            if stored.get((level, position)) != computed:
                what = "was changed" if (level, position) in stored else "is missing"
                self._findings.add(completed_by((level, position)), f"Tree node {position} on level {level} {what}.")

    def _cross_gap(self, after: EntryRow) -> None:
        """Reports the entries missing before ``after`` and goes on from what is known of the tree without them."""
        index = after.index
        if index == self.frontier.size + len(self._span):
            return
        self._check_span(None)
        start = self.frontier.size
        self._report_missing(start, index)
        signed = self._check_signatures(start + 1, index)
        named = self._leaves_in_the_chain([after]).get(start)
        if index == start + 1 and named is not None:
            self.frontier.extend([named])
            self._previous = named
        else:
            stored = self._stored_frontier(index)
            self._diverged = stored is None
            # Without any tree all that follows would differ.
            self.frontier = stored or tree.Frontier(index, [bytes(HASH_BYTES)] * index.bit_count())
            self._previous = None
        self._diverged = self._diverged or (signed is not None and self.frontier.root != signed.root)
        self._time = None

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
        """Checks the checkpoints of sizes ``first`` to ``last`` by themselves; answers that of ``last``, if any."""
        signed: Checkpoint | None = None
        while found := self._rows.checkpoints(first, last):
            for size, row in found.items():
                signed = self._signed(size, row)
            first = max(found) + 1
        return signed if signed is not None and signed.size == last else None

    def _stored_frontier(self, size: int) -> tree.Frontier | None:
        """The stored tree's right edge, if it is there at all."""
        hashes = [self._rows.subtree(place) for place in tree.peaks(size)]
        complete = [hash_ for hash_ in hashes if hash_ is not None]
        return tree.Frontier(size, complete) if len(complete) == len(hashes) else None

    def _check_head(self, head: HeadRow) -> None:
        if (head.origin, head.verifier_key) != (self._key.name.encode(), str(self._key).encode()):
            self._findings.add(None, "The head names another origin or verifier key than this ledger's.")
        wrong = []
        if not self._diverged and head.root != self.frontier.root:
            wrong.append("root")
        if not self._diverged and head.peaks != b"".join(self.frontier.peak_hashes):
            wrong.append("peaks")
        if self._previous is not None and head.last_leaf != self._previous:
            wrong.append("leaf hash")
        if self._time is not None and head.last_time != self._time:
            wrong.append("time")
        if wrong:
            self._findings.add(None, f"The head does not fit its {head.size} entries: {', '.join(wrong)}.")


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
