"""The verifier as one file that any Python runs, with nothing installed: what a court or an expert receives.

``python -m registry.evidence.offline_verifier FILE`` writes it.
"""

import io
import sys
import zipfile
from functools import cache
from importlib.resources import files
from pathlib import Path

FILE_NAME = "verify.pyz"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip file can hold: the same verifier gives the same bytes whenever it is written."""
_MAIN = "import sys\nfrom registry.verify.__main__ import main\nsys.exit(main())\n"


@cache
def offline_verifier() -> bytes:
    """A zip application (``python3 verify.pyz FILE``) that holds the sources of ``registry.verify``, readable.

    The same sources give the same bytes on every machine: nothing is compressed, which differs between versions of
    zlib, and nothing dated, as :mod:`zipapp` of the standard library would do.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        _add(archive, "__main__.py", _MAIN)
        _add(archive, "registry/__init__.py", (files("registry") / "__init__.py").read_text("utf-8"))
        for source in sorted(files("registry.verify").iterdir(), key=lambda entry: entry.name):
            if source.name.endswith(".py"):
                _add(archive, f"registry/verify/{source.name}", source.read_text("utf-8"))
    return packed.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, EARLIEST)
    entry.create_system = 3  # UNIX, whatever the machine: it is part of the bytes
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(offline_verifier())
