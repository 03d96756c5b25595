"""People with passwords, and designs for them to register."""

import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.accounts.account import find_or_create_account
from registry.accounts.passwords import hashed, set_password
from registry.benchmark.thefts import Context, generate
from registry.cli.demo.designs import draw_designs
from registry.installation import Installation

NAME, PASSWORD = "Studio Aster", "a sentence that only we would say"


def add_person(installation: Installation, name: str = NAME, *, administrator: bool = False) -> str:
    """An account that can sign in with PASSWORD; answers its id."""
    encoded = hashed(PASSWORD)
    with installation.database.write() as session:
        account = find_or_create_account(session, name, installation.clock, installation.randomness)
        set_password(session, account, encoded, installation.clock, is_administrator=administrator)
        return account.id


def designs() -> Mapping[str, NDArray[np.uint8]]:
    """Drawn designs by name, RGBA."""
    return {one.name: np.asarray(one.picture.convert("RGBA")) for one in draw_designs()}


def png(pixels: NDArray[np.uint8]) -> bytes:
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


def smaller_copy(pixels: NDArray[np.uint8]) -> bytes:
    """The design at half its size, as a bad JPEG."""
    picture = Image.fromarray(pixels).convert("RGB")
    written = io.BytesIO()
    picture.resize((picture.width // 2, picture.height // 2)).save(written, "JPEG", quality=40)
    return written.getvalue()


def on_a_product(pixels: NDArray[np.uint8]) -> tuple[bytes, NDArray[np.float64]]:
    """A listing picture with the design printed on something, and the corners of where it is."""
    theft = generate("mockup", 1, pixels, Context(), np.random.default_rng(5))
    return png(theft.picture), theft.shown[0].polygon
