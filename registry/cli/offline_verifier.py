"""The verifier as one file that any Python runs, with nothing installed: what a court or an expert receives."""

import io
import zipfile
from importlib.resources import files

FILE_NAME = "verifier.pyz"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip file can hold: the same verifier gives the same bytes whenever it is written."""
_MAIN = "import sys\nfrom registry.verify.__main__ import main\nsys.exit(main())\n"


def offline_verifier() -> bytes:
    """A zip application (``python3 verifier.pyz RECEIPT``) that holds the sources of ``registry.verify``, readable."""
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
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text)
