"""Which media type answers which wish."""

import pytest

from registry import errors
from registry.api.media_type import preferred

OFFERED = ("application/json", "text/plain")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/plain", "text/plain"),
        ("TEXT/PLAIN; charset=utf-8", "text/plain"),
        ("text/*", "text/plain"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "application/json"),
        ("application/json;q=0.5, text/plain", "text/plain"),
        ("text/plain;q=0.5, application/json;q=0.5", "application/json"),
        ("*/*;q=0.1, application/json;q=0", "text/plain"),
    ],
)
def test_the_client_gets_what_it_likes_best(accept: str | None, chosen: str) -> None:
    assert preferred(accept, OFFERED) == chosen


@pytest.mark.parametrize("accept", ["image/png", "text/plain;q=0", "application/json;q=high", "nonsense", "*/*;q=0"])
def test_a_wish_that_nothing_meets_is_told_so(accept: str) -> None:
    with pytest.raises(errors.Refused) as refused:
        preferred(accept, OFFERED)
    assert refused.value.code == "not_acceptable"
