"""When a file is read, and what its reader distrusts, as a person writes it."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.verify.errors import Malformed
from registry.verify.reading import Reading, beginning_of
from registry.verify.receipt import verify_receipt
from tests.verify.made_receipt import KEY, receipt

YEAR_2040 = 2_208_988_800_000


def test_a_date_is_the_beginning_of_its_day() -> None:
    assert beginning_of("2040-01-01") == YEAR_2040


@given(st.dates())
def test_every_date_is_read(day: object) -> None:
    assert datetime.fromtimestamp(beginning_of(str(day)) / 1_000, UTC).date() == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2040",
        "20400101",
        "2040-1-1",
        "2040-02-30",
        "2040-01-01T00:00",
        "2040-01-01\n",
        "0000-01-01",
        "\uff12040-01-01",
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(Malformed):
        beginning_of(text)


@pytest.mark.parametrize("text", ["sha256", "sha256=", "md5=2040-01-01", "SHA256=2040-01-01", "=2040-01-01"])
def test_what_is_distrusted_is_an_algorithm_that_is_known_and_a_date(text: str) -> None:
    with pytest.raises(Malformed):
        Reading.of(None, [text])


def test_no_algorithm_is_distrusted_twice() -> None:
    with pytest.raises(Malformed):
        Reading.of(None, ["rsa=2040-01-01", "rsa=2041-01-01"])


def test_without_a_date_it_is_read_now() -> None:
    before = time.time_ns() // 1_000_000
    assert before <= Reading.of(None, ()).at <= time.time_ns() // 1_000_000


def test_the_first_that_was_distrusted_by_then_is_told() -> None:
    reading = Reading.of("2050-01-01", ["sha256=2041-01-01", "rsa=2040-01-01"])
    assert reading.first_distrusted(("sha256", "rsa"), YEAR_2040 - 1) is None
    assert str(reading.first_distrusted(("sha256", "rsa"), reading.at)).startswith("RSA was distrusted from 2040-01-01")
    assert str(reading.first_distrusted(("sha256",), reading.at)).startswith("SHA-256")
    assert reading.first_distrusted(("ecdsa",), reading.at) is None


@pytest.mark.parametrize(("at", "verdict"), [("2039-12-31", "proven"), ("2040-01-01", "failed")])
def test_a_receipt_falls_with_what_it_rests_on(at: str, verdict: str) -> None:
    """Nothing renews one."""
    report = verify_receipt(receipt().to_bytes(), verifier_key=KEY, reading=Reading.of(at, ["sha256=2040-01-01"]))
    assert report.verdict == verdict
