"""The one family of errors that malformed or untrue input can raise."""


class VerificationError(Exception):
    """Something does not verify. ``str()`` of it is a sentence for a person.

    ``expected`` and ``found`` are what was compared, hexadecimal where it was bytes; None where a
    comparison is not what failed.
    """

    def __init__(
        self, sentence: str, *, expected: bytes | str | int | None = None, found: bytes | str | int | None = None
    ) -> None:
        super().__init__(sentence)
        self.expected = _shown(expected)
        self.found = _shown(found)

    def diagnostics(self) -> str:
        """The sentence, and below it what was expected and what was found."""
        lines = [str(self)]
        if self.expected is not None:
            lines.append(f"  expected: {self.expected}")
        if self.found is not None:
            lines.append(f"  found:    {self.found}")
        return "\n".join(lines)


class Malformed(VerificationError):
    """The input is not of the form that its standard demands, so nothing can be said of its content."""


class Contradiction(VerificationError):
    """The input is well-formed, but what it says is not true of what it was compared with."""


def _shown(value: bytes | str | int | None) -> str | None:
    if isinstance(value, bytes):
        return value.hex()
    return None if value is None else str(value)
