"""The compiled loops of the exact search among hashes: spreading bits, filling buckets, looking into them, scanning.

A hash is four 64-bit words. The first two and the last two are held apart (``front`` and ``back``, shape (count, 2)):
of unlike hashes the first half alone differs too much, so that a scan reads half of the memory.
"""

import numpy as np
from numpy.typing import NDArray

from registry.similarity.compiling import compiled
from registry.similarity.index.instructions import AHEAD, ones, soon

Words = NDArray[np.uint64]
_MOST_BUCKETS = 4_096
"""More than any layout looks into."""


@compiled
def _longer(held: NDArray[np.int64], room: int) -> NDArray[np.int64]:
    longer = np.empty(room, np.int64)
    longer[: held.shape[0]] = held
    return longer


@compiled
def field(front: Words, back: Words, row: int, first: int, width: int) -> np.uint64:
    """Bits ``first`` to ``first + width`` of a hash, bit 0 being the lowest of the first word."""
    word = first >> 6
    shift = np.uint64(first & 63)
    value = (front[row, word] if word < 2 else back[row, word - 2]) >> shift
    if (first & 63) + width > 64:
        beyond = front[row, word + 1] if word + 1 < 2 else back[row, word - 1]
        value |= beyond << (np.uint64(64) - shift)
    part: np.uint64 = value & ((np.uint64(1) << np.uint64(width)) - np.uint64(1))
    return part


@compiled
def fill(
    front: Words, back: Words, first: int, width: int, starts: NDArray[np.uint32], postings: NDArray[np.uint32]
) -> None:
    """Sorts the rows by the ``width`` bits from ``first`` on into ``postings``.

    Bucket b lies from ``starts[b]`` to ``starts[b + 1]``; ``starts`` (2^width + 1) holds zeros before. A radix sort in
    two rounds, whose writes stay near each other; equal bits stay in order of rows.
    """
    size = front.shape[0]
    low = width // 2
    mask = (1 << low) - 1
    keys = np.empty(size, np.uint32)
    lows = np.zeros((1 << low) + 1, np.int64)
    highs = np.zeros((1 << (width - low)) + 1, np.int64)
    for row in range(size):
        key = np.int64(field(front, back, row, first, width))
        keys[row] = key
        lows[(key & mask) + 1] += 1
        highs[(key >> low) + 1] += 1
        starts[key + 1] += np.uint32(1)
    for bucket in range(1, starts.shape[0]):
        starts[bucket] += starts[bucket - 1]
    lows, highs = np.cumsum(lows), np.cumsum(highs)
    between = np.empty(size, np.uint32)
    for row in range(size):
        place = np.int64(keys[row]) & mask
        between[lows[place]] = row
        lows[place] += 1
    for number in range(size):
        if number + AHEAD < size:
            soon(keys, np.int64(between[number + AHEAD]))
        row = between[number]
        place = np.int64(keys[row]) >> low
        postings[highs[place]] = row
        highs[place] += 1


@compiled
def _buckets(
    query: Words,
    places: NDArray[np.int64],
    starts: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    most: int,
) -> tuple[int, np.int64]:
    """Fills ``bounds`` (buckets, 3) with (table, start, end) of the buckets to look into; how many, and their rows.

    Those that are empty are left out. Stops as soon as there are more than ``most`` rows.
    """
    front, back = query[:2].copy().reshape(1, 2), query[2:].copy().reshape(1, 2)
    keys = np.empty(1 + 64 + 64 * 63 // 2, np.int64)
    buckets, rows = 0, np.int64(0)
    for table in range(places.shape[0]):
        first, width, flips, offset = places[table]
        keys[0] = np.int64(field(front, back, 0, first, width))
        count = 1
        if flips > 0:
            for one in range(width):
                keys[count] = keys[0] ^ (1 << one)
                count += 1
        if flips > 1:
            for one in range(width):
                for other in range(one):
                    keys[count] = keys[0] ^ (1 << one) ^ (1 << other)
                    count += 1
        for number in range(count):
            if number + AHEAD < count:
                soon(starts, offset + keys[number + AHEAD])
            start, end = np.int64(starts[offset + keys[number]]), np.int64(starts[offset + keys[number] + 1])
            if end > start:
                bounds[buckets, 0], bounds[buckets, 1], bounds[buckets, 2] = table, start, end
                buckets += 1
                rows += end - start
        if rows > most:
            break
    return buckets, rows


@compiled
def search(
    queries: Words,
    front: Words,
    back: Words,
    places: NDArray[np.int64],
    starts: NDArray[np.uint32],
    postings: NDArray[np.uint32],
    radius: int,
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Every (number of the query, row, distance) within ``radius``, by query and row.

    ``places`` (tables, 4) holds each table's first bit, width, bits changed in a look-up, and where its directory
    starts in ``starts``; ``postings`` has shape (tables, hashes). A query with more than ``most`` candidates, or any
    where there are no tables, is answered by a scan.
    """
    room = 256
    numbers, rows, far = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    bounds = np.empty((_MOST_BUCKETS, 3), np.int64)
    near = np.empty(max(most, 1), np.uint32)
    flat = postings.ravel()
    size, limit, count = front.shape[0], np.uint64(radius), 0
    for number in range(queries.shape[0]):
        query = queries[number]
        q0, q1, q2, q3 = query[0], query[1], query[2], query[3]
        buckets, met = 0, np.int64(most + 1)
        if places.shape[0]:
            buckets, met = _buckets(query, places, starts, bounds, most)
        scanned = met > most
        kept = 0
        if not scanned:
            filled = 0
            for bucket in range(buckets):
                if bucket + AHEAD < buckets:
                    soon(flat, bounds[bucket + AHEAD, 0] * size + bounds[bucket + AHEAD, 1])
                table = bounds[bucket, 0]
                for posting in range(bounds[bucket, 1], bounds[bucket, 2]):
                    near[filled] = postings[table, posting]
                    filled += 1
            for one in range(filled):
                if one + AHEAD < filled:
                    soon(front, np.int64(near[one + AHEAD]))
                row = near[one]
                if ones(front[row, 0] ^ q0) + ones(front[row, 1] ^ q1) <= limit:
                    near[kept] = row
                    kept += 1
            near[:kept].sort()  # a hash may be met in several tables
        for one in range(size if scanned else kept):
            row = np.int64(one if scanned else near[one])
            if not scanned and one and near[one] == near[one - 1]:
                continue
            distance = ones(front[row, 0] ^ q0) + ones(front[row, 1] ^ q1)
            if distance > limit:
                continue
            distance += ones(back[row, 0] ^ q2) + ones(back[row, 1] ^ q3)
            if distance > limit:
                continue
            if count == room:
                room *= 2
                numbers, rows, far = _longer(numbers, room), _longer(rows, room), _longer(far, room)
            numbers[count], rows[count], far[count] = number, row, np.int64(distance)
            count += 1
    return numbers[:count].copy(), rows[:count].copy(), far[:count].copy()
