"""What other people's tools (poppler) say of a PDF."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
from numpy.typing import NDArray

_XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Word:
    """A word on a page, and its box in points from the page's left top corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    page: tuple[float, float]


@contextmanager
def _written(document: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="firstmark-pdf-") as folder:
        file = Path(folder) / "document.pdf"
        file.write_bytes(document)
        yield file


def _run(command: list[str], document: bytes, *after: str) -> str:
    with _written(document) as file:
        done = subprocess.run([*command, str(file), *after], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout


def text_of(document: bytes) -> str:
    """All that it says, without white space: where lines break is the page's business."""
    return "".join(_run(["pdftotext", "-enc", "UTF-8"], document, "-").split())


def words_of(document: bytes) -> list[Word]:
    """Its words and where they stand."""
    page = (0.0, 0.0)
    found = []
    for element in ElementTree.fromstring(_run(["pdftotext", "-bbox"], document, "-")).iter():
        if element.tag == f"{_XHTML}page":
            page = (float(element.attrib["width"]), float(element.attrib["height"]))
        elif element.tag == f"{_XHTML}word":
            box = [float(element.attrib[name]) for name in ("xMin", "yMin", "xMax", "yMax")]
            found.append(Word(element.text or "", box[0], box[1], box[2], box[3], page))
    return found


def information_of(document: bytes) -> dict[str, str]:
    """What `pdfinfo` tells, by its label."""
    lines = _run(["pdfinfo"], document).splitlines()
    return {label: value.strip() for label, _, value in (line.partition(":") for line in lines)}


def fonts_of(document: bytes) -> list[list[str]]:
    """The columns of `pdffonts`: emb, sub and uni are the fourth to second before the object's two numbers."""
    return [line.split() for line in _run(["pdffonts"], document).splitlines()[2:]]


def signatures_of(document: bytes) -> str:
    """What `pdfsig` says, without asking who vouches for the signer."""
    return _run(["pdfsig", "-nocert"], document)


def picture_of(document: bytes, page: int = 1, dots_per_inch: int = 150) -> NDArray[np.uint8]:
    """A page as grey pixels."""
    with _written(document) as file:
        chosen = ["-f", str(page), "-l", str(page), "-r", str(dots_per_inch), "-singlefile", "-gray", "-png"]
        subprocess.run(["pdftoppm", *chosen, str(file), str(file.with_suffix(""))], check=True, timeout=60)
        return np.asarray(cv2.imread(str(file.with_suffix(".png")), cv2.IMREAD_GRAYSCALE), np.uint8)
