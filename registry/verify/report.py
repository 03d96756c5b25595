"""What a verification found: each check with its result, a verdict, and what remains unproven, in plain words."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from registry.verify.canonical_json import JsonValue
from registry.verify.encoding import printable
from registry.verify.errors import Contradiction, VerificationError

Found = TypeVar("Found")
UNPROVEN = "UNPROVEN"
"""Stands in the detail of a check on what nothing speaks for: a file that no manifest lists, a timestamp too old."""


class Result(StrEnum):
    """The answer of one check."""

    PROVEN = "proven"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Check:
    """One check under its stable ``name``; ``detail`` is a line that says what was found, or why it was not checked."""

    name: str
    result: Result
    detail: str


class Bound(StrEnum):
    """On which side of its time a witness bounds that of the entry."""

    NOT_BEFORE = "not before"
    NOT_AFTER = "not after"


@dataclass(frozen=True)
class Witness:
    """An independent witness of time: its ``kind``, its name, and a time in milliseconds since the Unix epoch.

    The entry was there at ``time`` already, or with ``bound`` NOT_BEFORE not yet, if the witness is who it is called,
    which ``trusted`` says. ``expired`` is when that came to rest on its own statement: a certificate expired, and
    nothing renewed it before.
    """

    kind: str
    name: str
    time: int
    trusted: bool
    bound: Bound = Bound.NOT_AFTER
    expired: int | None = None


@dataclass(frozen=True)
class Report:
    """``checks`` in the order in which they were made, and what they come to.

    ``disclosed`` are the claim's fields that were shown to be the registered ones. ``claimed_time``
    is the operator's statement. ``witnesses`` are those of the time; ``not_before`` and ``not_after`` are the bounds
    by those among them that are trusted. Times are RFC 3339, UTC; None where the file has none. ``not_proven`` are
    sentences.
    """

    summary: str
    checks: tuple[Check, ...]
    not_proven: tuple[str, ...]
    disclosed: Mapping[str, JsonValue] = field(default_factory=dict)
    claimed_time: str | None = None
    witnesses: tuple[Witness, ...] = ()

    @property
    def not_before(self) -> str | None:
        """The latest time at which, by a trusted witness, the entry was not there yet."""
        last = max(times_by(self.witnesses, Bound.NOT_BEFORE), default=None)
        return None if last is None else rfc3339(last)

    @property
    def not_after(self) -> str | None:
        """The earliest time at which a trusted witness saw the entry."""
        first = min(times_by(self.witnesses, Bound.NOT_AFTER), default=None)
        return None if first is None else rfc3339(first)

    @property
    def verdict(self) -> str:
        """``proven`` if at least one check was and none failed, else ``failed``."""
        results = {check.result for check in self.checks}
        return "proven" if Result.PROVEN in results and Result.FAILED not in results else "failed"

    def to_json(self) -> dict[str, JsonValue]:
        """The report for a program."""
        return {
            "verdict": self.verdict,
            "summary": self.summary,
            "checks": [
                {"name": check.name, "result": check.result.value, "detail": check.detail} for check in self.checks
            ],
            "disclosed": self.disclosed,
            "claimed_time": self.claimed_time,
            "not_before": self.not_before,
            "not_after": self.not_after,
            "witnesses": [
                {
                    "kind": one.kind,
                    "name": one.name,
                    "bound": one.bound.value,
                    "time": rfc3339(one.time),
                    "trusted": one.trusted,
                }
                for one in self.witnesses
            ],
            "not_proven": list(self.not_proven),
        }

    def to_text(self) -> str:
        """The report for a person, in lines without anything that steers a terminal."""
        width = max(len(check.name) for check in self.checks)
        lines = [f"{self.verdict.upper()}: {printable(self.summary)}", ""]
        lines += [f"Not before: {self.not_before or 'no trusted witness says'}"]
        lines += [f"Not after:  {self.not_after or 'no trusted witness says'}"]
        lines += [
            f"  {one.bound.value:<10}  {rfc3339(one.time)}  {one.kind} {one.name}: {_strength(one)}"
            for one in self.witnesses
        ]
        if self.claimed_time is not None:
            lines.append(f"Time in the entry, by the operator's clock: {self.claimed_time}")
        lines += ["", "Not proven:"]
        lines += [f"  - {printable(sentence)}" for sentence in self.not_proven]
        lines += ["", "Checks:"]
        lines += [
            f"  {check.result.value:<11}  {printable(check.name):<{width}}  {check.detail}" for check in self.checks
        ]
        if self.disclosed:
            lines += ["", "Disclosed fields of the claim:"]
            lines += [
                f"  {name}: {printable(json.dumps(value, ensure_ascii=False))}"
                for name, value in self.disclosed.items()
            ]
        return "\n".join(lines)


def rfc3339(milliseconds: int) -> str | None:
    """The time in RFC 3339, UTC; None beyond the year 9999."""
    try:
        moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def times_by(witnesses: Iterable[Witness], bound: Bound) -> list[int]:
    """The times (ms) of those of ``witnesses`` that are trusted and bound on this side."""
    return [one.time for one in witnesses if one.trusted and one.bound is bound]


def _strength(witness: Witness) -> str:
    return "leads to what was given" if witness.trusted else "intact, but what was given does not vouch for it"


class Checks:
    """Collects the checks of a report."""

    def __init__(self) -> None:
        self._made: list[Check] = []

    @property
    def made(self) -> tuple[Check, ...]:
        """The checks so far."""
        return tuple(self._made)

    @property
    def first_failed(self) -> Check | None:
        """The check that makes the verdict ``failed``, if one does."""
        return next((check for check in self._made if check.result is Result.FAILED), None)

    def attempt(self, name: str, check: Callable[[], tuple[str, Found]]) -> Found | None:
        """Makes a check: ``check`` answers with a sentence and what it found, or raises VerificationError."""
        try:
            detail, found = check()
        except VerificationError as error:
            self.fail(name, error)
            return None
        self._made.append(Check(name, Result.PROVEN, printable(detail)))
        return found

    def fail(self, name: str, error: VerificationError) -> None:
        """Says that a check failed, and how."""
        self._made.append(Check(name, Result.FAILED, printable(" ".join(error.diagnostics().split()))))

    def skip(self, name: str, reason: str) -> None:
        """Says that a check was not made, and why."""
        self._made.append(Check(name, Result.NOT_CHECKED, reason))


def check_interval(checks: Checks, witnesses: Sequence[Witness]) -> None:
    """Makes the verdict ``failed`` where trusted witnesses contradict each other: then one of them is wrong."""
    last, first = times_by(witnesses, Bound.NOT_BEFORE), times_by(witnesses, Bound.NOT_AFTER)
    if last and first and max(last) > min(first):
        checks.fail(
            "interval",
            Contradiction(
                "By one trusted witness the entry was there when by another it was not yet.",
                expected=rfc3339(max(last)),
                found=rfc3339(min(first)),
            ),
        )
