"""The certificate as a document: what it says, and that nothing in it can make it say something else."""

import io
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from string import Formatter
from typing import Any

import cv2
import numpy as np
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pylopdf_fonts_zh_cn import serif_path

from registry.errors import Broken
from registry.evidence.certificate import characters
from registry.evidence.certificate.document import Signing, document
from registry.evidence.certificate.qr_code import qr_code
from registry.evidence.certificate.statement import ALWAYS, NOT_PROVEN, Statement, stated
from registry.evidence.certificate.words import LANGUAGES, words
from registry.imaging.shown import PRINT_SIDE, for_print
from registry.verify import evidence, receipt
from registry.verify.ethereum_chain import KIND
from registry.verify.report import Bound, Witness
from tests.evidence.anchored import anchored
from tests.evidence.in_bitcoin import in_bitcoin
from tests.evidence.made_evidence import MATERIAL, without_original
from tests.evidence.pdf_tools import fonts_of, information_of, picture_of, text_of, words_of

SIGNING = Signing("CN=example.com/log", bytes(range(32)))
ADDRESS = "https://registry.example/verify"
MARGIN = 40.0
"""Points: less than the page's own margins."""


def sentences(tables: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in tables.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{name}", text) for name, text in sentences(value))
        else:
            yield key, value


def told() -> dict[str, dict[str, str]]:
    text = (files("registry.evidence") / "texts" / "certificate.toml").read_text("utf-8")
    return {language: dict(sentences(tables)) for language, tables in tomllib.loads(text).items()}


def squeezed(text: str) -> str:
    return "".join(text.split())


def picture(width: int, height: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), (200, 60, 40)).save(written, "PNG")
    return written.getvalue()


@pytest.fixture(scope="module")
def proven() -> Statement:
    """Of an entry between two blocks."""
    return stated(anchored())


def test_both_languages_say_everything_of_the_same_values() -> None:
    def values(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    english, chinese = told()["en"], told()["zh"]
    assert english.keys() == chinese.keys()
    assert {key: values(text) for key, text in english.items()} == {key: values(text) for key, text in chinese.items()}


def test_every_sentence_of_the_verifier_on_what_is_not_proven_stands_in_both_languages() -> None:
    known = {
        value
        for room in (evidence, receipt)
        for name, value in vars(room).items()
        if name.isupper() and isinstance(value, str) and value.endswith((".", ": ")) and value != receipt.WHOSE_KEY
    }
    assert known | set(receipt.NOT_PROVEN_BY_A_LEDGER) == set(NOT_PROVEN)
    for language in LANGUAGES:
        assert all(words(language)(f"not_proven.{name}") for name in (*NOT_PROVEN.values(), *ALWAYS) if name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_the_interval_the_receipt_and_what_is_not_proven(proven: Statement, language: str) -> None:
    said = text_of(document(proven, language, SIGNING, address=ADDRESS))
    say = words(language)
    assert proven.not_before is not None
    assert proven.not_after is not None
    for time in (proven.not_before, proven.not_after):
        assert squeezed(time.replace("T", " ").removesuffix(".000Z") + " UTC") in said
    for value in (proven.leaf.hex(), proven.root.hex(), proven.verifier_key, proven.fingerprint.hex(), ADDRESS):
        assert value in said
    assert squeezed(say("receipt.entry_value", index=proven.index, origin=proven.origin)) in said
    assert proven.not_proven[:3] == ALWAYS
    assert all(squeezed(say(f"not_proven.{name}")) in said for name in proven.not_proven)
    assert squeezed(say("lead")) in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_witness_the_page_says_that_the_time_is_the_operators_statement(language: str) -> None:
    said, say = text_of(document(stated(MATERIAL), language, SIGNING)), words(language)
    assert squeezed(say("proven.no_witness")) in said
    assert said.count(squeezed(say("proven.no_bound"))) >= 2
    assert squeezed(say("verify.unstamped")) in said
    assert "registry.example" not in said


def test_a_block_of_ethereum_is_told_with_the_nodes_that_called_it_final(proven: Statement) -> None:
    first = next(one for one in proven.witnesses if one.bound is Bound.NOT_AFTER)
    of_ethereum = Witness(KIND, "eip155-1", first.time, trusted=True)
    nodes = {"eip155-1": proven.nodes[first.name]}
    said = text_of(document(replace(proven, witnesses=(of_ethereum,), nodes=nodes), "en", SIGNING))
    asked = nodes["eip155-1"].asked
    assert squeezed(words("en")("proven.chain_strength", asked=asked, agreed=asked)) in said
    assert squeezed(words("en")("proven.test_strength")) not in said


def test_a_block_of_bitcoin_is_told_with_what_it_rests_on_and_one_of_a_test_network_as_that() -> None:
    of_bitcoin = stated(in_bitcoin())
    said = text_of(document(of_bitcoin, "en", SIGNING))
    assert squeezed(words("en")("proven.test_strength")) in said
    (witness,) = of_bitcoin.witnesses
    said = text_of(document(replace(of_bitcoin, witnesses=(replace(witness, name="bitcoin"),)), "en", SIGNING))
    assert squeezed(words("en")("proven.chain", chain="Bitcoin")) in said
    assert squeezed(words("en")("proven.bitcoin_strength")) in said


def test_what_its_holder_keeps_back_is_counted_and_not_said() -> None:
    said = text_of(document(stated(without_original("creator")), "en", SIGNING))
    assert "Harbour" not in said
    assert "Ana" in said
    assert squeezed("3 more fields of the claim are committed to") in said


def test_evidence_that_does_not_verify_is_not_certified() -> None:
    wrong = replace(MATERIAL.receipt, entry=MATERIAL.receipt.entry.replace("wrk_3", "wrk_4"))
    chained = anchored()
    damaged = replace(chained.anchors[0], files={**chained.anchors[0].files, "anchor.json": b"{}"})
    for material in (replace(MATERIAL, receipt=wrong), replace(chained, anchors=(damaged,))):
        with pytest.raises(Broken) as broken:
            stated(material)
        assert broken.value.code == "evidence_not_proven"


def test_the_same_statement_gives_the_same_bytes(proven: Statement) -> None:
    assert document(proven, "zh", SIGNING, address=ADDRESS) == document(proven, "zh", SIGNING, address=ADDRESS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_is_tagged_titled_and_brings_its_fonts_along(proven: Statement, language: str) -> None:
    made = document(proven, language, SIGNING, address=ADDRESS)
    information = information_of(made)
    assert information["Title"] == f"{words(language)('title')}: {proven.subject}"
    assert (information["Tagged"], information["JavaScript"]) == ("yes", "no")
    fonts = fonts_of(made)
    assert len(fonts) >= 2
    assert all(columns[-5:-2] == ["yes", "yes", "yes"] for columns in fonts)
    assert f"/Lang({'en' if language == 'en' else 'zh'}".encode() in made.replace(b"/Lang (", b"/Lang(")


def test_the_code_leads_to_the_address(proven: Statement) -> None:
    made = document(proven, "en", SIGNING, address=ADDRESS)
    pages = int(information_of(made)["Pages"])
    read = [cv2.QRCodeDetector().detectAndDecode(picture_of(made, one))[0] for one in range(1, pages + 1)]
    assert [address for address in read if address] == [ADDRESS]


def test_a_code_has_white_around_it() -> None:
    assert qr_code(ADDRESS).startswith(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 33 33"')


HOSTILE = {
    "markup": "#eval(sys) $x$ *a* _b_ `c` <d> @e [f] {g} \\u{41} // h /* i */ = j",
    "direction": "\u202e\u2066\u200f abc \u061c \u200d",
    "endless": "W" * 10_000,
    "endless words": "harbour " * 2_000,
    "endless Chinese": "港" * 10_000,
    "no glyphs": "한국어 العربية हिन्दी 😀 \U0001f468\u200d\U0001f469 \ufffe \ue000 \U0010ffff",
    "combining": "e" + "\u0301" * 500,
    "controls": "a\x00b\x1b[31m\x07\r\n\t\u2028\u2029c\ud800",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_that_a_registrant_writes_leaves_the_page(proven: Statement, text: str) -> None:
    claimed = dict.fromkeys(("title", "creator", "licence"), text)
    for language, shape in zip(LANGUAGES, ((640, 640), (30, 640)), strict=True):
        made = document(replace(proven, claimed=claimed), language, SIGNING, picture=picture(*shape), address=ADDRESS)
        found = words_of(made)
        assert all(one.left > MARGIN and one.right < one.page[0] - MARGIN for one in found)
        assert all(one.top > 0 and one.bottom < one.page[1] - MARGIN / 2 for one in found)
        assert squeezed(words(language)("not_proven.authorship")) in text_of(made)


def test_markup_and_marks_of_direction_are_shown_as_what_they_are(proven: Statement) -> None:
    claimed = {"title": HOSTILE["markup"], "creator": HOSTILE["direction"]}
    said = text_of(document(replace(proven, claimed=claimed), "en", SIGNING))
    assert squeezed(HOSTILE["markup"]) in said
    assert squeezed("⟨U+202E⟩⟨U+2066⟩⟨U+200F⟩ abc ⟨U+061C⟩ ⟨U+200D⟩") in said


def test_a_long_name_says_that_it_is_cut(proven: Statement) -> None:
    said = text_of(document(replace(proven, claimed={"creator": "A" * 201}), "en", SIGNING))
    assert "A" * 200 + "…" in said
    assert squeezed(words("en")("cut")) in said


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_shown_text_has_only_characters_that_are_shown(text: str) -> None:
    line = characters.shown(text, 60).replace(characters.BREAK, "")
    assert all(characters.is_shown(one) or one in "⟨⟩…" for one in line)


def test_the_fonts_have_every_character_that_is_called_shown() -> None:
    every = [chr(number) for number in range(0x20000) if characters.is_shown(chr(number))]
    assert len(every) > 28_000
    source = (
        '#set document(title: "x", date: auto)\n'
        "#set text(font: json(bytes(sys.inputs.fonts)), fallback: false, size: 4pt)\n"
        "#sys.inputs.text"
    )
    fonts = f'["{characters.LATIN_FONT}", "{characters.CHINESE_FONT}"]'
    made = typst.compile(
        source.encode(),
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[serif_path().parent]),
        ignore_system_fonts=True,
        sys_inputs={"text": " ".join(every), "fonts": fonts},
        pdf_standards=["a-2a"],  # which refuses a text that no font can show
        timestamp=0,
    )
    assert made.startswith(b"%PDF-")


def test_a_picture_for_print_is_small_opaque_and_shows_a_white_logo() -> None:
    logo = np.zeros((1000, 2000, 4), np.uint8)
    logo[300:700, 500:1500] = 255
    made = Image.open(io.BytesIO(for_print(logo, 0)))
    assert (made.size, made.mode) == ((PRINT_SIDE, PRINT_SIDE // 2), "RGB")
    assert made.getpixel((0, 0)) != made.getpixel((PRINT_SIDE // 2, PRINT_SIDE // 4))
