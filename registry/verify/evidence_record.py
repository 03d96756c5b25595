"""Evidence records (RFC 4998): timestamps over all of an archive, each renewed by the next before it loses its worth.

An archive timestamp that begins a chain covers digests of the data objects; each later one of the chain covers the
token before it (timestamp renewal, section 5.2). A new chain, by another digest, covers the data objects and all chains
before it (hash-tree renewal). Of the encodings that the standard allows, one is written and read here.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.verify import der
from registry.verify.certificate import algorithm_of
from registry.verify.errors import Malformed

DIGESTS = {"sha256": "2.16.840.1.101.3.4.2.1", "sha512": "2.16.840.1.101.3.4.2.3"}
"""By name, their identifiers (RFC 5754): in this order they are followed up."""
LARGEST_RECORD = der.LARGEST
MOST_TIMESTAMPS = 50
"""In a record: enough for a renewal every two years of a century."""
_VERSION = bytes.fromhex("020101")
_DIGEST_ALGORITHM, _REDUCED_HASH_TREE = der.context(0), der.context(2)
_ALGORITHMS = {
    name: der.encode(der.OBJECT_IDENTIFIER, bytes.fromhex(f"60864801650304020{number}"))
    for name, number in (("sha256", 1), ("sha512", 3))
}
"""The identifiers in DER; their parameters are left out (RFC 5754, section 2)."""


@dataclass(frozen=True)
class ArchiveTimestamp:
    """A token and what it is over: ``hashes``, by the digest ``digest_name``, one after the other; or, where there are
    none, the token before it in the chain."""

    digest_name: str
    hashes: tuple[bytes, ...]
    token: bytes

    def to_bytes(self) -> bytes:
        """ArchiveTimeStamp, section 4.1, with the one list of a tree that was not reduced."""
        parts = [der.encode(_DIGEST_ALGORITHM, _ALGORITHMS[self.digest_name])]
        if self.hashes:
            listed = [der.encode(der.OCTET_STRING, one) for one in self.hashes]
            parts.append(der.encode(_REDUCED_HASH_TREE, der.encode(der.SEQUENCE, *listed)))
        return der.encode(der.SEQUENCE, *parts, self.token)


Chain = tuple[ArchiveTimestamp, ...]


@dataclass(frozen=True)
class EvidenceRecord:
    """``chains`` in the order of time, none without a timestamp."""

    chains: tuple[Chain, ...]

    @classmethod
    def parse(cls, encoded: bytes) -> "EvidenceRecord":
        """Malformed unless ``encoded`` is what ``to_bytes`` writes."""
        fields = der.parse(encoded).children(der.SEQUENCE)
        chains = fields[-1].children(der.SEQUENCE) if fields else []
        record = cls(tuple(tuple(_timestamp(one) for one in chain.children(der.SEQUENCE)) for chain in chains))
        if not record.chains or not all(record.chains):
            raise Malformed("The record has no timestamp, or a chain without one.")
        if len(record.timestamps) > MOST_TIMESTAMPS:
            raise Malformed(f"The record has more than {MOST_TIMESTAMPS} timestamps.")
        if record.to_bytes() != encoded:
            raise Malformed("The record does not reproduce itself.")
        return record

    @property
    def timestamps(self) -> Chain:
        """All of them, in the order of time."""
        return tuple(one for chain in self.chains for one in chain)

    @property
    def digest_name(self) -> str:
        """The digest of the first chain, which whoever lists the files for the record uses as well."""
        return self.chains[0][0].digest_name

    def to_bytes(self) -> bytes:
        """EvidenceRecord, section 3.1, in DER."""
        names = list(dict.fromkeys(one.digest_name for one in self.timestamps))
        algorithms = [der.encode(der.SEQUENCE, _ALGORITHMS[name]) for name in names]
        return der.encode(der.SEQUENCE, _VERSION, der.encode(der.SEQUENCE, *algorithms), sequence(self.chains))


def sequence(chains: Iterable[Chain]) -> bytes:
    """ArchiveTimeStampSequence, section 5.1, in DER."""
    encoded = [der.encode(der.SEQUENCE, *(one.to_bytes() for one in chain)) for chain in chains]
    return der.encode(der.SEQUENCE, *encoded)


def hashes_of(digest_name: str, digests: Iterable[bytes], earlier: Sequence[Chain]) -> tuple[bytes, ...]:
    """What a chain begins with, over data objects with these ``digests`` and the chains before it (sections 4.2, 5.2).

    All data objects are one group: each stands in the one list, in ascending order, once. Each is joined with the
    chains in the order of section 5.2, step 4, as all known records are; Figure 4 there would sort the two.
    """
    if earlier:
        before = hashlib.new(digest_name, sequence(earlier)).digest()
        digests = [hashlib.new(digest_name, digest + before).digest() for digest in digests]
    return tuple(sorted(set(digests)))


def stamped_messages(record: EvidenceRecord) -> list[bytes]:
    """What the token of each timestamp has to be over, in the order of time: bytes whose digest it holds."""
    messages = []
    for chain in record.chains:
        for number, one in enumerate(chain):
            messages.append(b"".join(one.hashes) if number == 0 else chain[number - 1].token)
    return messages


def _timestamp(element: der.Element) -> ArchiveTimestamp:
    fields = element.children(der.SEQUENCE)
    if len(fields) not in (2, 3):
        raise Malformed("A timestamp of the record has other fields than are known here.")
    identifier = algorithm_of(der.Element(der.SEQUENCE, fields[0].content, b""))[0]
    name = next((name for name, known in DIGESTS.items() if known == identifier), None)
    if name is None:
        raise Malformed("A timestamp of the record uses a digest that is not known here, or too weak.")
    hashes = fields[1].only_child().children(der.SEQUENCE) if len(fields) == 3 else []
    return ArchiveTimestamp(name, tuple(one.octets() for one in hashes), fields[-1].encoded)
