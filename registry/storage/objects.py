"""Original files, each kept once under the SHA-256 of its content, in a local folder or on S3.

    objects = ObjectStore.open("file:///srv/firstmark/objects")
    digest = objects.put(content)
    assert objects.get(digest) == content

An object never changes: it is written in create-only mode, and what is read is hashed again.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import LocalStore, S3Store

from registry import errors
from registry.storage.durability import sync
from registry.storage.durable_file import NO_ROOM

FOLDER_DIGITS = 2
"""Leading digits that name the folder: 256 folders keep a million files at 4,000 a folder, as git does it."""
LISTED_AT_ONCE = 1000
"""Names fetched in one go, the size of a page in S3's ListObjectsV2."""
PIECE_BYTES = 1 << 20
"""At least so many are handed on at a time when an object is read as a stream."""
S3_RETRIES = 3
S3_PATIENCE_SECONDS = 20
"""All retries of one request together; a person is waiting. (The library's own default is three minutes.)"""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})")
_OPERATING_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")


class ObjectStore:
    """A write-once store, safe to use from many threads and processes at once.

    Faults become :class:`registry.errors.Unavailable` with the codes ``disk_full``,
    ``objects_unreachable`` and ``objects_denied``; nothing was recorded then.
    """

    def __init__(self, store: LocalStore | S3Store, folder: Path | None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def open(cls, url: str) -> Self:
        """Opens ``file:///absolute/folder`` (made if missing) or ``s3://bucket/prefix``.

        S3's address, region and credentials come from the usual ``AWS_...`` environment variables.
        Refuses (``objects_url``) any other address.
        """
        address = urlsplit(url)
        if address.scheme == "file" and not address.netloc and address.path.startswith("/"):
            folder = Path(unquote(address.path))
            with _translated():
                folder.mkdir(parents=True, exist_ok=True)
                return cls(LocalStore(folder), folder)
        if address.scheme == "s3" and address.netloc:
            with _translated():
                return cls(
                    S3Store(
                        address.netloc,
                        prefix=unquote(address.path).strip("/") or None,
                        retry_config={
                            "max_retries": S3_RETRIES,
                            "retry_timeout": timedelta(seconds=S3_PATIENCE_SECONDS),
                        },
                    ),
                    None,
                )
        raise errors.Refused(
            "objects_url",
            "The address of the object store cannot be used.",
            hint="Give file:///absolute/folder or s3://bucket/prefix.",
        )

    def put(self, content: bytes) -> str:
        """Keeps ``content`` and returns its SHA-256 in hex. Content that is there already is success.

        When this returns, a power cut cannot take the object away. A crash before that leaves no
        object, a whole one that nothing refers to, or, on a local disk, a torn one that the next
        put of the same content notices and replaces.
        """
        digest = hashlib.sha256(content).hexdigest()
        key = _key(digest)
        with _translated():
            try:
                obstore.put(self._store, key, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                # Another put of the same content: finished, crashed, or (S3 answers 409 then) still under way.
                # Only whole content counts as success; writing the same content over it harms nobody.
                if self._found(key) != content:
                    obstore.put(self._store, key, content, mode="overwrite", use_multipart=False)
            self._make_durable(key)
        return digest

    def get(self, digest: str) -> bytes:
        """The content, hashed again: ``object_corrupted`` if it changed, ``object_missing`` if it is not there."""
        key = _key(digest)
        try:
            with _translated_but_missing():
                content = bytes(obstore.get(self._store, key).bytes())
        except FileNotFoundError:
            raise _missing(digest) from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise _corrupted(digest)
        return content

    def stream(self, digest: str) -> Iterator[bytes]:
        """The content in pieces, for those too large to hold; errors as of :meth:`get`.

        ``object_corrupted`` comes at its end: what was read before is not to be used then.
        """
        key = _key(digest)
        try:
            with _translated_but_missing():
                pieces = obstore.get(self._store, key).stream(min_chunk_size=PIECE_BYTES)
        except FileNotFoundError:
            raise _missing(digest) from None
        hashed = hashlib.sha256()
        while True:
            with _translated():
                piece = next(pieces, None)
            if piece is None:
                break
            hashed.update(piece)
            yield bytes(piece)
        if hashed.hexdigest() != digest:
            raise _corrupted(digest)

    def contains(self, digest: str) -> bool:
        """Whether an object lies under ``digest``; its content is not looked at."""
        key = _key(digest)
        try:
            with _translated_but_missing():
                obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True

    def delete(self, digest: str) -> None:
        """Removes the object for good; success if it is not there. A crash leaves it whole or removed."""
        key = _key(digest)
        try:
            with _translated_but_missing():
                obstore.delete(self._store, key)
                if self._folder is not None:
                    sync((self._folder / key).parent)
        except FileNotFoundError:
            return

    def digests(self) -> Iterator[str]:
        """The digest of every object, in no promised order; files that are not ours are passed over."""
        with _translated():
            for page in obstore.list(self._store, chunk_size=LISTED_AT_ONCE):
                for entry in page:
                    if matched := _KEY.fullmatch(entry["path"]):
                        yield matched[2]

    def _found(self, key: str) -> bytes | None:
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except FileNotFoundError:
            return None

    def _make_durable(self, key: str) -> None:
        """On a local disk, waits until the file and its name are on the disk; the library leaves both in memory.

        Done also for an object that was there already: whoever made it may not have come this far.
        """
        if self._folder is None:
            return
        file = self._folder / key
        sync(file)
        sync(file.parent)
        sync(self._folder)


def _missing(digest: str) -> errors.NotFound:
    return errors.NotFound(
        "object_missing",
        f"The original file {digest} is not in the object store.",
        hint="It was erased, or the object store is not the one that the database belongs to.",
    )


def _corrupted(digest: str) -> errors.Broken:
    return errors.Broken(
        "object_corrupted",
        f"The original file {digest} was changed after it was stored.",
        hint="Restore it from a backup; registering the unchanged file again also puts it back.",
    )


def _key(digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise ValueError("a digest is 64 lower-case hex digits")
    return f"{digest[:FOLDER_DIGITS]}/{digest}"


@contextmanager
def _translated() -> Iterator[None]:
    """Turns faults into what a person can act on."""
    try:
        yield
    except (PermissionDeniedError, UnauthenticatedError, PermissionError) as error:
        raise errors.Unavailable(
            "objects_denied",
            "The object store refused access; nothing was recorded.",
            hint="Check the owner of the objects folder, or the S3 credentials and what they allow.",
        ) from error
    except (BaseError, OSError) as error:
        raise _fault(error) from error


@contextmanager
def _translated_but_missing() -> Iterator[None]:
    """As :func:`_translated`, but an object that is not there stays FileNotFoundError."""
    missing = None
    with _translated():
        try:
            yield
        except FileNotFoundError as error:
            missing = error
    if missing is not None:
        raise missing


def _fault(error: Exception) -> errors.Unavailable:
    # The library tells the system's error only in its sentence.
    told = _OPERATING_SYSTEM_ERROR.search(str(error))
    number = error.errno if isinstance(error, OSError) else int(told[1]) if told else None
    if number in NO_ROOM:
        return errors.Unavailable(
            "disk_full",
            "The disk that holds the original files is full; nothing was recorded.",
            hint="Make room on it, then repeat the same request.",
        )
    return errors.Unavailable(
        "objects_unreachable",
        "The object store cannot be reached; nothing was recorded.",
        hint="Check that its folder exists or its server answers, then repeat the same request.",
    )
