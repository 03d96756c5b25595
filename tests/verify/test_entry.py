"""The ledger entry of version 1."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.verify.canonical_json import LARGEST_INTEGER
from registry.verify.entry import KINDS, LARGEST_ENTRY, NO_PREVIOUS, Entry, canonical_forms, parse_entry
from registry.verify.errors import Malformed

ENTRY = Entry(0, "register", 1_700_000_000_000, NO_PREVIOUS, "wrk_1", bytes(range(32)))
TEXT = (
    '{"commit":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","index":0,"kind":"register",'
    '"prev":"0000000000000000000000000000000000000000000000000000000000000000","subject":"wrk_1",'
    '"time":1700000000000,"v":1}'
)

ENTRIES = st.builds(
    Entry,
    index=st.integers(0, LARGEST_INTEGER),
    kind=st.sampled_from(sorted(KINDS)),
    time=st.integers(0, LARGEST_INTEGER),
    previous=st.binary(min_size=32, max_size=32),
    subject=st.text("abcXYZ019_-", min_size=1, max_size=64),
    commit=st.binary(min_size=32, max_size=32),
)


def changed(**keys: Any) -> bytes:
    value = {name: member for name, member in (json.loads(TEXT) | keys).items() if member is not None}
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def test_the_form_that_was_decided_for_ever() -> None:
    assert ENTRY.to_bytes() == TEXT.encode()
    assert parse_entry(TEXT.encode()) == ENTRY


@given(ENTRIES)
def test_an_entry_that_was_written_is_read_again(entry: Entry) -> None:
    encoded = entry.to_bytes()
    assert encoded.isascii()
    assert parse_entry(encoded) == entry


@given(st.lists(ENTRIES, max_size=3))
def test_many_entries_are_written_as_each_alone(entries: list[Entry]) -> None:
    values = [(one.commit.hex(), one.index, one.kind, one.previous.hex(), one.subject, one.time) for one in entries]
    assert canonical_forms(values) == [one.to_bytes().decode() for one in entries]


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"[]",
        b"1",
        TEXT.encode() + b"\n",
        TEXT.replace(",", ", ").encode(),
        changed(v=2),
        changed(v=True),
        changed(v="1"),
        changed(index=-1),
        changed(index=True),
        changed(index="0"),
        changed(index=LARGEST_INTEGER + 1),
        changed(time=-1),
        changed(time=1.5),
        changed(kind="Register"),
        changed(kind=["register"]),
        changed(kind=""),
        changed(subject=""),
        changed(subject="a b"),
        changed(subject="caf\u00e9"),
        changed(subject="wrk_1\n"),
        changed(subject="a" * 65),
        changed(subject=7),
        changed(prev="0" * 63),
        changed(prev="0" * 66),
        changed(prev="A" * 64),
        changed(commit="g" * 64),
        changed(commit=0),
        changed(extra="x"),
        changed(title="A name"),
        changed(commit=None),
        changed(v=None),
        changed(subject="\ud800"),
    ],
)
def test_everything_else_is_malformed(encoded: bytes) -> None:
    with pytest.raises(Malformed):
        parse_entry(encoded)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "other"},
        {"index": -1},
        {"time": LARGEST_INTEGER + 1},
        {"previous": b""},
        {"commit": bytes(31)},
        {"subject": "John Smith"},
    ],
)
def test_an_entry_that_would_not_be_read_again_is_not_written(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        replace(ENTRY, **wrong).to_bytes()


def test_an_entry_larger_than_a_bundle_can_hold_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(Malformed, match="65536 bytes"):
        parse_entry(b"[" * (LARGEST_ENTRY + 1))


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 255))
def test_a_changed_byte_is_malformed_or_another_entry(place: int, flip: int) -> None:
    encoded = bytearray(TEXT.encode())
    encoded[place] ^= flip
    try:
        found = parse_entry(bytes(encoded))
    except Malformed:
        return
    assert found != ENTRY
