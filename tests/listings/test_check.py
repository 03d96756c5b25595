import hashlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps
from sqlalchemy import select

from registry.errors import NotFound, Refused
from registry.imaging.symmetry import Symmetry
from registry.installation import Installation
from registry.listings import check as checks
from registry.listings.check import (
    MOST_EVIDENCE_PICTURES,
    check,
    get_aligned,
    get_check,
    get_evidence,
    get_listing,
)
from registry.listings.evidence_picture import evidence_picture
from registry.listings.models import Check
from registry.listings.schemas import CheckView
from registry.similarity.answer import Match, Relation, Verdict
from registry.works.end import erase
from registry.works.register import register
from registry.works.schemas import ClaimInput, Upload
from tests.drawn_pictures import corners_under, design, encoded, flattened, inverted
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


def test_a_refused_picture_leaves_no_check_behind(installation: Installation) -> None:
    with pytest.raises(Refused) as refused:
        check(installation, None, Upload(b"no picture", "listing.png"))
    assert refused.value.code == "format_not_supported"
    with installation.database.read() as session:
        assert session.scalars(select(Check)).all() == []
    assert list(installation.objects.digests()) == []


def test_an_empty_registry_answers_clear(installation: Installation) -> None:
    view = check(installation, None, Upload(encoded(design(1)), "listing.png"))
    assert (view.verdict, view.matches, view.index_size) == ("clear", [], 0)


def test_a_check_keeps_of_a_picture_what_shows_a_work_and_nothing_of_any_other(installation: Installation) -> None:
    registered(installation)
    before = set(installation.objects.digests())
    check(installation, None, Upload(encoded(flattened(design(99))), "another.png"))
    assert set(installation.objects.digests()) == before
    listing = encoded(flattened(design(3)), "JPEG", quality=50)
    view = check(installation, None, Upload(listing, "listing.jpg"))
    (match,) = view.matches
    kept = {installation.objects.get(digest) for digest in set(installation.objects.digests()) - before}
    read = (get_evidence, get_aligned, get_listing)
    assert kept == {one(installation, view.id, match.index) for one in read}
    assert listing not in kept


def test_a_check_read_again_shows_nothing_of_a_work_that_was_erased(installation: Installation) -> None:
    work_id = registered(installation)
    before = set(installation.objects.digests())
    view = check(installation, None, Upload(encoded(design(3)), "listing.png"))
    shown = set(installation.objects.digests()) - before
    assert shown
    assert view.matches[0].path == "3.png"
    erase(installation, work_id)
    again = get_check(installation, view.id)
    nameless = view.matches[0].model_copy(update={"title": None, "path": None})
    assert again == view.model_copy(update={"matches": [nameless]})
    assert not shown & set(installation.objects.digests())
    assert code_of_missing(installation, view) == "no_such_evidence"
    with installation.database.read() as session:
        assert '"3.png"' not in session.scalars(select(Check.answer)).one()
    assert check(installation, None, Upload(encoded(design(3)), "listing.png")).verdict == "clear"


def test_a_work_that_is_erased_while_a_check_finds_it_is_not_brought_back(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_id = registered(installation)
    before = set(installation.objects.digests()) - {hashlib.sha256(encoded(design(3))).hexdigest()}
    draw = checks._evidence

    def drawn_and_erased(*arguments: Any) -> Any:
        drawn = draw(*arguments)
        erase(installation, work_id)
        return drawn

    monkeypatch.setattr(checks, "_evidence", drawn_and_erased)
    view = check(installation, None, Upload(encoded(design(3)), "listing.png"))
    assert (view.matches[0].title, view.matches[0].path) == (None, None)
    assert set(installation.objects.digests()) == before
    assert code_of_missing(installation, view) == "no_such_evidence"


def code_of_missing(installation: Installation, view: CheckView) -> str:
    """Under which code the evidence of the first match is missing."""
    with pytest.raises(NotFound) as missing:
        get_evidence(installation, view.id, view.matches[0].index)
    return missing.value.code


def test_notes_on_how_the_listing_was_read_are_told(installation: Installation) -> None:
    frames = [flattened(design(seed)) for seed in (1, 2)]
    animated = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    view = check(installation, None, Upload(animated, "listing.webp"))
    assert [note.code for note in view.notes] == ["first_frame_taken"]


def test_there_is_no_evidence_for_what_did_not_match(installation: Installation) -> None:
    registered(installation)
    view = check(installation, None, Upload(encoded(design(3)), "listing.png"))
    with pytest.raises(NotFound) as missing:
        get_evidence(installation, view.id, 0)
    assert missing.value.code == "no_such_evidence"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_evidence_is_drawn_for_the_best_matches_alone(installation: Installation) -> None:
    owners = [f"Owner {number}" for number in range(MOST_EVIDENCE_PICTURES + 1)]
    upload = Upload(encoded(design(3)), "a.png")
    for owner in owners:
        register(installation, caller(installation, owner), upload, ClaimInput(creator="S"))
    view = check(installation, None, Upload(encoded(design(3)), "listing.png"))
    assert len(view.matches) == len(owners)
    drawn = []
    for match in view.matches:
        try:
            drawn.append(get_evidence(installation, view.id, match.index))
        except NotFound:
            break
    assert len(drawn) == MOST_EVIDENCE_PICTURES


@pytest.mark.parametrize("symmetry", list(Symmetry))
def test_evidence_lays_the_listing_back_over_the_work(symmetry: Symmetry) -> None:
    work = np.asarray(design(3, 96).resize((96, 64)))
    listing = np.ascontiguousarray(symmetry.apply(work))
    height, width = listing.shape[:2]
    region = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    whole = ((0.0, 0.0), (96.0, 0.0), (96.0, 64.0), (0.0, 64.0))
    frame = corners_under(symmetry, width, height)
    match = Match(
        "wrk_1", 0, Verdict.MATCH, Relation.PICTURE_THEFT, 0.9, 1.0, 1.0, symmetry.words, region, whole, frame, whole
    )
    sheet = Image.open(io.BytesIO(evidence_picture(work, listing, match, (96, 64), (width, height))))
    panel = np.asarray(sheet).astype(int)
    side = (sheet.width - 4 * 16) // 3
    first, overlay = panel[:, 16 : 16 + side], panel[:, 48 + 2 * side : 48 + 3 * side]
    inner = (slice(80, -80), slice(16, -16))  # inside the outline of the first panel
    assert np.abs(first[inner] - overlay[inner]).mean() < 4  # enlarged by two ways; laid otherwise it is some 40
