import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from registry.imaging import canonical_pixels, dct_hash, decoding, pixel_words, refusals, upright
from registry.imaging.reading import read
from registry.imaging.reduction import LARGEST, TOGETHER, AreaSums, coarser, rounded_quotient
from registry.imaging.symmetry import Symmetry
from tests.drawn_pictures import design, encoded, flattened, inverted


def area_sums(
    pixels: NDArray[np.uint8 | np.uint16], out_height: int, out_width: int, rows: int, together: int = TOGETHER
) -> NDArray[np.int64]:
    """Fed with strips of ``rows`` rows."""
    height, width, channels = pixels.shape
    sums = AreaSums(height, width, out_height, out_width, channels, together=together)
    for start in range(0, height, rows):
        sums.add(start, np.ascontiguousarray(pixels[start : start + rows]))
    return sums.sums()


def hashes(picture: Image.Image) -> dict[tuple[Symmetry, bool], bytes]:
    return {(variant.symmetry, variant.inverted): variant.bits for variant in read(encoded(picture)).variants}


@pytest.mark.parametrize("symmetry", list(Symmetry))
@pytest.mark.parametrize("seed", range(3))
def test_the_hashes_close_exactly_over_rotations_mirrorings_and_inversion(symmetry: Symmetry, seed: int) -> None:
    original = flattened(design(seed, 217).resize((217, 143)))
    expected = hashes(original)[Symmetry.IDENTITY, False]
    for invert in (False, True):
        source = inverted(original) if invert else original
        changed = Image.fromarray(np.ascontiguousarray(symmetry.apply(np.asarray(source))))
        assert hashes(changed)[symmetry, invert] == expected


SIDES = st.integers(1, 40)
SHAPES = st.tuples(SIDES, SIDES, st.integers(1, 12), st.integers(1, 12))
"""Height and width, in pixels and in cells."""


@given(SHAPES, st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_sums_over_coarse_cells_follow_exactly_from_those_over_cells_that_make_them_up(
    shape: tuple[int, int, int, int], down: int, across: int, seed: int
) -> None:
    height, width, out_height, out_width = shape
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    fine = area_sums(pixels, out_height * down, out_width * across, rows=7)
    assert np.array_equal(coarser(fine, out_height, out_width), area_sums(pixels, out_height, out_width, rows=7))


@given(SHAPES, SIDES, st.integers(0, 2**32 - 1))
def test_reduction_commutes_with_every_symmetry_and_keeps_the_sum(
    shape: tuple[int, int, int, int], rows: int, seed: int
) -> None:
    height, width, out_height, out_width = shape
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    reduced = area_sums(pixels, out_height, out_width, rows)
    assert reduced.sum() == pixels.sum(dtype=np.int64) * out_height * out_width
    for symmetry in Symmetry:
        cells = (out_width, out_height) if symmetry.quarter_turns % 2 else (out_height, out_width)
        assert np.array_equal(area_sums(symmetry.apply(pixels), *cells, rows), symmetry.apply(reduced))


@given(SHAPES, SIDES, st.integers(1, 1_000), st.integers(0, 2**32 - 1))
def test_each_sum_counts_each_pixel_by_its_overlap_with_the_cell(
    shape: tuple[int, int, int, int], rows: int, together: int, seed: int
) -> None:
    def overlaps(n: int, m: int) -> NDArray[np.int64]:
        cell, at = np.arange(m)[:, None], np.arange(n)[None]
        reach = np.minimum((cell + 1) * n, (at + 1) * m) - np.maximum(cell * n, at * m)
        return np.asarray(np.maximum(reach, 0))

    height, width, out_height, out_width = shape
    pixels = np.random.default_rng(seed).integers(0, LARGEST + 1, (height, width, 4)).astype(np.uint16)
    expected = np.einsum("jy,kx,yxc->jkc", overlaps(height, out_height), overlaps(width, out_width), pixels)
    assert np.array_equal(area_sums(pixels, out_height, out_width, rows, together), expected)


def test_the_sums_of_the_highest_picture_of_the_largest_values_are_exact() -> None:
    height = refusals.MAX_SIDE
    white = np.full((height, 2, 4), LARGEST, dtype=np.uint16)
    assert (area_sums(white, 3, 1, height) == LARGEST * height * 2).all()


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32 - 1), st.booleans())
def test_multiplying_a_whole_pixel_by_its_alpha_is_multiplying_each_colour(
    height: int, width: int, seed: int, opaque: bool
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    if opaque:
        pixels[..., 3] = 255
    product = pixel_words.premultiplied(pixels, pixel_words.empty_products(height, width))
    assert np.array_equal(product[..., :3], pixels[..., :3].astype(np.int64) * pixels[..., 3:])
    assert np.array_equal(product[..., 3], pixels[..., 3])
    assert pixel_words.is_opaque(pixels) == bool((pixels[..., 3] == 255).all())


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_rounding_commutes_with_negation(numerator: int, denominator: int) -> None:
    positive = rounded_quotient(np.array([numerator]), denominator)
    assert rounded_quotient(np.array([-numerator]), denominator)[0] == -positive[0]


def test_a_symmetric_logo_keeps_its_hash_when_it_is_encoded_again() -> None:
    logo = Image.new("RGB", (300, 300), "white")
    logo.paste("navy", (50, 100, 250, 200))
    first, again = read(encoded(logo)), read(encoded(logo, "JPEG", quality=30))
    one, other = first.fingerprints[0].bits, again.fingerprints[0].bits
    assert sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True)) <= 8


def test_two_black_logos_on_transparent_ground_do_not_look_alike() -> None:
    def logo(box: tuple[int, int, int, int]) -> Image.Image:
        picture = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
        picture.paste((0, 0, 0, 255), box)
        return picture

    one, other = read(encoded(logo((20, 20, 60, 180)))), read(encoded(logo((20, 120, 180, 180))))
    assert {fingerprint.ground for fingerprint in one.fingerprints} == {"white"}
    distance = sum(
        (a ^ b).bit_count() for a, b in zip(one.fingerprints[0].bits, other.fingerprints[0].bits, strict=True)
    )
    assert distance > 40


def test_the_same_pixels_have_the_same_digest_in_every_lossless_file() -> None:
    picture = flattened(design(4)).quantize(64).convert("RGB")
    files = [
        encoded(picture),
        encoded(picture, "BMP"),
        encoded(picture, "TIFF"),
        encoded(picture, "WEBP", lossless=True),
        encoded(picture.convert("RGBA")),
        encoded(picture.quantize(64)),
        encoded(picture.convert("RGB"), "TIFF", compression="tiff_lzw"),
    ]
    assert len({read(file).canonical_digest for file in files}) == 1


def test_the_colour_under_full_transparency_does_not_count() -> None:
    picture = design(5)
    hidden = np.asarray(picture).copy()
    hidden[hidden[..., 3] == 0] = (12, 200, 7, 0)
    assert read(encoded(picture)).canonical_digest == read(encoded(Image.fromarray(hidden))).canonical_digest


def test_a_picture_is_set_upright_as_its_camera_says() -> None:
    picture = flattened(design(6)).resize((300, 200))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    assert read(encoded(turned, "PNG", exif=exif)).canonical_digest == read(encoded(picture)).canonical_digest


def test_sixteen_bits_a_channel_are_read_as_eight() -> None:
    levels = np.asarray(flattened(design(7)).convert("L"))
    sixteen = Image.fromarray(levels.astype(np.uint16) * 257)
    assert read(encoded(sixteen)).canonical_digest == read(encoded(Image.fromarray(levels))).canonical_digest


def test_a_cmyk_picture_is_read_in_its_colours() -> None:
    picture = Image.new("RGB", (200, 200), (200, 30, 30))
    picture.paste((30, 30, 200), (50, 50, 150, 150))
    raster = read(encoded(picture.convert("CMYK"), "JPEG", quality=95)).raster
    assert np.abs(raster[100, 100, :3].astype(int) - (30, 30, 200)).max() < 12


def test_a_broken_colour_profile_is_noted_and_ignored() -> None:
    reading = read(encoded(flattened(design(8)), "PNG", icc_profile=b"no profile"))
    assert [note.code for note in reading.notes] == ["colour_profile_ignored"]


def test_an_animation_is_read_by_its_first_frame_with_a_note() -> None:
    frames = [flattened(design(seed)) for seed in (1, 2, 3)]
    reading = read(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
    assert [note.code for note in reading.notes] == ["first_frame_taken"]
    assert reading.canonical_digest == read(encoded(frames[0])).canonical_digest


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "HEIF", "GIF", "TIFF", "BMP", "PDF"])
def test_every_kind_of_file_is_read(kind: str) -> None:
    assert read(encoded(flattened(design(9)), kind)).width >= 300


def test_a_drawing_is_rendered_at_a_size_of_its_own() -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><circle cx="6" cy="5" r="4"/></svg>'
    reading = read(drawing)
    assert (reading.media_type, reading.width, reading.height) == ("image/svg+xml", 1024, 512)


def test_the_raster_is_never_larger_than_its_side_and_never_enlarged() -> None:
    assert read(encoded(design(1, 900))).raster.shape == (256, 256, 4)
    assert read(encoded(design(1, 90))).raster.shape == (90, 90, 4)


def test_the_digest_is_the_one_that_its_rules_give() -> None:
    white = np.full((16, 20, 4), 255, dtype=np.uint8)
    pixels = canonical_pixels.CanonicalPixels(16, 20, lambda start, end: white[start:end])
    assert pixels.surveyed().digest == "995ffb51dbb75a307a45a826c2798346fd519b0dd72a1c902a8a44592a9fad78"


def test_the_hash_has_the_bits_it_says() -> None:
    assert {len(f.bits) * 8 for f in read(encoded(design(1))).fingerprints if f.algorithm == dct_hash.ALGORITHM} == {
        256
    }


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_made_strip_by_strip_is_the_picture_made_at_once(
    mode: str, orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = design(10, 300).crop((0, 0, 300, 271))
    grey = np.asarray(flattened(drawn).convert("L"))
    picture = Image.fromarray(grey.astype(np.uint16) * 257) if mode == "I;16" else drawn.convert(mode)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = encoded(picture, "TIFF" if mode == "CMYK" else "PNG", exif=exif, icc_profile=profile)
    at_once = read(file)
    monkeypatch.setattr(upright, "HELD_PIXELS", 0)
    monkeypatch.setattr(canonical_pixels, "STRIP_PIXELS", 37 * 300)
    in_strips = read(file)
    assert (in_strips.canonical_digest, in_strips.fingerprints) == (at_once.canonical_digest, at_once.fingerprints)
    assert np.array_equal(in_strips.raster, at_once.raster)


@pytest.mark.parametrize("kind", ["PNG", "PDF"])
def test_what_takes_much_memory_waits_for_its_turn(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MODEST_PIXELS", 100)
    waited: list[None] = []
    read(encoded(flattened(design(11)), kind), wait_for_memory=lambda: waited.append(None))
    assert len(waited) == 1
