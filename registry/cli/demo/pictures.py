"""The pictures that the demo works with: drawn ones, or the user's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from registry.cli.demo.designs import draw_designs
from registry.cli.demo.edits import as_png
from registry.cli.file_access import read_regular_file
from registry.cli.picture_files import select
from registry.errors import Refused
from registry.installation import Installation

MOST_PICTURES = 6
"""Of the user's own: enough for a story, few enough for a minute."""
FIRST_DESIGNER, SECOND_DESIGNER = "Mira Okafor", "Jonas Vale"
_OF_THE_FIRST = ("kestrel-logo", "winter-oak", "quarter-turns", "evening-ridge")
_OF_THE_SECOND = ("type-specimen", "harbour-waves")
_UNREGISTERED = "meadow"


@dataclass(frozen=True)
class Original:
    """A file that a designer registers, and its picture to make edits of."""

    file: Path
    creator: str
    title: str
    picture: Image.Image


@dataclass(frozen=True)
class Cast:
    """Who and what appears: originals in the order of their registration, and a picture that is in no registry."""

    originals: list[Original]
    unrelated: Image.Image
    refused: list[Refused]
    drawn: bool = False


def drawn(folder: Path) -> Cast:
    """Pictures of the seeded generator, written to ``folder``."""
    designs = {design.name: design for design in draw_designs()}
    originals = []
    for creator, names in ((FIRST_DESIGNER, _OF_THE_FIRST), (SECOND_DESIGNER, _OF_THE_SECOND)):
        for name in names:
            file = folder / f"{name}.png"
            file.write_bytes(as_png(designs[name].picture))
            originals.append(Original(file, creator, designs[name].title, designs[name].picture))
    return Cast(originals, designs[_UNREGISTERED].picture, [], drawn=True)


def taken_from(source: Path, installation: Installation) -> Cast:
    """The first few pictures in ``source`` that the registry reads, half of them for each designer.

    They are decoded in the sandbox, as everything is; edits are made of the reduced picture that comes
    out of it. Refused (``no_picture_there``) if there is none.
    """
    originals: list[tuple[Path, Image.Image]] = []
    refused = []
    for file in select([source]).files:
        if len(originals) == MOST_PICTURES:
            break
        try:
            content = read_regular_file(file, installation.settings.max_upload_bytes)
            raster = installation.pictures.read(content).raster
        except Refused as refusal:
            refused.append(refusal)
            continue
        originals.append((file, Image.fromarray(raster)))
    if not originals:
        raise Refused(
            "no_picture_there",
            f"There is no picture in {source} that can be registered.",
            hint="Name a folder with PNG, JPEG or other pictures, or leave --from out to have some drawn.",
        )
    half = (len(originals) + 1) // 2
    return Cast(
        [
            Original(file, FIRST_DESIGNER if place < half else SECOND_DESIGNER, file.stem, picture)
            for place, (file, picture) in enumerate(originals)
        ],
        next(design.picture for design in draw_designs() if design.name == _UNREGISTERED),
        refused,
    )


def by_creator(originals: Iterable[Original]) -> dict[str, list[Original]]:
    """The originals of each creator, both in their order."""
    grouped: dict[str, list[Original]] = {}
    for original in originals:
        grouped.setdefault(original.creator, []).append(original)
    return grouped
