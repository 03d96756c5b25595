"""Whether a work is too plain to be told from others by a part of a picture: a bar, a disc, a tricolour."""

import numpy as np

from registry.imaging.picture import Features
from registry.similarity.alignment import ListingFields, fine
from registry.similarity.answer import Verdict
from registry.similarity.appearance import appearance
from registry.similarity.decision import Calibration, measurements

AGAIN_IN_A_PRINT = 4
"""One in so many local features of a work is found again in a good photograph of a print."""


def generic(features: Features, itself: ListingFields, calibration: Calibration) -> bool:
    """Whether even the picture itself, as a part of a listing, would not be called a match of it."""
    left, top, right, bottom = features.ink
    corners = np.array([left, top, right, top, right, bottom, left, bottom], np.float64)
    fit, quad = fine(itself, features.template, corners)
    values = measurements(appearance(itself, features.template, quad), fit, len(features.local) // AGAIN_IN_A_PRINT)
    return calibration.verdict(values) is not Verdict.MATCH
