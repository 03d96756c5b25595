"""Works that only the search knows: rows of made-up hashes and features, and all that an index answers about them."""

import hashlib
from collections.abc import Iterable

import numpy as np
from sqlalchemy import select, update

from registry.ledger.models import LedgerHead
from registry.similarity.catalogue import Catalogue
from registry.similarity.enrol import erase, retire
from registry.similarity.index.feature_table import magnitudes_of
from registry.similarity.index.hash_table import packed
from registry.similarity.models import IndexedFeatures, IndexedHash, IndexedPicture
from registry.similarity.outline import CODES, POINTS
from registry.similarity.registered_features import FEATURE, REGION
from registry.storage.database import Database

FEATURES, CELLS = 5, 40
"""Of each work; the cells that all features fall into."""
UNIT = 4
Answers = tuple[
    int, list[tuple[int, int]], list[tuple[int, int, int]], list[tuple[int, int]], list[tuple[float, int, int]]
]


def append(database: Database, count: int, *, withdrawn: Iterable[int] = (), erased: Iterable[int] = ()) -> int:
    """So many works under the ledger's next entries, then an entry for each work that ends; answers its size."""
    with database.write() as session:
        size = session.scalar(select(LedgerHead.size)) or 0
        for entry in range(size, size + count):
            rng = np.random.default_rng(entry)
            name = hashlib.sha256(str(entry).encode()).hexdigest()
            session.add(
                IndexedPicture(
                    entry_index=entry,
                    work_id=f"wrk_{entry}",
                    file_sha256=name,
                    canonical_digest=name,
                    width=8,
                    height=8,
                    raster_width=1,
                    raster_height=1,
                    raster=b"",
                )
            )
            session.flush()
            for ground in ("black", "white")[: 1 + entry % 2]:
                session.add(IndexedHash(entry_index=entry, ground=ground, bits=rng.bytes(32)))
            local = np.zeros(FEATURES, FEATURE)
            local["cell"] = rng.integers(0, CELLS, FEATURES)
            local["code"] = rng.integers(0, 1 << 20, (FEATURES, 2), dtype=np.uint64)
            local["place"] = rng.random((FEATURES, 4))
            regions = np.zeros(entry % 3, REGION)
            regions["spectrum"] = rng.integers(-127, 128, regions["spectrum"].shape)
            session.add(
                IndexedFeatures(
                    entry_index=entry,
                    ink_left=0,
                    ink_top=0,
                    ink_right=4,
                    ink_bottom=2,
                    local=local.tobytes(),
                    regions=regions.tobytes(),
                    template=b"",
                    outline=b"" if entry % 4 == 3 else rng.integers(0, CODES, POINTS).astype("<u2").tobytes(),
                )
            )
        size += count
        for entry in withdrawn:
            retire(session, [entry], size)
            size += 1
        for entry in erased:
            session.flush()
            erase(session, [entry], size)
            size += 1
        session.execute(update(LedgerHead).values(size=size))
    return size


def refreshed(catalogue: Catalogue, database: Database) -> Catalogue:
    """The same, caught up with the ledger."""
    with database.read() as session:
        catalogue.refresh(session)
    return catalogue


def answers(catalogue: Catalogue) -> Answers:
    """Hashes (entry, distance), hits (feature, entry, distance), regions, outlines: all that it can be made to tell."""
    _, entries, distances = catalogue._hashes.within(packed([bytes(32)]), 256)
    cells = np.arange(CELLS, dtype=np.int32)[:, None]
    hits = catalogue.features.hits(cells, np.full((CELLS, 2), 0b1011, np.uint64))
    spectra = np.random.default_rng(0).integers(-127, 128, (2, *REGION["spectrum"].shape)).astype(np.int8)
    regions = catalogue.features.alike_regions(magnitudes_of(spectra), 1_000)
    responses = np.random.default_rng(1).integers(-127, 128, (2, CODES)).astype(np.int8)
    return (
        catalogue.seen,
        sorted(zip(entries.tolist(), distances.tolist(), strict=True)),
        sorted(zip(hits.features.tolist(), hits.entries.tolist(), hits.distances.tolist(), strict=True)),
        sorted((number, entry) for number, entry, _ in regions),
        catalogue.features.alike_outlines(responses, 1_000),
    )


def in_memory(database: Database) -> Answers:
    """What an index answers that was never written anywhere: the truth that others are held against."""
    return answers(refreshed(Catalogue(database), database))


def begin(database: Database) -> None:
    """A ledger's head in a database that has none, so that there is a size to count up."""
    with database.write() as session:
        session.add(
            LedgerHead(
                id=1,
                origin="firstmark.test/log",
                verifier_key="",
                size=0,
                root=bytes(32),
                last_leaf=b"",
                last_time=0,
                peaks=b"",
            )
        )
