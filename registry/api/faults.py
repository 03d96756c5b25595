"""What is wrong with a request, part by part, from the validator's report."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry import errors
from registry.client.problem import Fault

LONGEST_POINTER = 200
"""Characters. A name that the caller made up may be as long as a body; the answer need not be."""
MOST_FAULTS = 20
"""More than a person mends before trying again; a body of a thousand unknown members gets a short answer too."""

_CODE = {"missing": "field_missing", "extra_forbidden": "field_unknown"}
_SENTENCE = {"missing": "It is missing.", "extra_forbidden": "There is no such field."}
_HINT = {
    "field_missing": "Add it; the API's documentation at /docs describes every field.",
    "field_unknown": "Leave it out or correct its name; the API's documentation at /docs lists the fields there are.",
    "field_invalid": "Correct it; the API's documentation at /docs describes every field.",
}


def faults_of(reports: Iterable[Mapping[str, Any]], within: Sequence[str] = ()) -> list[Fault]:
    """Faults from pydantic's error reports; ``within`` is where in the request the validated value lies."""
    faults = []
    for report in list(reports)[:MOST_FAULTS]:
        kind: str = report["type"]
        place = [*within, *report["loc"]]
        if place[:1] == ["body"]:
            place = place[1:]
        text = str(report["msg"]).removeprefix("Value error, ")
        sentence = _SENTENCE.get(kind, text[:1].upper() + text[1:].rstrip(".") + ".")
        faults.append(Fault(pointer=pointer_to(place), code=_CODE.get(kind, "field_invalid"), detail=sentence))
    return faults


class FaultyRequest(errors.Refused):
    """The request has ``faults``; the error names the first and counts the others."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        others = "" if len(faults) == 1 else f" It is one of {len(faults)} faults."
        super().__init__(
            first.code,
            f"The request cannot be used as it is: {first.pointer or 'the body'}: {first.detail}{others}",
            hint=_HINT[first.code],
            pointer=first.pointer,
        )
        self.faults = list(faults)


def faulty(code: str, place: Iterable[str | int], detail: str) -> FaultyRequest:
    """One fault at ``place``; ``code`` is ``field_missing``, ``field_unknown`` or ``field_invalid``."""
    return FaultyRequest([Fault(pointer=pointer_to(place), code=code, detail=detail)])


def pointer_to(place: Iterable[str | int]) -> str:
    """RFC 6901: ``("claim", "a/b", 0)`` is ``/claim/a~1b/0``."""
    whole = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)
    return whole if len(whole) <= LONGEST_POINTER else whole[:LONGEST_POINTER] + "..."
