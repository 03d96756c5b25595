"""Whole blocks of entries shown to be right, quickly: what costs most of a self-check of a large ledger.

It answers only whether *everything* in a block is as it must be. Where anything is not, it says
nothing about what: the block is then gone through entry by entry (:mod:`registry.ledger.derivation`).
Knows no SQLAlchemy, so that a process that runs it starts at once.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from registry.ledger.entry import BUCKET_BITS
from registry.ledger.openings import LENGTH_BYTES, unpack
from registry.ledger.private_key import check_ed25519
from registry.ledger.tree import STORED_LEVELS, Frontier, complete_root, peaks, root_of
from registry.verify.canonical_json import LARGEST_INTEGER
from registry.verify.checkpoint import open_checkpoint
from registry.verify.commitment import CLAIM_DOMAIN, FIELD_DOMAIN, ClaimField, commitment_to_sorted, opening_digest
from registry.verify.encoding import HASH_BYTES, hashes_in
from registry.verify.entry import KINDS, NO_PREVIOUS, canonical_forms, parse_entry
from registry.verify.errors import VerificationError
from registry.verify.note import VerifierKey
from registry.verify.receipt import FILE_DIGEST_FIELD

BLOCK = 1 << BUCKET_BITS
"""Entries in a block: sixteen stored tree nodes, one bucket of the index over subjects, and a few megabytes."""
_SUBJECTS = re.compile(r"(?:[A-Za-z0-9_-]{1,64}\n)*", re.ASCII)
_FILE_DIGEST = b'["%b",' % FILE_DIGEST_FIELD.encode()
_NO_CLAIM = commitment_to_sorted(b"").hex()

_NUMBERS = ("start", "end", "time_before", "signed_before", "last_time", "last_signed")
_HASHES = ("previous", "last_leaf")
_PAIRS = ("forgotten", "erased", "originals")

Query = Callable[[str], Sequence[tuple[Any, ...]]]
"""Answers the rows of an SQL query that needs no parameters."""
Keys = Callable[[int], Sequence[VerifierKey]]
"""Answers the keys that may sign a checkpoint of a size."""


@dataclass(frozen=True)
class ProvenBlock:
    """The entries from ``start`` up to, not including, ``end``, right if the chain before them ends as named.

    ``nodes`` are the hashes over each 256 of them. ``forgotten`` and ``erased`` have the index and subject
    of emptied claims and of entries of kind ``erase``, ``originals`` the index and digest of each original.
    """

    start: int
    end: int
    previous: bytes
    time_before: int
    signed_before: int
    last_leaf: bytes
    last_time: int
    last_signed: int
    nodes: Sequence[bytes]
    forgotten: Sequence[tuple[int, str]]
    erased: Sequence[tuple[int, str]]
    originals: Sequence[tuple[int, str]]

    def to_json(self) -> str:
        """One line, for another process."""
        return json.dumps(
            {
                **{name: getattr(self, name) for name in _NUMBERS + _PAIRS},
                **{name: getattr(self, name).hex() for name in _HASHES},
                "nodes": b"".join(self.nodes).hex(),
            }
        )

    @classmethod
    def from_json(cls, line: str) -> "ProvenBlock | None":
        """What ``to_json`` wrote; None for null."""
        block = json.loads(line)
        if block is None:
            return None
        values: dict[str, Any] = {name: block[name] for name in _NUMBERS}
        values |= {name: bytes.fromhex(block[name]) for name in _HASHES}
        values |= {name: [(index, text) for index, text in block[name]] for name in _PAIRS}
        return cls(**values, nodes=hashes_in(bytes.fromhex(block["nodes"])))


def prove(query: Query, keys: Keys, start: int, end: int) -> ProvenBlock | None:
    """Checks the block as the self-check would; None if anything in it is not right, whatever it is."""
    try:
        return _proven(query, keys, start, end)
    except (_Doubt, VerificationError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        return None


class _Doubt(Exception):
    """Something is not as it must be."""


def _proven(query: Query, keys: Keys, start: int, end: int) -> ProvenBlock:
    previous, time_before = _before(query, start)
    rows = query(
        "SELECT kind, subject, encoded, leaf_hash FROM ledger_entry"  # noqa: S608 - numbers
        f' WHERE "index" >= {start} AND "index" < {end} ORDER BY "index"'
    )
    kinds, subjects, encoded, stored_leaves = zip(*rows, strict=True)
    numbers = range(start, end)
    _require(len(rows) == end - start)  # so none of the numbers is missing: no two entries have the same
    # Answered from the index over subjects alone, so that no entry is hidden from an erasure.
    (within,) = query(
        f"SELECT count(*) FROM ledger_entry WHERE bucket = {start >> BUCKET_BITS}"  # noqa: S608 - numbers
        f' AND "index" >= {start} AND "index" < {end}'
    )
    _require(tuple(within) == (end - start,))
    _require(set(kinds) <= KINDS and _SUBJECTS.fullmatch("\n".join(subjects) + "\n") is not None)
    leaves = [sha256(b"\x00" + one).digest() for one in encoded]
    _require(list(stored_leaves) == leaves)
    commits, forgotten, originals = _claims(query, start, end, subjects)
    chain = [previous.hex(), *[leaf.hex() for leaf in leaves]]
    texts = [one.decode("ascii") for one in encoded]
    place = texts[-1].rfind(":", 0, -7) + 1 - len(texts[-1])
    times = [text[place:-7] for text in texts]  # all have as many digits for some centuries, so they sort as numbers
    _require("".join(times).isdigit() and times[0][0] != "0" and times == sorted(times))
    _require(time_before <= int(times[0]) and int(times[-1]) <= LARGEST_INTEGER)
    _require(texts == canonical_forms(zip(commits, numbers, kinds, chain, subjects, times, strict=False)))
    nodes, signed_before, last_signed = _tree(query, keys, start, leaves)
    return ProvenBlock(
        start=start,
        end=end,
        previous=previous,
        time_before=time_before,
        signed_before=signed_before,
        last_leaf=leaves[-1],
        last_time=int(times[-1]),
        last_signed=last_signed,
        nodes=nodes,
        forgotten=forgotten,
        erased=[(start + number, subjects[number]) for number, kind in enumerate(kinds) if kind == "erase"],
        originals=originals,
    )


def _before(query: Query, start: int) -> tuple[bytes, int]:
    """Leaf hash and time of the entry before; that they are right is for the block before to show."""
    if start == 0:
        return NO_PREVIOUS, 0
    ((encoded, leaf),) = query(f'SELECT encoded, leaf_hash FROM ledger_entry WHERE "index" = {start - 1}')  # noqa: S608
    return leaf, parse_entry(encoded).time


def _claims(
    query: Query, start: int, end: int, subjects: Sequence[str]
) -> tuple[list[str], list[tuple[int, str]], list[tuple[int, str]]]:
    """The commitment that each entry must hold, in hex; emptied claims; originals."""
    rows = query(
        "SELECT entry_index, digests, openings FROM ledger_claim"  # noqa: S608 - numbers
        f" WHERE entry_index >= {start} AND entry_index < {end} ORDER BY entry_index"
    )
    stored = [row if row[2] is not None else (row[0], row[1], b"") for row in rows]
    found = [sha256(CLAIM_DOMAIN + digests).hexdigest() for _, digests, _ in stored]
    if len(found) == end - start:  # so each entry has one
        commits = found
    else:
        commits = [_NO_CLAIM] * (end - start)
        for (index, _, _), commit in zip(stored, found, strict=True):
            commits[index - start] = commit
    forgotten: list[tuple[int, str]] = []
    originals: list[tuple[int, str]] = []
    for length in {len(digests) for _, digests, _ in stored}:
        _require(length % HASH_BYTES == 0)
        claims = [claim for claim in stored if len(claim[1]) == length]
        if not _all_held(claims, length // HASH_BYTES):
            forgotten += [(index, subjects[index - start]) for index, *claim in claims if not _is_held(*claim)]
    if _FILE_DIGEST in b"".join([packed for _, _, packed in stored]):
        for index, _, packed in stored:
            if _FILE_DIGEST in packed:
                fields = map(ClaimField.from_opening, unpack(packed))
                originals += [(index, str(field.value)) for field in fields if field.name == FILE_DIGEST_FIELD]
    forgotten.sort()
    originals.sort()
    return commits, forgotten, originals


def _all_held(claims: Sequence[tuple[int, bytes, bytes]], fields: int) -> bool:
    """Whether each of the claims, of so many fields each, holds what opens all its digests.

    Field after field of all of them, as :func:`registry.ledger.openings.unpack` does claim after claim: a loop for
    each claim would take half as long again, and this is most of the work.
    """
    packed = [one for _, _, one in claims]
    places = [0] * len(claims)
    columns = []
    for _ in range(fields):
        firsts = [place + LENGTH_BYTES for place in places]
        places = [
            first + int.from_bytes(one[place:first], "big")
            for place, first, one in zip(places, firsts, packed, strict=True)
        ]
        columns.append(
            [
                sha256(FIELD_DOMAIN + one[first:place]).digest()
                for first, place, one in zip(firsts, places, packed, strict=True)
            ]
        )
    held = [b"".join(sorted(found)) for found in zip(*columns, strict=True)]
    return places == [len(one) for one in packed] and held == [digests for _, digests, _ in claims]


def _is_held(digests: bytes, packed: bytes) -> bool:
    """Whether nothing of a claim was forgotten. Doubt if it holds what opens none of its digests."""
    kept = set(hashes_in(digests))
    found = set(map(opening_digest, unpack(packed)))
    _require(len(kept) * HASH_BYTES == len(digests) and kept >= found)
    return kept == found


def _tree(query: Query, keys: Keys, start: int, leaves: Sequence[bytes]) -> tuple[list[bytes], int, int]:
    """The hashes over each 256 leaves, as they are stored too; the checkpoints before and at the end of these.

    The tree before is taken from the stored nodes; that those are right is for the blocks before to show.
    """
    end = start + len(leaves)
    before = [_subtree(query, *place) for place in peaks(start)]
    levels = [leaves]
    while len(levels[-1]) > 1:
        pairs = zip(levels[-1][::2], levels[-1][1::2], strict=True)
        levels.append([sha256(b"\x01" + left + right).digest() for left, right in pairs])
    _require(levels[STORED_LEVELS] == _stored(query, STORED_LEVELS, start, end))
    whole = Frontier(start // BLOCK, before)
    whole.extend(levels[-1])
    notes = query(
        f"SELECT size, note, follows FROM ledger_checkpoint WHERE size > {start} AND size <= {end} ORDER BY size"  # noqa: S608
    )
    last = signed_before = notes[0][2]  # one at least: no commit has as many entries as a block
    for size, note, follows in notes:
        checkpoint = open_checkpoint(note, *keys(size), check=check_ed25519)
        _require(follows == last and type(follows) is int)
        inside = [levels[level][position] for level, position in peaks(size - start)]
        root = whole.root if size == end else root_of([*before, *inside])
        _require((checkpoint.size, checkpoint.root) == (size, root))
        last = size
    return list(levels[STORED_LEVELS]), signed_before, last


def _stored(query: Query, level: int, start: int, end: int) -> list[bytes]:
    """The stored nodes of a level over the leaves from ``start`` up to ``end``."""
    first, last = start >> level, end >> level
    rows = query(
        f"SELECT position, hash FROM ledger_node WHERE level = {level}"  # noqa: S608 - numbers
        f" AND position >= {first} AND position < {last} ORDER BY position"
    )
    _require([position for position, _ in rows] == list(range(first, last)))
    return [hash_ for _, hash_ in rows]


def _subtree(query: Query, level: int, position: int) -> bytes:
    rise = level % STORED_LEVELS
    return complete_root(_stored(query, level - rise, position << level, position + 1 << level))


def _require(right: bool) -> None:
    if not right:
        raise _Doubt
