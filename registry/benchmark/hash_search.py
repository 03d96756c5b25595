"""Exact search among 256-bit hashes within radius 31, beside numpy and FAISS on the same hashes and questions."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from registry.benchmark.collection import generator
from registry.benchmark.footprint import growth_exponent, resident_mib
from registry.errors import Refused
from registry.imaging.dct_hash import ALGORITHM
from registry.imaging.reading import read
from registry.similarity.catalogue import HASH_RADIUS
from registry.similarity.index.hash_table import HashTable

Hashes = NDArray[np.uint64]
"""Shape (count, 4)."""
Found = set[tuple[int, int, int]]
"""Question, hash, distance."""
_BATCH = 64
_OF_A_PICTURE = 16
"""Questions that one picture asks: its hash under eight symmetries, as it is and inverted."""
_LONGEST_SECONDS = 3
"""Of one measurement, where there are questions left to ask."""
_MOST_COMPARED = 1 << 28
"""Pairs of a question and a hash in comparing the answers with numpy's; every second question is near a hash."""
_BLOCK = 1 << 16


class HashIndex(Protocol):
    name: str

    def build(self, hashes: Hashes) -> None: ...

    def within(self, queries: Hashes) -> Found: ...


class FirstmarkIndex:
    """The index of this package."""

    name = "firstmark"

    def build(self, hashes: Hashes) -> None:
        self._table = HashTable.of(hashes)

    def within(self, queries: Hashes) -> Found:
        return set(zip(*(part.tolist() for part in self._table.within(queries, HASH_RADIUS)), strict=True))


class NumpyIndex:
    """Every hash looked at, a block that fits the cache at a time."""

    name = "numpy"

    def build(self, hashes: Hashes) -> None:
        self._hashes = hashes.copy()

    def within(self, queries: Hashes) -> Found:
        found: Found = set()
        for start in range(0, len(self._hashes), _BLOCK):
            block = self._hashes[start : start + _BLOCK]
            for number, query in enumerate(queries):
                distances = np.bitwise_count(block ^ query).sum(axis=1, dtype=np.int64)
                near = np.flatnonzero(distances <= HASH_RADIUS)
                found.update((number, start + int(row), int(distances[row])) for row in near)
        return found


def _faiss_index() -> HashIndex:
    import faiss

    class FaissIndex:
        """``IndexBinaryFlat``: exact, and on all threads that FAISS is given."""

        name = "faiss_flat"

        def build(self, hashes: Hashes) -> None:
            self._index = faiss.IndexBinaryFlat(256)
            self._index.add(hashes.view(np.uint8).reshape(-1, 32))

        def within(self, queries: Hashes) -> Found:
            faiss.omp_set_num_threads(1 if len(queries) == 1 else 2)
            # FAISS takes distances below its radius, not at it.
            limits, distances, rows = self._index.range_search(
                np.ascontiguousarray(queries).view(np.uint8).reshape(-1, 32), HASH_RADIUS + 1
            )
            numbers = np.repeat(np.arange(len(queries)), np.diff(limits).astype(np.int64))
            return {
                (int(number), int(row), int(distance))
                for number, row, distance in zip(numbers, rows, distances, strict=True)
            }

    return FaissIndex()


def measure_hashes(
    sizes: Sequence[int], contents: Sequence[bytes], *, queries: int, seed: int, advance: Callable[[], None]
) -> Iterator[dict[str, object]]:
    """Rows for each size and index, then one of growth for each index.

    ``exact`` compares the answers with numpy's. Latency is of one question at a time, and of the 16 of a picture;
    ``per_second`` is of questions in batches of 64.
    """
    medians: dict[str, list[float]] = {}
    real = _real_hashes(contents)
    for size in sizes:
        rng = generator(seed, "hashes", size)
        hashes = _many(real, size, rng)
        asked = _questions(hashes, max(queries, 4), rng)
        expected: Found | None = None
        compared = asked[: max(8, _MOST_COMPARED // size)]
        for index in _indexes():
            row = _measured(index, hashes, asked)
            found = index.within(compared)
            expected = found if expected is None else expected
            medians.setdefault(index.name, []).append(float(str(row["ms_p50"])))
            yield {"case": "hashes", "n": size, "system": index.name, **row, "exact": found == expected}
        advance()
    for name, values in medians.items():
        yield {"case": "hashes_growth", "system": name, "exponent": growth_exponent(sizes, values)}


def _indexes() -> Iterator[HashIndex]:
    """numpy first: it is what the others' answers are held against."""
    yield NumpyIndex()
    yield FirstmarkIndex()
    try:
        yield _faiss_index()
    except ImportError:
        return


def _measured(index: HashIndex, hashes: Hashes, asked: Hashes) -> dict[str, object]:
    before, began = resident_mib(), time.perf_counter()
    index.build(hashes)
    build, memory = time.perf_counter() - began, resident_mib() - before
    index.within(asked[:1])
    single = _milliseconds(index, [asked[number : number + 1] for number in range(len(asked))])
    pictures = np.resize(asked, (max(len(asked) // _OF_A_PICTURE, 2) * _OF_A_PICTURE, asked.shape[1]))
    picture = _milliseconds(index, list(pictures.reshape(-1, _OF_A_PICTURE, asked.shape[1])))
    batch = np.resize(asked, (_BATCH, asked.shape[1]))
    batches = _milliseconds(index, [batch] * 20)
    return {
        "build_s": round(build, 3),
        "memory_mib": round(memory, 1),
        "ms_p50": round(float(np.percentile(single, 50)), 4),
        "ms_p95": round(float(np.percentile(single, 95)), 4),
        "picture_ms_p50": round(float(np.percentile(picture, 50)), 4),
        "picture_ms_p95": round(float(np.percentile(picture, 95)), 4),
        "per_second": round(1000 * _BATCH * len(batches) / sum(batches), 1),
    }


def _milliseconds(index: HashIndex, questions: Sequence[Hashes]) -> list[float]:
    """Of each, in turn, until all are asked or enough time has gone by."""
    times: list[float] = []
    for question in questions:
        began = time.perf_counter()
        index.within(question)
        times.append(1000 * (time.perf_counter() - began))
        if sum(times) > _LONGEST_SECONDS * 1000:
            break
    return times


def _real_hashes(contents: Sequence[bytes]) -> Hashes:
    found = []
    for content in contents:
        try:
            fingerprints = read(content).fingerprints
        except Refused:
            continue
        found += [one.bits for one in fingerprints if one.algorithm == ALGORITHM]
    return np.frombuffer(b"".join(found), dtype=np.uint64).reshape(-1, 4)


def _many(real: Hashes, size: int, rng: Generator) -> Hashes:
    """Half of them random, half real ones with some bits changed: real hashes crowd together."""
    hashes = rng.integers(0, 2**64, (size, 4), dtype=np.uint64)
    if len(real):
        varied = real[rng.integers(0, len(real), size // 2)]
        # One bit in four is changed, 64 on the average: beyond the radius, and still a crowd.
        hashes[: len(varied)] &= rng.integers(0, 2**64, varied.shape, dtype=np.uint64)
        hashes[: len(varied)] ^= varied
    return hashes


def _questions(hashes: Hashes, count: int, rng: Generator) -> Hashes:
    """Every second one within the radius of a hash that is there, the others random."""
    near = hashes[rng.integers(0, len(hashes), -(-count // 2))]
    changed = np.zeros((len(near), 256), dtype=np.uint8)
    for row in changed:
        row[rng.permutation(256)[: int(rng.integers(0, HASH_RADIUS + 1))]] = 1
    questions = rng.integers(0, 2**64, (count, 4), dtype=np.uint64)
    questions[::2] = near ^ np.packbits(changed, axis=1).view(np.uint64)
    return questions
