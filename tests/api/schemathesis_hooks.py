"""What schemathesis cannot know: what a picture is.

Half of the files that it sends are pictures that can be registered, all different; the other half is
whatever it makes up itself, so that refusals are tried as well.
"""

import io
import random

import schemathesis
from hypothesis import strategies as st
from PIL import Image

SIDE = 96


def drawn(seed: int) -> bytes:
    """A PNG file of coloured blocks that no other seed gives."""
    colours = random.Random(seed).randbytes(8 * 8 * 3)
    blocks = Image.frombytes("RGB", (8, 8), colours).resize((SIDE, SIDE), Image.Resampling.NEAREST)
    written = io.BytesIO()
    blocks.save(written, "PNG")
    return written.getvalue()


schemathesis.openapi.format("binary", st.integers(0, 2**64 - 1).map(drawn) | st.binary(max_size=2000))
