"""The one family of errors that malformed or contradictory input can raise."""


class VerificationError(Exception):
    """Something does not verify. ``str()`` of it is a sentence for a person."""


class Malformed(VerificationError):
    """The input is not of the form its standard demands, so nothing can be said of its content."""


class Contradiction(VerificationError):
    """The input is well-formed, and what it says is not true of what it was checked against."""
