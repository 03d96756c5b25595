"""Very many works out of few: what the search keeps of real pictures, dealt anew, without drawing any of them.

A made work's features are those of many real ones with some bits changed, so that cells are as full as real ones make
them, and a feature of a listing is like as many strange ones as among real works: 0.3 for each work, where 240 pieces
of clip art have 0.38. Its outline is a real one's moved over the canvas, its picture and template are a real one's.
"""

import hashlib
from typing import Any

import numpy as np
from numpy.random import Generator
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry.benchmark.collection import generator
from registry.similarity.models import IndexedFeatures, IndexedHash, IndexedPicture
from registry.similarity.outline import CODES, DIRECTIONS
from registry.similarity.registered_features import FEATURE, unpacked_local, unpacked_outline, unpacked_regions

_CODE_BITS_CHANGED = 20
"""Of 128: what makes the made features as alike to others as real ones are."""
_SPECTRUM_NOISE = 12
"""Standard deviation, of components up to 127: cosines of some 0.9 with the region it was made of."""
_HASH_BITS_CHANGED = (32, 101)
"""Beyond the search's radius: else every question would be answered by hundreds of them."""
Row = dict[str, Any]


class VariedWorks:
    """Makes works of the pictures that are enrolled already, from a seed."""

    def __init__(self, session: Session, seed: int) -> None:
        self._seed = seed
        self._pictures = _rows(session, IndexedPicture)
        self._features = {row["entry_index"]: row for row in _rows(session, IndexedFeatures)}
        self._hashes: dict[int, list[Row]] = {}
        for row in _rows(session, IndexedHash):
            self._hashes.setdefault(row["entry_index"], []).append(row)
        self._local = np.concatenate([unpacked_local(row["local"]) for row in self._features.values()])

    def enrol(self, session: Session, first: int, count: int) -> None:
        """Makes the works ``first`` to before ``first + count``; the same number gives the same work."""
        pictures, hashes, features = [], [], []
        for entry in range(first, first + count):
            rng = generator(self._seed, "work", entry)
            picture = self._pictures[entry % len(self._pictures)]
            name = hashlib.sha256(f"{self._seed} {entry}".encode()).hexdigest()
            own = {"entry_index": entry}
            pictures.append(
                {**picture, **own, "work_id": f"wrk_{entry}", "file_sha256": name, "canonical_digest": name}
            )
            changed = _bits(rng, 1, 256, int(rng.integers(*_HASH_BITS_CHANGED))).tobytes()
            for hashed in self._hashes.get(picture["entry_index"], ()):
                bits = bytes(one ^ other for one, other in zip(hashed["bits"], changed, strict=True))
                hashes.append({**hashed, **own, "bits": bits})
            if (row := self._features.get(picture["entry_index"])) is not None:
                features.append({**row, **own, **self._parts(row, rng)})
        session.execute(insert(IndexedPicture), pictures)
        session.execute(insert(IndexedHash), hashes)
        session.execute(insert(IndexedFeatures), features)

    def _parts(self, row: Row, rng: Generator) -> Row:
        local = unpacked_local(row["local"]).copy()
        if len(local):
            dealt = self._local[rng.integers(0, len(self._local), len(local))]
            local["cell"] = dealt["cell"]
            local["code"] = dealt["code"] ^ _bits(rng, len(local), 128, _CODE_BITS_CHANGED).view("<u8")
        regions = unpacked_regions(row["regions"]).copy()
        spectra = regions["spectrum"] + rng.normal(0, _SPECTRUM_NOISE, regions["spectrum"].shape)
        regions["spectrum"] = np.clip(np.rint(spectra), -127, 127).astype(np.int8)
        # Rows and columns come round at the border; the directions in the lowest bits stay.
        moved = unpacked_outline(row["outline"]) + np.uint16(DIRECTIONS * int(rng.integers(0, CODES // DIRECTIONS)))
        return {
            "local": local.astype(FEATURE).tobytes(),
            "regions": regions.tobytes(),
            "outline": moved.astype("<u2").tobytes(),
        }


def _rows(session: Session, model: type[IndexedPicture | IndexedHash | IndexedFeatures]) -> list[Row]:
    rows = session.execute(select(*model.__table__.columns).order_by(model.entry_index))
    return [dict(row) for row in rows.mappings()]


def _bits(rng: Generator, rows: int, width: int, ones: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """``rows`` of ``width`` bits, ``ones`` of them set; shape (rows, width / 8)."""
    chosen = np.argpartition(rng.random((rows, width)), ones, axis=1)[:, :ones]
    bits = np.zeros((rows, width), np.uint8)
    np.put_along_axis(bits, chosen, 1, axis=1)
    return np.packbits(bits, axis=1)
