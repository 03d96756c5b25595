"""The catalogues, and the parts that make pages of values."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.web.chart import HEIGHT, WIDTH, growth
from registry.web.languages import FOLDER, LANGUAGES, catalogue
from registry.web.numbers_in_addresses import whole_number
from registry.web.shown_text import percent, visible
from registry.web.visit import local_address
from registry.web.wording import Words

OF_THE_DOMAIN = ("errors.", "hints.", "notes.")
"""Their English is the domain's own."""


def _ours(language: str) -> dict[str, str]:
    return {key: text for key, text in catalogue(language).messages.items() if not key.startswith(OF_THE_DOMAIN)}


def test_every_language_says_everything() -> None:
    assert _ours("en").keys() == _ours("zh").keys()


def test_every_language_is_told_the_same_values() -> None:
    def values(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, text in _ours("en").items():
        assert values(text) == values(_ours("zh")[key]), key


def test_every_sentence_that_a_template_names_is_there() -> None:
    sources = [file.read_text() for file in (FOLDER.parent / "templates").glob("*.html")]
    named = {
        key for source in sources for key in re.findall(r"\bt(?:\.markup|\.in_code)?\('([a-z_]+\.[a-z_0-9]+)'", source)
    }
    assert named
    assert named <= _ours("en").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_holds_more_markup_than_keys(language: str) -> None:
    for key, text in catalogue(language).messages.items():
        assert not re.search(r"<(?!/?kbd>)", text), key


@given(st.text())
def test_what_is_shown_has_no_invisible_characters(text: str) -> None:
    assert not re.search("[\u0000-\u001f\u202a-\u202e\u2066-\u2069]", visible(text))


@given(st.floats(0, 1))
def test_only_all_of_it_is_called_100_percent(share: float) -> None:
    assert (percent(share) == "100%") == (share == 1)


@given(st.text())
def test_an_address_to_go_on_to_is_on_this_site(wanted: str) -> None:
    found = local_address(wanted, "/works")
    assert found.startswith("/")
    assert found[1:2] not in ("/", "\\")


@given(st.integers(0, 10**18 - 1))
def test_a_number_in_an_address_has_one_way_of_writing_it(number: int) -> None:
    assert whole_number(str(number)) == number
    assert whole_number(f"0{number}") is None


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 1000)), min_size=2, max_size=30))
def test_a_curve_stays_in_its_view(steps: list[tuple[int, int]]) -> None:
    time = size = 0
    points = []
    for wait, more in steps:
        time, size = time + wait, size + more
        points.append((time, size))
    chart = growth(points)
    assert chart is not None
    places = [tuple(map(float, pair.split(","))) for pair in chart.area.split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)


def test_one_point_is_no_curve() -> None:
    assert growth([(1, 1)]) is None


@pytest.mark.parametrize(
    "words",
    [
        "re-encoded",
        "identical file",
        "identical pixels",
        "mirrored",
        "mirrored, rotated 90 degrees clockwise",
        "rotated 180 degrees, inverted",
        "rotated 12 degrees counter-clockwise, stretched by 12%",
        "57% of the listing's width, cut off, 40% of it visible",
        "greyscale, scaled to 50%",
        "recoloured, stretched to 120% of the width and 80% of the height",
    ],
)
def test_what_was_done_to_a_work_is_said_in_chinese(words: str) -> None:
    assert not re.search("[a-z]", Words(catalogue("zh")).transform(words))


def test_the_fields_of_a_claim_are_listed_as_people_look_for_them() -> None:
    assert Words(catalogue("en")).in_order(["width", "later", "title", "creator"]) == [
        "creator", "title", "width", "later"
    ]  # fmt: skip
