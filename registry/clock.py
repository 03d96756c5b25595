"""The time, as something that is passed in."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells milliseconds since the Unix epoch, UTC."""

    def milliseconds(self) -> int: ...


class SystemClock:
    """The machine's clock."""

    def milliseconds(self) -> int:
        return time.time_ns() // 1_000_000
