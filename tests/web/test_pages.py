"""The pages as answers: who gets which, what they say of hostile text, what other sites may not do."""

import re

import pytest
from starlette.testclient import TestClient

from registry.accounts.sign_in import IDLE, MOST_ATTEMPTS
from registry.installation import Installation
from tests.deterministic import SteppingClock
from tests.web.conftest import fields
from tests.web.people import NAME, PASSWORD, add_person, designs, png, smaller_copy

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
BIDI = "gnp\u202e.exe"
LONG = "x" * 10_000


def _registered(site: TestClient, name: str = "a.png", **texts: str) -> str:
    picture = ("file", (name, png(designs()["evening-ridge"]), "image/png"))
    return site.post("/works", files=[*fields(**texts), picture]).text


@pytest.mark.parametrize("path", ["/works", "/check", "/keys", "/administration", "/works/wrk_0", "/checks/chk_0"])
def test_a_stranger_is_led_to_the_sign_in_page_and_back(site: TestClient, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/sign-in?next={path.replace('/', '%2F')}"


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "/a\nb"])
def test_signing_in_leads_to_no_other_site(site: TestClient, back: str) -> None:
    answer = site.post("/sign-in", files=fields(name=NAME, password=PASSWORD, next=back))
    assert answer.headers["Location"] == "/works"


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(site: TestClient) -> None:
    answers = [
        site.post("/sign-in", files=fields(name=name, password="not the right sentence")) for name in (NAME, "Nobody")
    ]
    assert [one.status_code for one in answers] == [401, 401]
    assert answers[0].text.replace(NAME, "") == answers[1].text.replace("Nobody", "")


def test_guesses_are_refused_before_they_are_looked_at(site: TestClient) -> None:
    for _ in range(MOST_ATTEMPTS):
        site.post("/sign-in", files=fields(name=NAME, password="not the right sentence"))
    answer = site.post("/sign-in", files=fields(name=NAME, password=PASSWORD))
    assert answer.status_code == 429
    assert "sign_in" not in answer.headers.get("Set-Cookie", "")


def test_the_session_is_kept_from_scripts_and_from_other_sites(site: TestClient) -> None:
    cookie = site.post("/sign-in", files=fields(name=NAME, password=PASSWORD)).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_signing_out_ends_the_session_and_not_only_the_cookie(signed_in: TestClient) -> None:
    kept = dict(signed_in.cookies)
    empty = {"Content-Type": "multipart/form-data; boundary=end"}
    assert signed_in.post("/sign-out", content=b"--end--\r\n", headers=empty).status_code == 303
    signed_in.cookies.update(kept)
    assert signed_in.get("/works").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
    ],
)
def test_a_form_of_another_site_does_nothing(signed_in: TestClient, headers: dict[str, str]) -> None:
    answer = signed_in.post("/keys", files=fields(name="stolen", scope="works:read"), headers=headers)
    assert answer.status_code == 403
    assert "stolen" not in signed_in.get("/keys").text


def test_nobody_sees_the_works_and_checks_of_another(signed_in: TestClient, home: Installation) -> None:
    page = _registered(signed_in)
    work = re.search(r"/works/wrk_\w+", page)
    assert work is not None
    checked = signed_in.post("/check", files=[("file", ("a.png", png(designs()["evening-ridge"]), "image/png"))])
    check = checked.headers["Location"]
    add_person(home, "Somebody Else")
    signed_in.cookies.clear()
    signed_in.post("/sign-in", files=fields(name="Somebody Else", password=PASSWORD))
    for path in (
        work[0],
        f"{work[0]}/receipt",
        f"{work[0]}/evidence?field=title",
        f"{work[0]}/certificate?field=title",
        f"{work[0]}/pictures/0/small",
        f"{work[0]}/pictures/0/large",
        f"{work[0]}/public/0",
        check,
        f"{check}/0/listing",
        f"{check}/0/work",
        f"{check}/0/aligned",
        f"{check}/0/enlarged",
        f"{check}/0/panels",
    ):
        assert signed_in.get(path).status_code == 404, path
    assert "evening" not in signed_in.get(f"{work[0]}/public").text
    assert signed_in.get("/administration").status_code == 403


@pytest.mark.parametrize(("asked", "language"), [("zh", "zh"), ("fr", "en")])
def test_a_certificate_comes_in_a_language_that_there_is(signed_in: TestClient, asked: str, language: str) -> None:
    page = _registered(signed_in)
    work = re.search(r"/works/wrk_\w+", page)
    assert work is not None
    answer = signed_in.get(f"{work[0]}/certificate?field=title&language={asked}")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert f".certificate.{language}.pdf" in answer.headers["Content-Disposition"]
    assert answer.content.startswith(b"%PDF-")


def test_hostile_texts_are_shown_and_do_nothing(signed_in: TestClient) -> None:
    _registered(signed_in, title=MARKUP, creator=MARKUP)
    pages = [signed_in.get("/works").text]
    work = re.search(r"/works/wrk_\w+", pages[0])
    assert work is not None
    pages.append(signed_in.get(work[0]).text)
    names = fields(field="title") + fields(field="creator")
    assert signed_in.post(f"{work[0]}/shown", files=names).status_code == 303
    pages.append(signed_in.get(f"{work[0]}/public").text)
    pages.append(signed_in.post("/sign-in", files=fields(name=MARKUP, password="x" * 12)).text)
    pages.append(signed_in.get(f"/{MARKUP}").text)
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(("name", "texts"), [(BIDI, {}), ("a.png", {"title": BIDI}), ("a.png", {"title": "x" * 4_000})])
def test_misleading_and_endless_names_are_refused_in_words_that_show_them(
    signed_in: TestClient, name: str, texts: dict[str, str]
) -> None:
    answer = _registered(signed_in, name, **texts)
    assert "outcome wrong" in answer
    assert "\u202e" not in answer
    assert len(answer) < 20_000


def test_a_field_beyond_every_measure_is_refused_without_repeating_it(signed_in: TestClient) -> None:
    answer = _registered(signed_in, title=LONG)
    assert LONG not in answer
    assert "That did not work" in answer


def test_one_bad_file_holds_up_no_other(signed_in: TestClient) -> None:
    files = [
        ("file", ("bad.png", b"no picture", "image/png")),
        ("file", ("good.png", png(designs()["meadow"]), "image/png")),
    ]
    answer = signed_in.post("/works", files=files).text
    assert answer.count("outcome wrong") == 1
    assert "Registered as entry 0." in answer


def test_a_script_gets_the_new_part_alone(signed_in: TestClient) -> None:
    answer = signed_in.post(
        "/check",
        files=[("file", ("a.png", png(designs()["meadow"]), "image/png"))],
        headers={"HX-Request": "true"},
    )
    assert answer.text.lstrip().startswith("<article")


def test_an_address_without_a_page_is_a_page_for_browsers_and_a_problem_for_programs(site: TestClient) -> None:
    page = site.get("/nothing")
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    problem = site.get("/nothing", headers={"Accept": "application/json"})
    assert (problem.status_code, problem.headers["Content-Type"]) == (404, "application/problem+json")
    assert site.get("/v1/nothing").headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("index", ["-1", "00", "1e3", "99999999999999999999", "9"])
def test_an_entry_that_is_not_there_is_not_found(site: TestClient, index: str) -> None:
    assert site.get(f"/log/entries/{index}").status_code == 404


def test_styles_and_scripts_may_be_kept_for_ever_under_their_digest(site: TestClient) -> None:
    found = re.search(r"/static/[0-9a-f]{16}/pages\.css", site.get("/").text)
    assert found is not None
    assert "immutable" in site.get(found[0]).headers["Cache-Control"]
    assert site.get("/static/0123456789abcdef/pages.css").status_code == 404


def test_every_page_has_the_strict_policy_and_is_kept_by_nobody(site: TestClient) -> None:
    headers = site.get("/").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_an_idle_session_has_ended(signed_in: TestClient, home: Installation) -> None:
    clock = home.clock
    assert isinstance(clock, SteppingClock)
    clock.now += IDLE
    assert signed_in.get("/works").status_code == 303


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br;q=1.0, GZIP; q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.000", None),
        ("br", None),
        ("x-gzip", None),
        ("", None),
    ],
)
def test_what_is_the_same_for_everybody_is_compressed_for_whoever_takes_that(
    site: TestClient, accepted: str, coding: str | None
) -> None:
    styles = re.search(r"/static/[0-9a-f]{16}/pages\.css", site.get("/").text)
    script = re.search(r"/verify/verify\.js\?[0-9a-f]{16}", site.get("/verify").text)
    assert styles is not None
    assert script is not None
    for path in (styles[0], script[0], "/verify/verify.html"):
        answer = site.get(path, headers={"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == coding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.content == site.get(path, headers={"Accept-Encoding": "identity"}).content


def test_no_page_that_may_hold_secrets_is_compressed(signed_in: TestClient) -> None:
    for path in ("/works", "/keys", "/administration", "/"):
        assert "Content-Encoding" not in signed_in.get(path, headers={"Accept-Encoding": "gzip"}).headers


def test_a_resembling_work_is_shown_with_its_picture_to_whoever_may_see_that(
    signed_in: TestClient, home: Installation
) -> None:
    first = re.search(r"/works/(wrk_\w+)", _registered(signed_in))
    assert first is not None
    copied = [("file", ("copy.jpg", smaller_copy(designs()["evening-ridge"]), "image/jpeg"))]
    assert f"/works/{first[1]}/pictures/0/small" in signed_in.post("/works", files=copied).text
    signed_in.post(f"{first[0]}/shown", files=fields(field="title"))
    add_person(home, "Somebody Else")
    other = [("file", ("mine.png", png(designs()["evening-ridge"][:-2]), "image/png"))]
    signed_in.cookies.clear()
    signed_in.post("/sign-in", files=fields(name="Somebody Else", password=PASSWORD))
    told = signed_in.post("/works", files=other).text
    assert first[1] in told
    assert f"/works/{first[1]}/public/0" not in told
    own = re.search(rf"/works/(?!{first[1]})wrk_\w+", told)
    signed_in.cookies.clear()
    signed_in.post("/sign-in", files=fields(name=NAME, password=PASSWORD))
    signed_in.post(f"{first[0]}/shown", files=fields(picture="yes"))
    signed_in.cookies.clear()
    signed_in.post("/sign-in", files=fields(name="Somebody Else", password=PASSWORD))
    assert own is not None
    page = signed_in.get(own[0]).text
    assert f"/works/{first[1]}/public/0" in page
    assert signed_in.get(f"/works/{first[1]}/public/0").headers["Content-Type"] == "image/webp"
