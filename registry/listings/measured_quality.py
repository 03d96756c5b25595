"""How much of what is stolen this installation finds, as `registry bench quality --record` measured it last.

Kept as JSON beside the database: a measurement of this version on somebody's designs, of which the log knows nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry.errors import Broken, Unavailable
from registry.storage import durable_file

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes. The longest run writes some 2,000 rows of 200 bytes, most of them of other systems and left out."""
OURS = "firstmark"
ALL_DESIGNS = "all"

Count = Annotated[int, Field(ge=0, le=10**9)]
Name = Annotated[str, Field(pattern="^[a-z0-9_]{1,40}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Theft(_Shape):
    """What was found of one theft at one severity: of ``n`` stolen designs ``found``, of those ``match`` as certain."""

    case: Name
    severity: Literal[1, 2, 3]
    n: Count
    found: Count
    match: Count


class Strangers(_Shape):
    """Pictures that show no registered work: so many were called a ``match`` or a ``review`` all the same."""

    case: Name
    n: Count
    match: Count
    review: Count


class MeasuredQuality(_Shape):
    """A whole run. Times in milliseconds; ``measured_at`` since the Unix epoch, None where nothing was timed."""

    form: Literal["firstmark-quality/1"] = "firstmark-quality/1"
    measured_at: Annotated[int, Field(ge=0, le=2**53)]
    model: Annotated[str, Field(max_length=200)]
    registered: Count
    stolen: Count
    thefts: Annotated[tuple[Theft, ...], Field(max_length=200, strict=False)]
    strangers: Annotated[tuple[Strangers, ...], Field(max_length=20, strict=False)]
    ms_p50: float | None
    ms_p95: float | None

    @property
    def listings(self) -> int:
        """Stolen designs in all pictures that were checked."""
        return sum(theft.n for theft in self.thefts)


@dataclass(frozen=True)
class FoundOfTheft:
    """One theft at every severity that was measured: found of n, by severity."""

    case: str
    by_severity: Mapping[int, Theft]


def of_rows(rows: Sequence[Mapping[str, Any]], measured_at: int) -> MeasuredQuality:
    """What `registry bench quality` answered, this installation's own part of it."""
    ours = [row for row in rows if row.get("system") == OURS]
    run = next(row for row in ours if row["case"] == "run")
    timed = next((row for row in ours if row["case"] == "calibration"), {})
    return MeasuredQuality(
        measured_at=measured_at,
        model=str(run["model"]),
        registered=run["registered"],
        stolen=run["stolen"],
        thefts=tuple(
            Theft(**{name: row[name] for name in ("case", "severity", "n", "found", "match")})
            for row in ours
            if row.get("group") == ALL_DESIGNS
        ),
        strangers=tuple(
            Strangers(**{name: row[name] for name in ("case", "n", "match", "review")})
            for row in ours
            if "in_family" in row
        ),
        ms_p50=timed.get("ms_p50"),
        ms_p95=timed.get("ms_p95"),
    )


def record(file: Path, measured: MeasuredQuality) -> None:
    """Keeps it in ``file``, in place of an earlier one. Unavailable (``quality_not_recorded``).

    A crash leaves the earlier one or this.
    """
    try:
        durable_file.replace(file, (measured.model_dump_json(indent=1) + "\n").encode())
    except OSError as error:
        raise Unavailable(
            "quality_not_recorded",
            f"The measurement cannot be written to {file}: {error.strerror or error}.",
            hint="Make room on the disk of the home and check its owner; --json prints the rows all the same.",
        ) from error


def recorded(file: Path) -> MeasuredQuality | None:
    """What was measured last; None where nothing was. Broken (``quality_unreadable``)."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(file) from error
    try:
        return MeasuredQuality.model_validate(json.loads(content))
    except (ValueError, RecursionError, ValidationError) as error:
        raise _unreadable(file) from error


def by_theft(measured: MeasuredQuality) -> list[FoundOfTheft]:
    """The thefts in the order of the run, each with its severities."""
    found: dict[str, dict[int, Theft]] = {}
    for theft in measured.thefts:
        found.setdefault(theft.case, {})[theft.severity] = theft
    return [FoundOfTheft(case, severities) for case, severities in found.items()]


def _unreadable(file: Path) -> Broken:
    return Broken(
        "quality_unreadable",
        f"The file {file} does not hold a measurement of this version.",
        hint="Measure again with: registry bench quality --record, or remove the file.",
    )
