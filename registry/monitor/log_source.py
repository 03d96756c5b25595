"""Where the files of a published log are read: a folder, or an address."""

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from registry import errors
from registry.outbound.http_requests import HttpRequests, check_address
from registry.verify.errors import Contradiction
from registry.verify.note import LARGEST_NOTE
from registry.verify.tiles import (
    CHECKPOINT,
    ENTRIES,
    FULL,
    LARGEST_BUNDLE,
    LARGEST_TILE,
    Tile,
    parse_bundle,
    parse_hashes,
)

OK, GONE = 200, (404, 410)


class LogSource(Protocol):
    """Reads resources by their path. Close it when done."""

    def read(self, path: str, largest: int) -> bytes | None:
        """The content, at most ``largest`` bytes; None if there is nothing. Unavailable for everything else."""

    def close(self) -> None: ...


class FolderSource:
    """An exported folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str, largest: int) -> bytes | None:
        try:
            with (self._folder / path).open("rb") as opened:
                content = opened.read(largest + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _unreadable(f"{self._folder / path}", error.strerror or str(error)) from error
        if len(content) > largest:
            raise _unreadable(f"{self._folder / path}", f"it is longer than {largest} bytes")
        return content

    def close(self) -> None: ...


class UrlSource:
    """A log's prefix at a server."""

    def __init__(self, url: str, requests: HttpRequests | None = None) -> None:
        self._url = check_address(url)
        self._requests = HttpRequests() if requests is None else requests

    def read(self, path: str, largest: int) -> bytes | None:
        address = f"{self._url}/{path}"
        answer = self._requests.get(address, largest)
        if answer.status in GONE:
            return None
        if answer.status != OK:
            raise _unreadable(address, f"the server answered {answer.status}")
        return answer.body

    def close(self) -> None:
        self._requests.close()


def source_of(place: str) -> LogSource:
    """An address of http or https, or else a folder."""
    return UrlSource(place) if "://" in place else FolderSource(Path(place))


class PublishedLog:
    """The resources of a published log, each of the form that it must have. What is not is a Contradiction."""

    def __init__(self, source: LogSource) -> None:
        self._source = source

    def checkpoint(self) -> str:
        """The note, whose signatures nobody has checked yet."""
        content = self._source.read(CHECKPOINT, LARGEST_NOTE)
        if content is None:
            raise Contradiction("There is no checkpoint.")
        return content.decode("utf-8", "surrogateescape")

    def entries(self, tile: Tile) -> list[bytes]:
        """The entries of a bundle."""
        return self._parsed(tile, tile.width)

    def hashes(self, tile: Tile) -> list[bytes]:
        """The hashes of a tile."""
        return self._parsed(tile, tile.width)

    def _parsed(self, tile: Tile, width: int) -> list[bytes]:
        parse, largest = (parse_bundle, LARGEST_BUNDLE) if tile.level == ENTRIES else (parse_hashes, LARGEST_TILE)
        content = self._source.read(tile.path, largest)
        if content is not None:
            return parse(content, width)
        # A partial file may be gone once the full one is there (tlog-tiles, Partial Tiles).
        whole = None if width == FULL else self._source.read(tile.full.path, largest)
        if whole is None:
            raise Contradiction(f"{tile.path} is missing.")
        return parse(whole, FULL)[:width]

    def close(self) -> None:
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _unreadable(where: str, why: str) -> errors.Unavailable:
    return errors.Unavailable(
        "log_unreadable",
        f"{where} cannot be read: {why}.",
        hint="Nothing can be said of the log until it can be read; try again, or ask whoever publishes it.",
    )
