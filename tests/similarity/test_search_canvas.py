"""Works that a listing shows whole: the ways they are compared, and what vouches for them there."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from registry.benchmark.system import Listing
from registry.imaging.reading import read
from registry.similarity.alignment import ListingFields
from registry.similarity.hypotheses import Hypothesis, Source, WorkSizes
from registry.similarity.index.feature_index import FeatureIndex
from registry.similarity.index.feature_table import PictureFeatures
from registry.similarity.outline import outline
from registry.similarity.registered_features import FEATURE, REGION
from registry.similarity.search_canvas import proposed, vouched

PLACE = np.array([0, 0, 300, 0, 300, 200, 0, 200], np.float64)


def pennant(colour: str, ground: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """A long flag, a little higher at its left end, that looks much like its mirror image."""
    picture = Image.new("RGBA", (600, 400), ground)
    draw = ImageDraw.Draw(picture)
    draw.polygon([(60, 100), (540, 125), (540, 275), (60, 300)], fill=colour, outline="black", width=6)
    draw.ellipse((225, 140, 375, 260), fill="red")
    return np.asarray(picture)


def on(entry: int, quad: NDArray[np.float64], source: Source, inliers: int) -> Hypothesis:
    return Hypothesis(entry, quad, 1.0, inliers, source)


def test_features_that_agree_on_just_its_canvas_vouch_for_a_work_there() -> None:
    canvas = [on(1, PLACE, Source.OUTLINES, 0), on(2, PLACE, Source.OUTLINES, 0), on(3, PLACE, Source.OUTLINES, 0)]
    parts = [
        on(1, PLACE + 5, Source.LOCAL_FEATURES, 12),
        on(1, PLACE - 5, Source.LOCAL_FEATURES, 17),
        on(2, PLACE + 90, Source.LOCAL_FEATURES, 40),
    ]
    assert [one.inliers for one in vouched(canvas, parts)] == [17, 0, 0]
    assert [one.entry for one in vouched(canvas, parts)] == [1, 2, 3]


def test_a_picture_that_resembles_its_mirror_image_is_compared_both_ways() -> None:
    seen = read(Listing(pennant("white", (0, 0, 0, 0))).file).features
    left, top, right, bottom = (float(side) for side in seen.ink)
    index, sizes, ink, canvas = FeatureIndex(), WorkSizes(), (left, top, right, bottom), (600.0, 400.0)
    codes = outline(seen.template.coarse, ink, *canvas)
    index.add(PictureFeatures(1, ink, canvas, np.zeros(0, FEATURE), np.zeros(0, REGION), codes))
    sizes.put(1, ink, canvas)
    listing = ListingFields(read(Listing(pennant("black", (70, 110, 160, 255))).file).features)
    found = proposed(index, sizes, listing)
    assert [(one.entry, one.quad[0] < one.quad[2]) for one in found] == [(1, True), (1, False)]
