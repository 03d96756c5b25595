"""Blocks of a ledger shown to be right, one after the other; those of a large ledger by processes side by side."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from registry.ledger.block_check import BLOCK, Keys, ProvenBlock, Query, prove
from registry.ledger.key_history import KeyPeriod

WORTH_PROCESSES = 12 * BLOCK
"""Entries from which starting processes takes less time than they save."""
MOST_PROCESSES = 8
"""Each has some 40 MB; the disk is read from by all."""


class BlockSource(Protocol):
    """Tells of the blocks from the first on."""

    def next(self) -> ProvenBlock | None:
        """The next block; None if not everything in it is right."""


class BlocksHere:
    """Checks each block when it is asked for."""

    def __init__(self, query: Query, keys: Keys) -> None:
        self._query = query
        self._keys = keys
        self._start = 0

    def next(self) -> ProvenBlock | None:
        start, self._start = self._start, self._start + BLOCK
        return prove(self._query, self._keys, start, start + BLOCK)


class BlocksBeside:
    """Processes check the first ``blocks`` blocks in turn; leaving the ``with`` block ends them.

    A process that ends before its time costs time alone: its blocks are taken as not shown to be right.
    """

    def __init__(self, dialect: str, address: str, keys: Sequence[KeyPeriod], blocks: int) -> None:
        count = max(1, min(os.cpu_count() or 1, MOST_PROCESSES))
        self._processes = [_started() for _ in range(count)]
        for number, process in enumerate(self._processes):
            order = {
                "dialect": dialect,
                "address": address,  # may hold a password, so it stands on no command line
                "keys": [[str(one.key), one.since, one.until] for one in keys],
                "first": number,
                "step": count,
                "blocks": blocks,
            }
            assert process.stdin is not None  # noqa: S101 - a pipe was asked for
            with suppress(BrokenPipeError), process.stdin as order_pipe:
                order_pipe.write(json.dumps(order))
        self._answers = self._in_turn()

    def next(self) -> ProvenBlock | None:
        return next(self._answers)

    def _in_turn(self) -> Iterator[ProvenBlock | None]:
        while True:
            for process in self._processes:
                assert process.stdout is not None  # noqa: S101 - a pipe was asked for
                yield ProvenBlock.from_json(process.stdout.readline() or "null")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            process.kill()
            process.stdout.close()
            process.wait()


def _started() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "registry.ledger.block_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
