"""What people come for, walked in a real browser in both languages."""

import base64
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from registry.evidence.build import CERTIFICATES
from registry.web.languages import LANGUAGES, TAGS, catalogue
from tests.evidence.pdf_tools import signatures_of
from tests.web.conftest import sign_in
from tests.web.people import designs, on_a_product, png, smaller_copy

_DROP = """([zone, files]) => {
  const transfer = new DataTransfer();
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  zone.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""
"""Playwright drags elements, not files: this drops them with the browser's own event."""
_DRAWN_WITH = "lenses => lenses.map((one) => one.style.backgroundImage)"


def drop(page: Page, files: list[tuple[str, str, bytes]]) -> None:
    listed = [[name, kind, base64.b64encode(content).decode()] for name, kind, content in files]
    page.evaluate(_DROP, [page.query_selector("[data-drop]"), listed])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_designer_registers_a_moderator_checks_and_a_court_gets_its_evidence(
    address: str, page: Page, language: str, tmp_path: Path
) -> None:
    say = catalogue(language)
    drawn = designs()
    ridge, other = ("evening-ridge", "harbour-waves") if language == "en" else ("night-windows", "meadow")
    sign_in(page, address)
    drop(
        page,
        [
            (f"{ridge}.png", "image/png", png(drawn[ridge])),
            (f"{other}.png", "image/png", png(drawn[other])),
            ("copy.jpg", "image/jpeg", smaller_copy(drawn[ridge])),
        ],
    )
    page.locator(".outcome").nth(2).wait_for(timeout=60_000)
    outcomes = page.locator(".outcome").all_inner_texts()
    assert say("finding.none") in outcomes[0]
    assert say("finding.none") in outcomes[1]
    assert say("finding.own") in outcomes[2]
    assert say("relation.picture_theft") in outcomes[2]

    page.goto(f"{address}/check")
    listing, truth = on_a_product(drawn[ridge])
    page.set_input_files("input[type=file]", {"name": "offer.png", "mimeType": "image/png", "buffer": listing})
    page.click("main form button")
    page.locator(".outcome a").first.click(timeout=60_000)
    expect(page.locator("h1")).to_have_text(say("verdict.match"))
    page.wait_for_load_state()
    points = page.locator(".framed polygon.line").first.get_attribute("points") or ""
    found = np.array([[float(one) for one in pair.split(",")] for pair in points.split()])
    across = np.ptp(truth[:, 0])
    assert np.abs(found.mean(axis=0) - truth.mean(axis=0)).max() < 0.1 * across

    page.goto(f"{address}/works")
    page.locator("a.work", has_text=ridge).click()
    with page.expect_download() as download:
        page.click(f"text={say('evidence.download')}")
    kept = tmp_path / "evidence.zip"
    download.value.save_as(kept)
    assert "data/verifier/verify.pyz" in zipfile.ZipFile(kept).namelist()
    with page.expect_download() as certificate:
        page.click(f"text={say('evidence.certificate_in', language=LANGUAGES[language])}")
    for made in (Path(certificate.value.path()).read_bytes(), zipfile.ZipFile(kept).read(CERTIFICATES[language])):
        assert "Signature is Valid" in signatures_of(made)

    page.goto(f"{address}/verify")
    with page.expect_download() as program:
        page.click("main a[href='/verify/verify.pyz']")
    assert Path(program.value.path()).read_bytes() == zipfile.ZipFile(kept).read("data/verifier/verify.pyz")

    page.reload()
    page.context.set_offline(True)
    page.set_input_files("#file", kept)
    expect(page.locator("#report h2")).to_have_class("proven")
    expect(page.locator("#report h2")).to_have_text("Proven" if language == "en" else "已证明")
    assert page.locator("html").get_attribute("lang") == TAGS[language]
    page.click(f"text={say('verify.more')}")
    page.set_input_files("#work", {"name": "other", "mimeType": "image/png", "buffer": b"another file"})
    expect(page.locator("#report h2")).to_have_class("failed")
    page.set_input_files("#work", {"name": "own", "mimeType": "image/png", "buffer": png(drawn[ridge])})
    expect(page.locator("#report h2")).to_have_class("proven")

    page.context.set_offline(False)
    page.click("main a[href='/verify/verify.html']:not([download])")
    page.wait_for_url("**/verify/verify.html")
    page.context.set_offline(True)
    page.set_input_files("#file", kept)
    page.locator("h2.proven").wait_for()


def test_the_keyboard_goes_through_the_matches_and_lays_them_over(address: str, page: Page) -> None:
    drawn = designs()
    sign_in(page, address)
    drop(page, [(f"{name}.png", "image/png", png(drawn[name])) for name in ("kestrel-logo", "quarter-turns")])
    page.locator(".outcome").nth(1).wait_for(timeout=60_000)
    side_by_side = np.concatenate([drawn["kestrel-logo"], drawn["quarter-turns"]], axis=1)
    page.goto(f"{address}/check")
    page.set_input_files("input[type=file]", {"name": "two.png", "mimeType": "image/png", "buffer": png(side_by_side)})
    page.click("main form button")
    page.locator(".outcome a").first.click(timeout=60_000)
    page.wait_for_url("**/checks/*")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "match-1"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "match-2"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") == "match-1"
    page.keyboard.press("o")
    assert page.locator("#match-1 details.overlay").get_attribute("open") is not None
    page.keyboard.press("b")
    assert page.locator("#match-1 [data-blink]").get_attribute("aria-pressed") == "true"
    lenses = page.locator(".lens:not([hidden])")
    page.keyboard.press("m")
    expect(lenses).to_have_count(1)
    page.keyboard.press("m")
    expect(lenses).to_have_count(2)
    assert [(one or "").split("/")[-1] for one in lenses.evaluate_all(_DRAWN_WITH)] == ['enlarged")', 'aligned")']
    before = lenses.first.bounding_box()
    page.keyboard.press("ArrowRight")
    after = lenses.first.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] > before["x"]
    page.keyboard.press("Escape")
    expect(lenses).to_have_count(0)
    page.locator("#match-1 .framed").first.hover()
    expect(lenses).to_have_count(1)
    enlarged = page.locator("#match-1 figcaption a").last.get_attribute("href")
    assert page.request.get(f"{address}{enlarged}").headers["content-type"] == "image/webp"


def test_a_key_is_shown_once_and_works_until_it_is_revoked(address: str, page: Page) -> None:
    sign_in(page, address)
    page.goto(f"{address}/keys")
    page.fill("main input[name=name]", "robot")
    page.click("main form.card button")
    token = page.inner_text(".good-card code").strip()
    asked = {"Authorization": f"Bearer {token}"}
    assert page.request.get(f"{address}/v1/works", headers=asked).status == 200
    page.goto(f"{address}/keys")
    assert token not in page.content()
    page.click("table button")
    assert page.request.get(f"{address}/v1/works", headers=asked).status == 401


def test_the_language_is_kept_once_it_is_chosen(address: str, page: Page) -> None:
    page.goto(f"{address}/log")
    page.click(".languages button")
    expect(page.locator("h1")).to_have_text(catalogue("zh")("log.title"))
    assert re.search("/log$", page.url)
    page.goto(f"{address}/verify")
    assert page.inner_text("h1") == catalogue("zh")("verify.title")
