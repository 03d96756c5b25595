import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageOps

from registry.errors import NotFound
from registry.installation import Installation
from registry.listings.check import check, get_check, get_evidence
from registry.works.register import register
from registry.works.schemas import ClaimInput, Upload
from tests.drawn_pictures import design, encoded, flattened, inverted
from tests.works.test_register import caller


def registered(installation: Installation) -> str:
    studio = caller(installation)
    ids = [
        register(installation, studio, Upload(encoded(design(seed)), f"{seed}.png"), ClaimInput(creator="S")).work_id
        for seed in range(5)
    ]
    return ids[3]


THEFTS: dict[str, Callable[[], bytes]] = {
    "unchanged, the same file": lambda: encoded(design(3)),
    "unchanged pixels in another file": lambda: encoded(design(3), "WEBP", lossless=True, exact=True),
    "re-encoded": lambda: encoded(flattened(design(3)), "JPEG", quality=30),
    "scaled to 200%": lambda: encoded(design(3).resize((600, 600))),
    "scaled to 25%": lambda: encoded(design(3).resize((75, 75))),
    "greyscale": lambda: encoded(flattened(design(3)).convert("L")),
    "mirrored": lambda: encoded(ImageOps.mirror(design(3))),
    "rotated 90 degrees clockwise": lambda: encoded(design(3).transpose(Image.Transpose.ROTATE_270)),
    "rotated 180 degrees clockwise": lambda: encoded(design(3).transpose(Image.Transpose.ROTATE_180)),
    "rotated 270 degrees clockwise": lambda: encoded(design(3).transpose(Image.Transpose.ROTATE_90)),
    "inverted": lambda: encoded(inverted(design(3))),
    "mirrored, inverted": lambda: encoded(ImageOps.mirror(inverted(design(3)))),
}


def test_a_changed_copy_is_a_match_that_says_what_was_changed(installation: Installation) -> None:
    work_id = registered(installation)
    for words, theft in THEFTS.items():
        view = check(installation, None, Upload(theft(), "listing"))
        assert view.verdict == "match", words
        assert (view.matches[0].work_id, view.matches[0].transform) == (work_id, words)
        assert view.matches[0].path == "3.png"
        assert view.index_size == 5


def test_an_unrelated_picture_is_clear(installation: Installation) -> None:
    registered(installation)
    view = check(installation, None, Upload(encoded(flattened(design(99))), "listing.png"))
    assert (view.verdict, view.matches) == ("clear", [])


def test_a_check_and_its_evidence_can_be_read_again(installation: Installation) -> None:
    registered(installation)
    view = check(installation, caller(installation), Upload(encoded(design(3)), "listing.png"))
    assert get_check(installation, view.id) == view
    picture = Image.open(io.BytesIO(get_evidence(installation, view.id, view.matches[0].index)))
    assert picture.format == "PNG"
    with pytest.raises(NotFound):
        get_check(installation, view.id, caller(installation, "Other").account_id)
