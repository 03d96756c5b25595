"""What a picture is read for."""

from enum import Enum


class Purpose(Enum):
    """Of a listing finer features are taken than of a work, because a work may be a small part of it.

    The value stands for it where a picture is handed to the sandbox.
    """

    WORK = b"R"
    LISTING = b"C"
