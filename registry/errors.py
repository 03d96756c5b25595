"""Every error that a person can meet, as one family.

Each error says what happened, what was not lost, and what to do next. ``code`` is stable and part
of the contract; the wording is not. Faces translate the class to an exit code or an HTTP status.
"""


class RegistryError(Exception):
    """Base of all errors raised on purpose by this package.

    ``code`` is a stable snake_case name, ``message`` one sentence that says what happened,
    ``hint`` one sentence that says what to do next, ``pointer`` an RFC 6901 JSON pointer to the
    offending part of the request where there is one.
    """

    def __init__(self, code: str, message: str, *, hint: str, pointer: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.pointer = pointer


class Refused(RegistryError):
    """The input was looked at and cannot be accepted; nothing was stored."""


class NotFound(RegistryError):
    """What was asked for does not exist, or is not the caller's to see."""


class Conflict(RegistryError):
    """The request contradicts what is already recorded; nothing was changed."""


class Unauthenticated(RegistryError):
    """No valid credential came with the request."""


class Forbidden(RegistryError):
    """The credential is valid but does not allow this."""


class Unavailable(RegistryError):
    """The service cannot do this now; nothing was recorded and the same request may be repeated."""


class Broken(RegistryError):
    """What is stored contradicts itself or the configuration; a person must look before it goes on."""
