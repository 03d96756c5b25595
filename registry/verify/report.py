"""What a verification found: one line a check, a verdict, and the limits of both in plain words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from registry.verify.canonical_json import JsonValue
from registry.verify.errors import VerificationError

Found = TypeVar("Found")


class Result(StrEnum):
    """The answer of one check."""

    PROVEN = "proven"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Check:
    """One check by its stable ``name``, its result, and what was found or why it was not checked."""

    name: str
    result: Result
    detail: str


@dataclass
class Report:
    """The checks in the order they were made. The verdict is ``proven`` only if none failed and one was proven."""

    checks: list[Check] = field(default_factory=list)
    not_before: str | None = None
    not_after: str | None = None
    claimed_time: str | None = None

    @property
    def verdict(self) -> str:
        """``proven`` or ``failed``."""
        results = {check.result for check in self.checks}
        return "proven" if Result.PROVEN in results and Result.FAILED not in results else "failed"

    def attempt(self, name: str, check: Callable[[], tuple[str, Found]]) -> Found | None:
        """Run ``check``, which answers with a detail and what it found or raises VerificationError, and note its result."""
        try:
            detail, found = check()
        except VerificationError as error:
            self.checks.append(Check(name, Result.FAILED, f"{error}."))
            return None
        self.checks.append(Check(name, Result.PROVEN, detail))
        return found

    def skip(self, name: str, reason: str) -> None:
        """Note that ``name`` was not checked, and why."""
        self.checks.append(Check(name, Result.NOT_CHECKED, reason))

    def to_json(self) -> dict[str, JsonValue]:
        """The report as one JSON object."""
        return {
            "verdict": self.verdict,
            "checks": [
                {"name": check.name, "result": check.result.value, "detail": check.detail} for check in self.checks
            ],
            "claimed_time": self.claimed_time,
            "not_before": self.not_before,
            "not_after": self.not_after,
        }
