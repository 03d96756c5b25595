"""Whether a work is too plain to be told from others by a part of a picture: a bar, a disc, a tricolour."""

import numpy as np

from registry.imaging.picture import Features
from registry.similarity.alignment import ListingFields, fine
from registry.similarity.answer import Verdict
from registry.similarity.appearance import appearance
from registry.similarity.decision import Calibration, measurements


def generic(features: Features, calibration: Calibration) -> bool:
    """Whether even the picture itself, as a part of a listing, would not be called a match of it by its shape.

    Local features are left out of account: a plain shape has hardly any, and they are often of its jagged edge.
    """
    left, top, right, bottom = features.ink
    corners = np.array([left, top, right, top, right, bottom, left, bottom], np.float64)
    itself = ListingFields(features)
    fit, quad = fine(itself, features.template, corners)
    values = measurements(appearance(itself, features.template, quad), fit, 0)
    return calibration.verdict(values) is not Verdict.MATCH
