"""What is kept of a registered picture, packed and unpacked."""

import zlib

import numpy as np
import pytest

from registry.imaging.purpose import Purpose
from registry.imaging.reading import read
from registry.similarity.registered_features import PackedTemplate, chosen, packed
from tests.drawn_pictures import design, encoded


@pytest.mark.parametrize("side", [32, 120, 700])
def test_an_unpacked_template_has_the_pixels_and_the_points_to_half_precision(side: int) -> None:
    features = read(encoded(design(3, 700).resize((side, side // 2))), Purpose.WORK).features
    template = features.template

    unpacked = PackedTemplate(zlib.compress(packed(chosen(features, side, side // 2))[2]))

    assert unpacked.shape == template.shape
    assert np.array_equal(unpacked.pixels, template.pixels)
    for points, kept in ((template.coarse, unpacked.coarse), (template.fine, unpacked.fine)):
        assert points.shape == kept.shape
        assert np.allclose(points, kept, atol=1e-3)
