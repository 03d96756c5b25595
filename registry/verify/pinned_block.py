"""Blocks whose hash an earlier entry of the ledger holds, in an evidence file: a bound on when the entry was not there.

Nobody knows a block's hash before the block is made. Each entry holds the hash of the entry before, so an entry that
was made before that block could not stand behind the one that names it. The file has that one and all between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from registry.verify import canonical_json
from registry.verify import evidence_form as form
from registry.verify.canonical_json import JsonValue
from registry.verify.commitment import Disclosure
from registry.verify.container import Container
from registry.verify.encoding import HASH_BYTES, hex_bytes, utf8
from registry.verify.entry import Entry, parse_entry
from registry.verify.errors import Contradiction, Malformed
from registry.verify.ethereum_anchor import chain_folder
from registry.verify.ethereum_block import Header
from registry.verify.ethereum_chain import KIND, SLOT_SECONDS, chain_name, check_chain
from registry.verify.known_block import KnownBlock, chain_label
from registry.verify.report import Bound, Checks, Witness
from registry.verify.tree import leaf_hash

ENTRY_KIND = "anchor"
CHAIN_FIELD, HASH_FIELD, NUMBER_FIELD, PROOFS_FIELD = "chain_id", "block_hash", "block_number", "proof_sha256"
"""What the claim of such an entry says: the pinned block, and the digests of the proofs of anchors made since."""


@dataclass(frozen=True)
class _Pinned:
    header: Header


def pin_claim(chain_id: int, header: Header, proofs: Sequence[bytes]) -> dict[str, JsonValue]:
    """What an entry commits to that pins this block; ``proofs`` are SHA-256."""
    return {
        CHAIN_FIELD: chain_id,
        HASH_FIELD: header.hash.hex(),
        NUMBER_FIELD: header.number,
        PROOFS_FIELD: [proof.hex() for proof in proofs],
    }


def check_pinned_block(
    checks: Checks, container: Container, chain_id: int, entry: str, known: Sequence[KnownBlock] | None
) -> Witness | None:
    """Checks the block of this chain that is pinned before ``entry``, if the file has one, under
    ``pinned eip155-ID``, and under ``pinned chain eip155-ID`` whether the caller knows it."""
    folder, name = chain_folder(chain_id) + form.PINNED, chain_label(chain_id)
    if not any(path.startswith(folder) for path in container.members):
        return None
    found = checks.attempt(f"pinned {name}", partial(_pinned, container, chain_id, utf8(entry)))
    if found is None:
        checks.skip(f"pinned chain {name}", "Without an intact pin there is no block to look for.")
        return None
    trusted = check_chain(checks, f"pinned chain {name}", chain_id, [found.header], known)
    return Witness(KIND, name, (found.header.time - SLOT_SECONDS) * 1000, trusted=trusted, bound=Bound.NOT_BEFORE)


def _pinned(container: Container, chain_id: int, encoded: bytes) -> tuple[str, _Pinned]:
    folder = chain_folder(chain_id) + form.PINNED
    content = container.read(folder + form.PINNED_ENTRIES, form.LARGEST_ENTRIES)
    if not content.endswith(b"\n"):
        raise Malformed(f"{form.PINNED_ENTRIES} does not end in a line feed.")
    lines = content[:-1].split(b"\n")
    if len(lines) > form.MOST_ENTRIES_BETWEEN:
        raise Malformed(f"{form.PINNED_ENTRIES} has more than {form.MOST_ENTRIES_BETWEEN} lines.")
    pinning = _chained([*lines, encoded])
    if pinning.kind != ENTRY_KIND:
        raise Contradiction("The first of the entries pins no block.", expected=ENTRY_KIND, found=pinning.kind)
    disclosure = container.read(folder + form.PINNED_DISCLOSURE, form.LARGEST_JSON)
    if not disclosure.endswith(b"\n"):
        raise Malformed(f"{form.PINNED_DISCLOSURE} does not end in a line feed.")
    opened = Disclosure.from_json(canonical_json.parse(disclosure[:-1]))
    opened.verify(pinning.commit)
    values = opened.values()
    header = Header.parse(container.read(folder + form.HEADER, form.LARGEST_HEADERS))
    if values.get(CHAIN_FIELD) != chain_id or values.get(CHAIN_FIELD) is True:
        raise Contradiction("The entry pins a block of another chain.")
    if (pinned := hex_bytes(values.get(HASH_FIELD), HASH_BYTES)) != header.hash:
        raise Contradiction("The entry pins another block.", expected=pinned, found=header.hash)
    return (
        f"Entry {pinning.index}, {len(lines)} before this one in the chain of entries, names block {header.number} of "
        f"{chain_name(chain_id)}, hash 0x{header.hash.hex()}.",
        _Pinned(header),
    )


def _chained(leaves: Sequence[bytes]) -> Entry:
    """The first of ``leaves``, once each is shown to hold the hash of the one before."""
    first = previous = parse_entry(leaves[0])
    for number, leaf in enumerate(leaves[1:]):
        entry = parse_entry(leaf)
        expected = leaf_hash(leaves[number])
        if entry.previous != expected or entry.index != previous.index + 1:
            raise Contradiction(
                f"Entry {entry.index} does not follow entry {previous.index}.", expected=expected, found=entry.previous
            )
        previous = entry
    return first
