"""The folder of the index: segment files, and the manifest that says which of them count.

A segment file is written whole, gets a name that holds its digest, and never changes. The manifest is replaced by
renaming. So a crash at any moment leaves the manifest of before or after, and at worst files that it does not name,
which the next writer removes. Whoever writes holds the lock; readers need none: a file that was removed
meanwhile makes them read the manifest again, and what they have mapped stays until they let go of it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from registry.similarity.index.segment_file import MAGIC, Arrays, digest_of, encoded, opened
from registry.similarity.index.segments import KINDS, Kind
from registry.storage import durable_file

MANIFEST = "manifest.json"
LOCK = "writing"
SUFFIX = ".segment"
FOLDER_MODE = 0o700
FORMAT = MAGIC.decode().strip()


@dataclass(frozen=True)
class SegmentFile:
    """One line of the manifest. ``kind`` names what is held of the entries from ``first`` to before ``end``."""

    kind: str
    first: int
    end: int
    cutoff: int
    bytes: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.kind}-{self.first}-{self.end}-{self.sha256[:16]}{SUFFIX}"


@dataclass(frozen=True)
class Manifest:
    """``size`` entries of a ledger lie in segments; ``leaf`` is the hash of the last of them in hex."""

    size: int
    leaf: str
    unit: int
    segments: tuple[SegmentFile, ...]

    def encoded(self) -> bytes:
        """As the file holds it."""
        return (json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n").encode()

    @classmethod
    def parse(cls, content: bytes) -> "Manifest | None":
        """None for what this version did not write: the index is made again then."""
        try:
            told = json.loads(content)
            segments = tuple(SegmentFile(**segment) for segment in told["segments"])
            manifest = cls(told["size"], told["leaf"], told["unit"], segments)
            known = all(segment.kind in {kind.name for kind in KINDS} for segment in segments)
        except (ValueError, KeyError, TypeError):
            return None
        return manifest if known and manifest.encoded() == content else None


Stamp = tuple[int, int, int]


class IndexFolder:
    """The files under one folder, which need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self) -> Stamp | None:
        """What changes whenever the manifest is replaced; None without one."""
        try:
            found = (self.path / MANIFEST).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def manifest(self) -> Manifest | None:
        """None where there is none that this version understands."""
        try:
            return Manifest.parse((self.path / MANIFEST).read_bytes())
        except OSError:
            return None

    def arrays(self, kind: Kind, segment: SegmentFile) -> Arrays:
        """What a segment holds; Damaged if its file is not what the manifest says."""
        return opened(self.path / segment.name, segment.bytes, segment.sha256, kind.types)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Waits until no other process writes here; makes the folder if it is missing. OSError if it cannot."""
        durable_file.make_folders(self.path, FOLDER_MODE)
        with durable_file.locked(self.path / LOCK):
            yield

    def write(self, kind: Kind, first: int, end: int, cutoff: int, arrays: Arrays) -> SegmentFile:
        """Makes the file of a segment; a crash leaves a file that no manifest names. OSError."""
        sha256, length = digest_of(encoded(arrays))
        segment = SegmentFile(kind.name, first, end, cutoff, length, sha256)
        durable_file.replace(self.path / segment.name, encoded(arrays), mode=0o600)
        return segment

    def replace_manifest(self, manifest: Manifest) -> None:
        """From here on these segments count, and no others: their files are removed. OSError."""
        durable_file.replace(self.path / MANIFEST, manifest.encoded(), mode=0o600)
        # A crash before the next lines leaves files that nothing names; the next writer comes by here again.
        named = {segment.name for segment in manifest.segments}
        for file in self.path.iterdir():
            unfinished = file.name.endswith(durable_file.UNFINISHED_SUFFIX)
            if unfinished or (file.suffix == SUFFIX and file.name not in named):
                file.unlink(missing_ok=True)
