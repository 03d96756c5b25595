"""The page as people open it: from a disk, in a real browser, with no network."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from registry.verify_page.page import verification_page
from tests.anchoring.authority import Authority
from tests.evidence.anchored import anchored, known_blocks
from tests.evidence.in_bitcoin import bitcoin_block, in_bitcoin
from tests.evidence.made_evidence import evidence, files_of, packed
from tests.evidence.mutation import with_everything
from tests.evidence.renewed import SHA256_ENDS, Years
from tests.verify.made_receipt import KEY, ORIGINAL

LARGEST_PAGE = 220_000
"""Bytes: with the chains of Ethereum and of Bitcoin, and every sentence in Chinese."""
TRUSTED = "leads to what was given|可追溯到所给的依据"


@pytest.fixture(params=["en-GB", "zh-CN"])
def page(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Opened from a file, offline."""
    file = tmp_path / "verify.html"
    file.write_bytes(verification_page())
    context = browser.new_context(locale=request.param, reduced_motion="reduce")
    context.set_offline(True)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(file.as_uri())
    yield opened
    context.close()
    assert said == []


def test_a_court_reads_what_is_proven_and_what_is_not(page: Page, authority: Authority, tmp_path: Path) -> None:
    file, work, roots = tmp_path / "evidence.zip", tmp_path / "original.png", tmp_path / "roots.pem"
    file.write_bytes(evidence(with_everything(authority)))
    work.write_bytes(ORIGINAL)
    roots.write_bytes(files_of(with_everything(authority))["data/anchors/rfc3161/local/chain.pem"])
    page.click("summary >> nth=0")
    page.fill("#key", KEY)
    page.fill("#blocks", " ".join(map(str, [*known_blocks(), bitcoin_block(in_bitcoin(anchored()))])))
    page.set_input_files("#work", work)
    page.set_input_files("#roots", roots)
    page.set_input_files("#file", file)
    page.locator("#report dd", has_text=re.compile(TRUSTED)).nth(4).wait_for()
    text = page.inner_text("#report")
    assert re.search("signed with the key that was given|签名与您给出的公钥相符", text)
    assert re.search(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d", text)
    assert re.search("Authorship|作者身份", text)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_a_changed_file_is_not_proven_and_named(page: Page, authority: Authority, tmp_path: Path) -> None:
    file = tmp_path / "evidence.zip"
    content = bytearray(evidence(with_everything(authority)))
    content[content.index(b"wrk_")] ^= 1
    file.write_bytes(content)
    page.set_input_files("#file", file)
    page.locator("h2.failed").wait_for()
    assert "README.en.txt" in page.inner_text("#report p")


def test_what_cannot_be_used_is_told_and_what_is_given_next_counts(
    page: Page, authority: Authority, tmp_path: Path
) -> None:
    file = tmp_path / "evidence.zip"
    file.write_bytes(evidence(with_everything(authority)))
    page.click("summary >> nth=0")
    page.fill("#key", "nonsense")
    page.set_input_files("#file", file)
    page.locator("#report > p", has_text="'nonsense' is not a verifier key").wait_for()
    page.fill("#key", KEY)
    page.locator("#key").blur()
    page.locator("h2.proven").wait_for()


def test_a_file_is_read_as_of_another_day(page: Page, years: Years, tmp_path: Path) -> None:
    file, roots = tmp_path / "evidence.zip", tmp_path / "roots.pem"
    roots.write_bytes(b"".join(one.root.read_bytes() for one in (years.first, years.second, years.third)))
    file.write_bytes(years.made)
    page.click("summary >> nth=0")
    page.set_input_files("#roots", roots)
    page.fill("#at", "2056-01-01")
    page.set_input_files("#file", file)
    page.locator("#report > ul li", has_text=re.compile("That these timestamps are as old|以下时间戳是否")).wait_for()
    page.fill("#distrust", SHA256_ENDS)
    page.locator("#distrust").blur()
    page.locator("h2.failed").wait_for()
    summary = page.locator("#report > p")
    assert re.search(
        "nothing that holds renewed this file before: UNPROVEN|此前没有仍然有效的续期", summary.inner_text()
    )
    assert page.locator("html[lang=zh-Hans] #report > p[lang=en]").count() == 0
    (tmp_path / "renewed.zip").write_bytes(years.tree_renewed)
    page.set_input_files("#file", tmp_path / "renewed.zip")
    page.locator("h2.proven").wait_for()
    page.fill("#distrust", "md5=2048-01-01")
    page.locator("#distrust").blur()
    page.locator("#report > p", has_text="'md5=2048-01-01' is not NAME=DATE").wait_for()


def test_the_same_sources_give_the_same_page() -> None:
    content = verification_page()
    verification_page.cache_clear()
    assert verification_page() == content
    assert b"$" + b"script" not in content
    assert b"http://" not in re.sub(rb"http://(?:uri\.etsi\.org|www\.w3\.org)/", b"", content)


@pytest.mark.parametrize("page", ["zh-CN"], indirect=True)
@pytest.mark.parametrize("given_key", ["", KEY])
def test_verdict_and_what_is_not_proven_are_chinese_on_a_chinese_page(
    page: Page, authority: Authority, tmp_path: Path, given_key: str
) -> None:
    file, material = tmp_path / "evidence.zip", replace(with_everything(authority), seals=())
    file.write_bytes(packed([*files_of(material).items(), ("data/unlisted.txt", b"?")]))
    page.click("summary >> nth=0")
    page.fill("#key", given_key)
    page.set_input_files("#file", file)
    page.locator("h2.proven").wait_for()
    assert page.locator("#report > p[lang=en], #report > ul [lang=en]").all_inner_texts() == []
    assert page.locator("#report > ul li").count() >= 7
    assert re.search("1 个文件未列入清单", page.inner_text("#report > p"))


@pytest.mark.parametrize("page", ["zh-CN"], indirect=True)
def test_each_check_is_chinese_on_a_chinese_page_with_the_words_of_the_program_below(
    page: Page, authority: Authority, tmp_path: Path
) -> None:
    file = tmp_path / "evidence.zip"
    file.write_bytes(evidence(with_everything(authority))[:-1])
    page.set_input_files("#file", file)
    page.locator("h2.failed").wait_for()
    detail = page.locator("#report td").nth(1)
    assert detail.inner_text().startswith("文件末尾不是容器的结束记录")
    assert detail.locator("[lang=en]").inner_text().startswith("The file does not end with the end record")
    assert page.inner_text("#report th").split() == ["文件容器", "container"]
    assert page.locator("#report td[lang=en], #report th[lang=en]").count() == 0


def test_the_page_stays_small_because_it_is_in_every_evidence_file() -> None:
    assert len(verification_page()) < LARGEST_PAGE
