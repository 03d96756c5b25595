"""The compiled loop that compares a listing's features with the posted ones."""

import numpy as np
from numpy.typing import NDArray

from registry.similarity.compiling import compiled
from registry.similarity.index.instructions import ones, soon

Words = NDArray[np.uint64]
MOST_IN_A_LIST = 8
"""Of one picture: a pattern of dots has hundreds of like features, and would crowd all others out."""


@compiled
def _nearest(found: NDArray[np.int32], start: int, end: int, most: int, seen: NDArray[np.int64]) -> tuple[int, int]:
    """Keeps of the hits from ``start`` to ``end`` the ``most`` nearest, earlier postings first.

    Answers where they end now, and the distance below which another hit would still be among them.
    """
    seen[:] = 0
    for hit in range(start, end):
        seen[found[hit, 2]] += 1
    limit, below = 0, 0
    while below + seen[limit] <= most:
        below += seen[limit]
        limit += 1
    at_limit = most - below
    kept = start
    for hit in range(start, end):
        distance = found[hit, 2]
        if distance > limit or (distance == limit and at_limit == 0):
            continue
        if distance == limit:
            at_limit -= 1
        found[kept, 0], found[kept, 1], found[kept, 2] = found[hit, 0], found[hit, 1], distance
        kept += 1
    return kept, limit


@compiled
def scan(
    cells: NDArray[np.int32],
    codes: Words,
    starts: NDArray[np.uint32],
    posted: Words,
    rows: NDArray[np.uint32],
    radius: int,
    most: int,
    found: NDArray[np.int32],
) -> int:
    """Fills ``found`` with (query, posting, distance) of what is within ``radius``; answers how many.

    ``cells`` (queries, probes) name the postings lists, ``posted`` (postings, 2) holds the codes list by list, list c
    from ``starts[c]`` to ``starts[c + 1]``, and ``rows`` whose they are. Of one query at most the ``most`` nearest are
    kept, and of a list the MOST_IN_A_LIST nearest of one picture; ``found`` has room for ``most`` times the queries
    and one.
    """
    seen = np.empty(130, np.int64)
    count = 0
    for query in range(cells.shape[0]):
        first, limit = count, radius
        one, other = codes[query, 0], codes[query, 1]
        for probe in range(cells.shape[1]):
            cell = cells[query, probe]
            if probe + 1 < cells.shape[1]:
                soon(posted, np.int64(starts[cells[query, probe + 1]]))
            run_of, run = np.int64(-1), 0
            for posting in range(starts[cell], starts[cell + 1]):
                distance = np.int64(ones(one ^ posted[posting, 0]) + ones(other ^ posted[posting, 1]))
                if distance > limit:
                    continue
                place = count
                if np.int64(rows[posting]) != run_of:
                    run_of, run = np.int64(rows[posting]), 1
                elif run < MOST_IN_A_LIST:
                    run += 1
                else:  # it takes the place of the farthest, if it is nearer
                    place = count - run
                    for hit in range(count - run + 1, count):
                        if found[hit, 2] >= found[place, 2]:
                            place = hit
                    if found[place, 2] <= distance:
                        continue
                found[place, 0], found[place, 1], found[place, 2] = query, posting, distance
                if place == count:
                    count += 1
                if count - first == 2 * most:
                    count, nearest = _nearest(found, first, count, most, seen)
                    limit, run_of = nearest - 1, np.int64(-1)
        if count - first > most:
            count, _ = _nearest(found, first, count, most, seen)
    return count
