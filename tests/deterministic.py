"""A clock and a generator that repeat themselves, for known answers."""

import hashlib
from dataclasses import dataclass


@dataclass
class SteppingClock:
    """Each reading is ``step`` milliseconds after the one before."""

    now: int = 1_700_000_000_000
    step: int = 1

    def milliseconds(self) -> int:
        reading = self.now
        self.now += self.step
        return reading


@dataclass
class SeededRandomness:
    """SHA-256 in counter mode over ``seed``."""

    seed: bytes = b"firstmark"
    counter: int = 0

    def take(self, count: int) -> bytes:
        stream = b""
        while len(stream) < count:
            stream += hashlib.sha256(self.seed + self.counter.to_bytes(8, "big")).digest()
            self.counter += 1
        return stream[:count]
