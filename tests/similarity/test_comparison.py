"""Two pictures laid over each other: what counts as the same, and what shows as different."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from registry.similarity.comparison import Comparison, compare
from tests.drawn_pictures import design, flattened


def rgba(picture: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(picture.convert("RGBA"))


def compared(work: Image.Image, listing: Image.Image, inverted: bool = False) -> Comparison:
    return compare(rgba(work), rgba(listing), inverted)


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_agrees_with_itself(seed: int) -> None:
    for picture in (design(seed), flattened(design(seed))):
        same = compared(picture, picture)
        assert same.luma == pytest.approx(1, abs=1e-4)
        assert same.worst_block < 0.01


def test_brightness_and_contrast_do_not_count() -> None:
    picture = flattened(design(1))
    dimmed = picture.point(lambda level: level // 2 + 60)
    assert compared(picture, dimmed).luma > 0.999


def test_a_negative_agrees_only_if_it_is_expected() -> None:
    picture = flattened(design(2))
    negative = Image.fromarray(255 - np.asarray(picture))
    assert compared(picture, negative, inverted=True).luma > 0.999
    assert compared(picture, negative).luma < 0


def test_unrelated_pictures_do_not_agree() -> None:
    pictures = [flattened(design(seed)) for seed in range(6)]
    pairs = [compared(a, b).luma for i, a in enumerate(pictures) for b in pictures[:i]]
    assert max(pairs) < 0.8


@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0), (40, 160, 90)])
def test_a_transparent_work_agrees_with_itself_on_any_flat_ground(ground: tuple[int, int, int]) -> None:
    assert compared(design(3), flattened(design(3), ground)).luma > 0.99


@pytest.mark.parametrize("share", [0.005, 0.01])
def test_a_blurred_picture_agrees_and_another_does_not(share: float) -> None:
    pictures = [flattened(design(seed)) for seed in range(4)]
    soft = [one.filter(ImageFilter.GaussianBlur(share * max(one.size))) for one in pictures]
    for number, picture in enumerate(pictures):
        same = compared(picture, soft[number])
        assert same.luma > 0.985
        assert same.worst_block < 0.4
        assert max(compared(picture, other).luma for other in soft[:number] + soft[number + 1 :]) < 0.8


def test_a_lost_colour_is_noticed() -> None:
    picture = flattened(design(4))
    assert compared(picture, picture.convert("L").convert("RGB")).grey
    assert not compared(picture, picture).grey


def test_other_colours_are_noticed() -> None:
    red, green, blue = flattened(design(5)).split()
    changed = compared(flattened(design(5)), Image.merge("RGB", (blue, red, green)))
    assert changed.colour is not None
    assert changed.colour < 0.9


def test_a_detail_shows_in_its_block_and_hardly_in_the_whole() -> None:
    picture = flattened(design(6))
    sister = picture.copy()
    ImageDraw.Draw(sister).ellipse((130, 130, 175, 175), fill="magenta", outline="black", width=6)
    differing = compared(picture, sister)
    assert differing.luma > 0.9
    assert differing.worst_block > 0.8


def test_flat_pictures_agree_with_nothing() -> None:
    flat = Image.new("RGB", (64, 64), "white")
    assert compared(flat, flattened(design(1))).luma == 0
    assert compared(flattened(design(1)), flat).luma == 0
