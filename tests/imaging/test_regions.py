"""Regions: the same description whatever way a design is turned, and phases that tell the turn."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from registry.imaging.regions import LONGER_SIDE, MOST_REGIONS, SPIN, Regions, regions, terms


def crest(angle: float = 0, side: int = LONGER_SIDE, mirrored: bool = False) -> np.ndarray:
    """A lopsided figure, turned counter-clockwise as Pillow turns."""
    sheet = Image.new("RGBA", (4 * side, 4 * side), "white")
    draw = ImageDraw.Draw(sheet)
    unit = 4 * side / 100
    draw.polygon([(x * unit, y * unit) for x, y in ((35, 30), (70, 35), (60, 72), (45, 60), (30, 66))], fill="navy")
    draw.ellipse([45 * unit, 38 * unit, 55 * unit, 46 * unit], fill="white")
    if mirrored:
        sheet = sheet.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    turned = sheet.rotate(angle, Image.Resampling.BICUBIC, fillcolor="white")
    return np.asarray(turned.resize((side, side), Image.Resampling.BOX))


def spectrum(found: Regions, number: int = 0) -> np.ndarray:
    parts = found.spectra[number].astype(float)
    whole = parts[:, 0] + 1j * parts[:, 1]
    unit: np.ndarray = whole / np.linalg.norm(whole)
    return unit


@pytest.mark.parametrize("angle", [17, 90, 133, 251])
@pytest.mark.parametrize("mirrored", [False, True])
def test_magnitudes_stay_and_phases_tell_the_turn(angle: float, mirrored: bool) -> None:
    straight, turned = spectrum(regions(crest(), 255)), spectrum(regions(crest(angle, mirrored=mirrored), 255))
    assert np.abs(straight) @ np.abs(turned) > 0.97
    clockwise = np.arange(360)
    turns = np.exp(1j * (terms()[:, None] - SPIN) * np.radians(clockwise))
    agreement = np.real((turned * (straight if mirrored else straight.conj())) @ turns)
    assert agreement.max() > 0.93
    half_a_turn = 180 if mirrored else 0  # conjugation mirrors top to bottom, the picture left to right
    apart = (clockwise[agreement.argmax()] + half_a_turn + angle) % 360
    assert min(apart, 360 - apart) <= 3


def test_centre_and_spread_follow_the_picture() -> None:
    small, large = regions(crest(side=300), 255), regions(crest(side=600), 255)
    assert large.places[0] / small.places[0] == pytest.approx([2, 2, 2], rel=0.05)


def test_a_design_on_a_ground_of_its_own_is_a_region_by_itself() -> None:
    sheet = Image.new("RGBA", (300, 300), "white")
    ImageDraw.Draw(sheet).rectangle((10, 10, 60, 290), fill="grey")
    sheet.paste(Image.fromarray(crest(side=160)).crop((40, 40, 130, 130)), (170, 120))
    alone = spectrum(regions(crest(), 255))
    found = regions(np.asarray(sheet), 255)
    assert max(np.abs(alone) @ np.abs(spectrum(found, number)) for number in range(len(found))) > 0.9


@pytest.mark.parametrize("colour", ["white", "black"])
def test_a_blank_picture_has_no_region(colour: str) -> None:
    assert len(regions(np.asarray(Image.new("RGBA", (200, 200), colour)), 255)) == 0


def test_noise_has_no_more_regions_than_allowed() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (300, 300, 4), np.uint8)
    noise[..., 3] = 255
    assert len(regions(noise, 255)) <= MOST_REGIONS
