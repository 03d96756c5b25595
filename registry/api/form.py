"""Strict multipart forms (RFC 7578), read as they arrive."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from registry import errors
from registry.api.faults import faulty
from registry.api.request_body import chunks_of_body, too_large, unsupported_type

MEDIA_TYPE = "multipart/form-data"
ENVELOPE_BYTES = 128 * 1024
"""Room for boundaries, headers and the small fields beside the file."""
IN_MEMORY_BYTES = 1024 * 1024
"""A larger file waits on disk until its turn comes, however many clients send at once."""
MOST_REPEATED = 50
"""Files in one form of a page, where it cannot send one after the other because no script runs."""
_UNENCODED = (b"", b"7bit", b"8bit", b"binary")


@dataclass
class Part:
    """One field of a form. ``filename`` is as the client gave it: never trusted as a path."""

    name: str
    limit: int
    content: IO[bytes]
    filename: str | None
    size: int = 0

    def bytes(self) -> bytes:
        self.content.seek(0)
        return self.content.read()

    def sha256(self) -> str:
        """The digest of the content, in hex; it is not held in memory."""
        self.content.seek(0)
        digest = hashlib.sha256()
        while chunk := self.content.read(IN_MEMORY_BYTES):
            digest.update(chunk)
        return digest.hexdigest()


class Form:
    """The parts of a form by name, the first of each; ``repeated`` has the others. Closing it deletes what waited."""

    def __init__(self) -> None:
        self.parts: dict[str, Part] = {}
        self.repeated: list[Part] = []

    def all(self, name: str) -> list[Part]:
        """Every part of this name, in the order in which they came."""
        first = [self.parts[name]] if name in self.parts else []
        return first + [part for part in self.repeated if part.name == name]

    def text(self, name: str) -> str:
        """The field as text, empty where it is missing. Refused (``form_malformed``) if it is not UTF-8."""
        if name not in self.parts:
            return ""
        try:
            return self.parts[name].bytes().decode("utf-8")
        except UnicodeDecodeError:
            raise _malformed("a field of it is not UTF-8") from None

    def close(self) -> None:
        for part in [*self.parts.values(), *self.repeated]:
            part.content.close()


async def read_form(
    request: Request,
    limits: Mapping[str, int],
    optional: frozenset[str] = frozenset(),
    many: frozenset[str] = frozenset(),
) -> Form:
    """The form in the body, whose fields are exactly those of ``limits`` (name to bytes), each at most once.

    Those of ``many`` may stand up to MOST_REPEATED times. Refuses anything else as soon as it is seen: another
    content type, another or a repeated field, one that is too large, a body that ends in the middle. The caller
    closes the form.
    """
    boundary = _boundary(request.headers.get("Content-Type", ""))
    form = Form()
    reader = _FormReader(boundary, limits, form, many)
    largest = sum(limit * (MOST_REPEATED if name in many else 1) for name, limit in limits.items())
    try:
        async for chunk in chunks_of_body(request, largest + ENVELOPE_BYTES):
            if any(part.size > IN_MEMORY_BYTES for part in [*form.parts.values(), *form.repeated]):
                await run_in_threadpool(reader.take, chunk)  # it writes to disk
            else:
                reader.take(chunk)
        reader.finish()
        for name in limits:
            if name not in form.parts and name not in optional:
                raise faulty("field_missing", [name], "It is missing.")
    except BaseException:
        form.close()
        raise
    return form


def _boundary(content_type: str) -> bytes:
    media_type, options = parse_options_header(content_type)
    if media_type != MEDIA_TYPE.encode():
        raise unsupported_type(MEDIA_TYPE)
    boundary = options.get(b"boundary", b"")
    if not re.fullmatch(rb"[\x20-\x7e]{0,69}[\x21-\x7e]", boundary):
        raise _malformed("its Content-Type names no usable boundary")
    return boundary


@dataclass
class _Header:
    name: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)


class _FormReader:
    """Turns the parser's events into parts of ``form``."""

    def __init__(
        self, boundary: bytes, limits: Mapping[str, int], form: Form, many: frozenset[str] = frozenset()
    ) -> None:
        self._limits = limits
        self._many = many
        self._form = form
        self._header = _Header()
        self._headers: dict[bytes, bytes] = {}
        self._part: Part | None = None
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": lambda data, start, end: self._header.name.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header.value.extend(data[start:end]),
                "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._part_grows,
                "on_end": self._form_ends,
            },
        )

    def take(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise _malformed("its parts cannot be told apart") from None
        except OSError as error:
            raise errors.Unavailable(
                "upload_not_kept",
                "The service has no room to take in the file; nothing was recorded.",
                hint="Repeat the request later, or tell whoever runs this service.",
            ) from error

    def finish(self) -> None:
        if not self._ended:
            raise _malformed("it ends before its last boundary")

    def _part_begins(self) -> None:
        self._headers = {}
        self._part = None

    def _header_ends(self) -> None:
        self._headers[bytes(self._header.name).lower()] = bytes(self._header.value)
        self._header = _Header()

    def _headers_end(self) -> None:
        disposition, options = parse_options_header(self._headers.get(b"content-disposition", b"").decode("latin-1"))
        if disposition != b"form-data" or b"name" not in options:
            raise _malformed("a part does not say which field it is")
        if self._headers.get(b"content-transfer-encoding", b"").strip().lower() not in _UNENCODED:
            raise _malformed("a part is encoded, which RFC 7578 does not allow")
        name = _decoded(options[b"name"])
        if name not in self._limits:
            raise faulty("field_unknown", [name], "There is no such field.")
        known = len(self._form.all(name))
        if known >= (MOST_REPEATED if name in self._many else 1):
            raise faulty(
                "field_invalid",
                [name],
                "It stands twice in the form." if name not in self._many else "It stands too often.",
            )
        filename = _decoded(options[b"filename"]) if b"filename" in options else None
        content: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - Form.close() closes it
        self._part = Part(name, self._limits[name], content, filename)
        if known:
            self._form.repeated.append(self._part)
        else:
            self._form.parts[name] = self._part

    def _part_grows(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part is None:
            raise _malformed("a part has no headers")
        part.size += end - start
        if part.size > part.limit:
            raise too_large(part.limit, f"/{part.name}")
        part.content.write(memoryview(data)[start:end])

    def _form_ends(self) -> None:
        self._ended = True


def _decoded(text: bytes) -> str:
    """Header text as browsers and every current client send it: UTF-8, whose bytes the parser hands on unchanged."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed("a name in it is not UTF-8") from None


def _malformed(why: str) -> errors.Refused:
    return errors.Refused(
        "form_malformed",
        f"The form cannot be read: {why}.",
        hint="Send multipart/form-data as RFC 7578 describes it; curl -F does.",
    )
