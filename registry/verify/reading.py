"""When a file is read, and which algorithms its reader trusts no longer: what no file can tell of itself."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from registry.verify.encoding import quoted
from registry.verify.errors import Contradiction, Malformed
from registry.verify.report import UNPROVEN, Checks, rfc3339

NAMES: Mapping[str, str] = {
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
    "rsa": "RSA",
    "ecdsa": "ECDSA",
    "ed25519": "Ed25519",
    "keccak256": "Keccak-256",
}
"""Algorithms that a reader may stop trusting, as given and as told."""
OF_EVERY_FILE = ("sha256", "ed25519")
"""What ledger, commitments and manifests rest on."""
OF_CHAINS = ("keccak256",)
"""What Ethereum's blocks and proofs rest on."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True)
class Distrust:
    """An algorithm's name as told, and the moment (milliseconds since the Unix epoch) from which it proves nothing."""

    algorithm: str
    since: int

    def __str__(self) -> str:
        return f"{self.algorithm} was distrusted from {rfc3339(self.since)}"


@dataclass(frozen=True)
class Reading:
    """``at`` is the moment of the reading; ``distrusted`` are moments by algorithm, from which on what it made then
    proves nothing. In milliseconds since the Unix epoch."""

    at: int
    distrusted: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def now(cls) -> "Reading":
        """By this machine's clock, with every algorithm trusted."""
        return cls(time.time_ns() // 1_000_000)

    @classmethod
    def of(cls, at: str | None, distrusted: Iterable[str]) -> "Reading":
        """As a person writes it: a date, and ``NAME=DATE`` for each algorithm. Malformed for anything else."""
        moments: dict[str, int] = {}
        for text in distrusted:
            name, equals, day = text.partition("=")
            if not equals or name not in NAMES or name in moments:
                raise Malformed(f"{quoted(text)} is not NAME=DATE, NAME being one of its own of {', '.join(NAMES)}.")
            moments[name] = beginning_of(day)
        return cls(cls.now().at if at is None else beginning_of(at), moments)

    def first_distrusted(self, algorithms: Iterable[str], moment: int) -> Distrust | None:
        """The one of ``algorithms`` that was distrusted first, if by ``moment`` one was."""
        found = sorted((self.distrusted[name], name) for name in algorithms if name in self.distrusted)
        return Distrust(NAMES[found[0][1]], found[0][0]) if found and found[0][0] <= moment else None


def beginning_of(day: str) -> int:
    """The first millisecond, in UTC, of a date such as ``2040-01-01``. Malformed for anything else."""
    try:
        if not _DATE.fullmatch(day):
            raise ValueError(day)
        moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    except ValueError as error:
        raise Malformed(f"{quoted(day)} is not a date such as 2040-01-01.") from error
    return int(moment.timestamp()) * 1_000


def check_algorithms(checks: Checks, reading: Reading, renewed: int | None) -> bool:
    """Checks, where the reader distrusts any, whether the file's algorithms were trusted for long enough; answers that.

    ``renewed`` is the moment of the first timestamp over all of the file that holds, None if there is none: what an
    algorithm shows by then, nobody who breaks it later can have made.
    """
    if not reading.distrusted:
        return True
    broken = reading.first_distrusted(OF_EVERY_FILE, reading.at if renewed is None else renewed)
    if broken is not None:
        checks.fail(
            "algorithms",
            Contradiction(f"{broken}, and nothing that holds renewed this file before: {UNPROVEN}."),
        )
    elif renewed is None:
        checks.attempt("algorithms", lambda: ("What the file rests on was trusted when it was read.", None))
    else:
        detail = f"Renewed in time, by {rfc3339(renewed)}: what the file rests on was trusted then."
        checks.attempt("algorithms", lambda: (detail, None))
    return broken is None
