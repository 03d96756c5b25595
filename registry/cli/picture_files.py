"""Which files a person means by the paths given to a command."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PICTURE_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif", ".heic", ".heif"),
    *(".gif", ".tif", ".tiff", ".bmp", ".svg", ".psd", ".pdf"),
)
"""What is taken out of a folder. A file named on the command line is always tried: its content decides."""


@dataclass
class Selection:
    """The files to work on, in sorted order within each path given, and how many others lay beside them."""

    files: list[Path] = field(default_factory=list)
    hidden: int = 0
    not_pictures: int = 0
    links: int = 0
    special: int = 0
    unreadable_folders: list[Path] = field(default_factory=list)

    def left_out(self) -> str:
        """What was passed over, in words; empty when nothing was."""
        counts = (
            (self.hidden, "hidden"),
            (self.not_pictures, "not pictures by their names"),
            (self.links, "symbolic links"),
            (self.special, "pipes, sockets or devices"),
            (len(self.unreadable_folders), "folders that cannot be opened"),
        )
        return ", ".join(f"{count} {words}" for count, words in counts if count)


def select(paths: Iterable[Path]) -> Selection:
    """Files as named, folders recursively and sorted by name; no file twice.

    Inside a folder, hidden files, symbolic links (they may lead out of it, or in circles), special
    files and names without a picture's suffix are counted and left out.
    """
    selection = Selection()
    seen: set[str] = set()

    def take(path: Path) -> None:
        real = os.path.realpath(path)
        if real not in seen:
            seen.add(real)
            selection.files.append(path)

    for path in paths:
        if path.is_dir():
            for found in _inside(path, selection):
                take(found)
        else:
            take(path)
    return selection


def _inside(folder: Path, selection: Selection) -> Iterator[Path]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        selection.unreadable_folders.append(folder)
        return
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith("."):
            selection.hidden += 1
        elif entry.is_symlink():
            selection.links += 1
        elif entry.is_dir(follow_symlinks=False):
            yield from _inside(path, selection)
        elif not entry.is_file(follow_symlinks=False):
            selection.special += 1
        elif path.suffix.lower() not in PICTURE_SUFFIXES:
            selection.not_pictures += 1
        else:
            yield path
