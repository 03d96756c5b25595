"""Chain, tree and checkpoints derived again from the entries' bytes: one pass from the first entry to the head."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy.exc import DBAPIError

from registry.ledger import tree
from registry.ledger.block_check import BLOCK, ProvenBlock
from registry.ledger.checkpoint_check import CheckpointCheck
from registry.ledger.claim_check import ClaimCheck
from registry.ledger.finding import EnoughFound, Findings
from registry.ledger.key_history import KeyHistory
from registry.ledger.outside_check import ENOUGH, check_outside
from registry.ledger.proven_blocks import BlockSource
from registry.ledger.span_check import SpanCheck
from registry.ledger.stored_rows import EntryRow, HeadRow, StoredRows
from registry.verify.checkpoint import Checkpoint
from registry.verify.encoding import HASH_BYTES, LARGEST_INDEX, printable
from registry.verify.note import VerifierKey
from registry.verify.tree import EMPTY_ROOT, leaf_hash

_LONGEST_SPAN = 16 * 1_024
"""Entries that are held until a checkpoint covers them: far more than one commit has, and some megabytes."""

Progress = Callable[[int, int], None]
"""Called with the number of entries checked and of all entries."""


class Derivation:
    """One pass over one snapshot. Entries wait in ``_span`` for the checkpoint that covers them."""

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
        self._rows = rows
        self._blocks = blocks
        self._key = key
        self._keys = keys
        self._claims = claims
        self._findings = findings
        self._progress = progress
        self._checkpoints = CheckpointCheck(rows, findings, keys)
        self._known = SpanCheck(rows, findings, claims)
        self._span: list[EntryRow] = []
        self._size = 0

    @property
    def frontier(self) -> tree.Frontier:
        """The tree so far."""
        return self._known.frontier

    def run(self) -> None:
        """Goes over everything once. EnoughFound when there is too much to tell."""
        self._known.head = head = self._read_head()
        self._size = size = self._rows.count_entries() if head is None else head.size
        for said in self._rows.inconsistencies(ENOUGH):
            self._findings.add(None, f"The database's file is damaged: {printable(said)}.")
        nothing = self._checkpoints.signed(0, self._rows.checkpoints(0, 0).get(0))
        if nothing is not None and nothing.root != EMPTY_ROOT:
            self._findings.add(None, "The checkpoint of size 0 has a root that is not the empty tree's.")
        # Looked for now, as the processes that check blocks have only begun; told after what is wrong with entries.
        outside, unreadable = Findings(), None
        try:
            check_outside(self._rows, outside, self._keys, size)
        except EnoughFound:
            pass
        except (DBAPIError, UnicodeDecodeError) as error:
            unreadable = error
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
        self._findings.add_all(outside)
        if unreadable is not None:
            raise unreadable
        for wrong in self._rows.mistyped_between(doubtful, ENOUGH):
            self._findings.add(wrong.index, wrong.what)

    def _take(self, block: ProvenBlock) -> bool:
        """Goes on behind a block that is all right in itself; answers whether it follows what is known of those before.

        It was read in another snapshot: a claim may be forgotten in it that is held in this one.
        """
        follows = (
            not self._known.diverged
            and self._span_is_covered(block)
            and (self.frontier.size, self._known.previous) == (block.start, block.previous)
            and (self._known.time, self._checkpoints.newest) == (block.time_before, block.signed_before)
        )
        if not follows or (block.forgotten and any(self._is_held(index) for index, _ in block.forgotten)):
            return False
        if above := dict(self._known.frontier.extend_with_nodes(block.nodes)):
            self._known.check_nodes(above, self._rows.nodes(block.start, block.end))
        self._known.previous, self._known.time, self._checkpoints.newest = (
            block.last_leaf,
            block.last_time,
            block.last_signed,
        )
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
        stored = self._known.stored_frontier(block.start)
        if stored is None or stored.root != grown.root:
            return False
        self._check_span(None)
        return not self._known.diverged

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
                self._check_span(self._checkpoints.signed(number, notes.get(number)))
            elif len(self._span) == _LONGEST_SPAN:
                self._check_span(None)
            if self._progress is not None:
                self._progress(number, self._size)

    def _check_span(self, signed: Checkpoint | None) -> None:
        span, self._span = self._span, []
        if span:
            self._known.check(span, signed)

    def _cross_gap(self, after: EntryRow) -> None:
        """Reports the entries missing before ``after`` and goes on from what is known of the tree without them."""
        index = after.index
        if index == self.frontier.size + len(self._span):
            return
        self._check_span(None)
        start = self.frontier.size
        self._report_missing(start, index)
        signed = self._checkpoints.signed_between(start + 1, index)
        named = self._known.leaves_in_the_chain([after]).get(start)
        if index == start + 1 and named is not None:
            self._known.frontier.extend([named])
            self._known.previous = named
        else:
            stored = self._known.stored_frontier(index)
            self._known.diverged = stored is None
            # Without any tree all that follows would differ.
            self._known.frontier = stored or tree.Frontier(index, [bytes(HASH_BYTES)] * index.bit_count())
            self._known.previous = None
        self._known.diverged = self._known.diverged or (signed is not None and self.frontier.root != signed.root)
        self._known.time = None

    def _report_missing_end(self, size: int) -> None:
        start = self.frontier.size
        if start < size:
            self._report_missing(start, size)
            if self._checkpoints.signed_between(start + 1, size) is None:
                self._findings.add(None, f"The head says {size} entries, but no such number was ever signed.")
            self._known.diverged, self._known.previous, self._known.time = True, None, None

    def _report_missing(self, start: int, end: int) -> None:
        what = "The entry is missing." if end - start == 1 else f"The entries {start} to {end - 1} are missing."
        self._findings.add(start, what)

    def _check_head(self, head: HeadRow) -> None:
        if (head.origin, head.verifier_key) != (self._key.name.encode(), str(self._key).encode()):
            self._findings.add(None, "The head names another origin or verifier key than this ledger's.")
        wrong = []
        if not self._known.diverged and head.root != self.frontier.root:
            wrong.append("root")
        if not self._known.diverged and head.peaks != b"".join(self.frontier.peak_hashes):
            wrong.append("peaks")
        if self._known.previous is not None and head.last_leaf != self._known.previous:
            wrong.append("leaf hash")
        if self._known.time is not None and head.last_time != self._known.time:
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
