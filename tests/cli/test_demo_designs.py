"""The pictures that the demo draws."""

from itertools import combinations

import numpy as np

from registry.cli.demo.designs import SIDE, draw_designs
from registry.cli.demo.edits import EDITS, on_white

DESIGNS = draw_designs()


def test_the_same_seed_draws_the_same_pixels() -> None:
    assert [design.picture.tobytes() for design in draw_designs()] == [design.picture.tobytes() for design in DESIGNS]


def test_another_seed_draws_other_pixels() -> None:
    assert all(
        one.picture.tobytes() != other.picture.tobytes() for one, other in zip(DESIGNS, draw_designs(8), strict=True)
    )


def test_every_two_designs_differ_over_much_of_their_area() -> None:
    pixels = {design.name: np.asarray(on_white(design.picture).resize((64, 64)), dtype=np.int16) for design in DESIGNS}
    for one, other in combinations(pixels, 2):
        differing = np.abs(pixels[one] - pixels[other]).max(axis=2) > 48
        assert differing.mean() > 0.25, (one, other)


def test_every_edit_yields_a_file_of_another_picture() -> None:
    logo = next(design for design in DESIGNS if design.picture.mode == "RGBA")
    assert logo.picture.size == (SIDE, SIDE)
    assert len({edit.apply(logo.picture) for edit in EDITS}) == len(EDITS)
