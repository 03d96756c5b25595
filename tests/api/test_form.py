"""Multipart forms, as strict as they can be read."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect

from registry import errors
from registry.api.form import Form, read_form
from tests.api.scripted_request import ScriptedRequest

TYPE = "multipart/form-data; boundary=edge"
LIMITS = {"file": 3_000_000, "claim": 100}


def part(disposition: str, content: bytes, *more: str) -> bytes:
    head = "\r\n".join([f"Content-Disposition: {disposition}", *more])
    return b"--edge\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


FILE = part('form-data; name="file"; filename="a.png"', b"\x89PNG", "Content-Type: image/png")
CLAIM = part('form-data; name="claim"', b"{}")
END = b"--edge--\r\n"


def read(body: bytes | Sequence[bytes], content_type: str = TYPE, **headers: str) -> Form:
    chunks = [body] if isinstance(body, bytes) else body
    scripted = ScriptedRequest({"Content-Type": content_type, **headers}, chunks)
    return asyncio.run(read_form(scripted.request, LIMITS))


def code_of(body: bytes | Sequence[bytes], content_type: str = TYPE) -> str:
    with pytest.raises(errors.Refused) as refused:
        read(body, content_type)
    return refused.value.code


def test_a_form_gives_its_fields_and_the_file_name() -> None:
    form = read(FILE + CLAIM + END)
    assert {name: (found.bytes(), found.filename) for name, found in form.parts.items()} == {
        "file": (b"\x89PNG", "a.png"),
        "claim": (b"{}", None),
    }
    form.close()


@given(st.binary(max_size=300), st.lists(st.integers(0, 800), max_size=12))
def test_a_form_reads_the_same_however_it_is_cut_into_pieces(content: bytes, cuts: list[int]) -> None:
    whole = part('form-data; name="file"; filename="a"', content) + CLAIM + END
    edges = [0, *sorted(cuts), len(whole)]
    form = read([whole[start:end] for start, end in pairwise(edges)])
    assert form.parts["file"].bytes() == content
    form.close()


def test_a_file_larger_than_memory_allows_comes_back_whole() -> None:
    content = bytes(range(256)) * 10_000
    whole = part('form-data; name="file"; filename="a"', content) + CLAIM + END
    form = read([whole[start : start + 65_536] for start in range(0, len(whole), 65_536)])
    assert form.parts["file"].bytes() == content
    form.close()


def test_a_file_name_in_any_language_is_kept() -> None:
    form = read(part('form-data; name="file"; filename="设计 \\"1\\".png"', b"x") + CLAIM + END)
    assert form.parts["file"].filename == '设计 "1".png'
    form.close()


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("field_missing", FILE + END),
        ("field_missing", END),
        ("field_unknown", FILE + CLAIM + part('form-data; name="extra"', b"") + END),
        ("field_unknown", part('form-data; name="File"', b"") + END),
        ("field_invalid", FILE + CLAIM + CLAIM + END),
        ("body_too_large", FILE + part('form-data; name="claim"', b"x" * 101) + END),
        ("form_malformed", FILE + CLAIM),
        ("form_malformed", b""),
        ("form_malformed", b"no form at all"),
        ("form_malformed", b"--edge\r\n\r\nno headers\r\n--edge--\r\n"),
        ("form_malformed", part("attachment", b"") + END),
        ("form_malformed", part("form-data", b"") + END),
        ("form_malformed", part('form-data; name="file"', b"YQ==", "Content-Transfer-Encoding: base64") + END),
        ("form_malformed", b'--edge\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\r\n' + END),
        ("form_malformed", b"--edge\r\n" + b"A: b\r\n" * 1000 + b"\r\n" + END),
        ("form_malformed", b"--edge\r\nA: " + b"b" * 100_000 + b"\r\n\r\n" + END),
    ],
)
def test_what_is_not_exactly_the_form_asked_for_is_refused(code: str, body: bytes) -> None:
    assert code_of(body) == code


@pytest.mark.parametrize(
    ("code", "content_type"),
    [
        ("content_type_unsupported", "application/json"),
        ("content_type_unsupported", "application/x-www-form-urlencoded"),
        ("content_type_unsupported", ""),
        ("form_malformed", "multipart/form-data"),
        ("form_malformed", "multipart/form-data; boundary="),
        ("form_malformed", "multipart/form-data; boundary=" + "b" * 71),
    ],
)
def test_another_content_type_is_refused_before_anything_is_read(code: str, content_type: str) -> None:
    scripted = ScriptedRequest({"Content-Type": content_type}, [FILE])
    with pytest.raises(errors.Refused) as refused:
        asyncio.run(read_form(scripted.request, LIMITS))
    assert (refused.value.code, scripted.received) == (code, 0)


def test_an_unknown_field_is_refused_before_the_rest_of_the_body_is_read() -> None:
    scripted = ScriptedRequest({"Content-Type": TYPE}, [part('form-data; name="x"', b""), FILE, CLAIM, END])
    with pytest.raises(errors.Refused):
        asyncio.run(read_form(scripted.request, LIMITS))
    assert scripted.received == 1


def test_an_announced_length_over_the_limit_is_refused_before_anything_is_read() -> None:
    scripted = ScriptedRequest({"Content-Type": TYPE, "Content-Length": "9" * 18}, [FILE])
    with pytest.raises(errors.Refused) as refused:
        asyncio.run(read_form(scripted.request, LIMITS))
    assert (refused.value.code, scripted.received) == ("body_too_large", 0)


def test_a_body_longer_than_announced_is_refused_as_soon_as_it_passes_the_limit() -> None:
    endless = [part('form-data; name="file"', b"")[:-2]] + [b"x" * 1_000_000] * 9
    scripted = ScriptedRequest({"Content-Type": TYPE, "Content-Length": "10"}, endless)
    with pytest.raises(errors.Refused) as refused:
        asyncio.run(read_form(scripted.request, LIMITS))
    assert (refused.value.code, scripted.received) == ("body_too_large", 5)


def test_a_client_that_goes_away_is_no_refusal() -> None:
    scripted = ScriptedRequest({"Content-Type": TYPE}, [FILE], finished=False)
    with pytest.raises(ClientDisconnect):
        asyncio.run(read_form(scripted.request, LIMITS))


def test_a_full_disk_means_not_now(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    chunks = [part('form-data; name="file"', b"")[:-2], b"x" * 1_100_000]
    scripted = ScriptedRequest({"Content-Type": TYPE}, chunks)
    with pytest.raises(errors.Unavailable) as unavailable:
        asyncio.run(read_form(scripted.request, LIMITS))
    assert unavailable.value.code == "upload_not_kept"


@given(st.binary(max_size=600))
def test_no_body_whatever_raises_anything_but_a_refusal(noise: bytes) -> None:
    with pytest.raises(errors.Refused):
        read(b"--edge\r\n" + noise)
