"""What a process takes, and how time grows with size."""

import os
import resource
from collections.abc import Sequence
from pathlib import Path

import numpy as np

_STATUS = Path("/proc/self/statm")


def resident_mib() -> float:
    """Memory of this process that is in RAM; where the system does not tell, the most it ever was."""
    try:
        pages = int(_STATUS.read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def growth_exponent(sizes: Sequence[int], milliseconds: Sequence[float]) -> float | None:
    """The power of the size that the time follows, by least squares on logarithms; None from fewer than two sizes."""
    if len(sizes) < 2:
        return None
    return round(float(np.polyfit(np.log(sizes), np.log(np.maximum(milliseconds, 1e-6)), 1)[0]), 3)
