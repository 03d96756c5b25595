"""Commitments to claims, and their disclosure in part."""

import hashlib
import json
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry.verify.canonical_json import JsonValue, encode, parse
from registry.verify.commitment import (
    DEEPEST_VALUE,
    LARGEST_FIELD,
    MOST_FIELDS,
    ClaimField,
    Disclosure,
    commitment,
)
from registry.verify.errors import Contradiction, Malformed
from tests.verify.test_canonical_json import VALUES, nested

CLAIM: dict[str, Any] = {
    "creator": "Ana\u00efs \U0001f58c",
    "drafts": ["aa", {"n": [1, None, True]}],
    "file_sha256": "00" * 32,
    "size": 12345,
}
FIELDS = tuple(ClaimField(name, value, hashlib.sha256(name.encode()).digest()) for name, value in CLAIM.items())
COMMIT = commitment(field.digest() for field in FIELDS)


def disclosing(*names: str) -> Disclosure:
    return Disclosure(
        tuple(field for field in FIELDS if field.name in names),
        tuple(sorted(field.digest() for field in FIELDS if field.name not in names)),
    )


def on_the_wire(**changes: JsonValue) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(disclosing("creator", "size").to_json()))
    return value | changes


def test_digest_and_commitment_are_what_the_design_says() -> None:
    digests = []
    for field in FIELDS:
        named = rfc8785.dumps([field.name, CLAIM[field.name]])
        digests.append(hashlib.sha256(b"registry/field/v1\n" + field.salt + named).digest())
    assert [field.digest() for field in FIELDS] == digests
    assert hashlib.sha256(b"registry/claim/v1\n" + b"".join(sorted(digests))).digest() == COMMIT


def test_the_known_answer() -> None:
    """Computed with sha256sum from bytes put together by hand."""
    field = ClaimField("title", "Harbour", bytes(range(32)))
    assert field.digest().hex() == "3965fdbc70cb797fd1a590d133b2679879fa41b5a1d2b006d3175a909d3c14e1"
    assert commitment([field.digest()]).hex() == "5219b076db8aeb75b573bd77149189fec855e3b7b3dea32d648545ccf66321e0"


def test_every_part_of_a_claim_can_be_disclosed_alone() -> None:
    names = [field.name for field in FIELDS]
    for count in range(len(names) + 1):
        for chosen in combinations(names, count):
            disclosure = disclosing(*chosen)
            disclosure.verify(COMMIT)
            assert set(disclosure.values()) == set(chosen)
            assert Disclosure.from_json(parse(encode(disclosure.to_json()))) == disclosure


def test_a_commitment_does_not_depend_on_the_order_of_the_fields() -> None:
    assert commitment(field.digest() for field in reversed(FIELDS)) == COMMIT


def test_a_claim_without_fields_has_a_commitment() -> None:
    Disclosure((), ()).verify(commitment([]))


@pytest.mark.parametrize(
    "changed",
    [
        {"value": "Anais"},
        {"value": None},
        {"value": ["Ana\u00efs \U0001f58c"]},
        {"name": "creators"},
        {"salt": bytes(32)},
    ],
)
def test_a_field_that_was_changed_is_a_contradiction(changed: dict[str, Any]) -> None:
    disclosure = disclosing("creator", "size")
    fields = tuple(replace(field, **changed) if field.name == "creator" else field for field in disclosure.fields)
    with pytest.raises(Contradiction) as caught:
        replace(disclosure, fields=fields).verify(COMMIT)
    assert caught.value.expected == COMMIT.hex()
    assert caught.value.found != COMMIT.hex()


def test_fields_that_are_left_out_added_or_repeated_are_a_contradiction() -> None:
    whole = disclosing("creator", "size")
    for wrong in (
        replace(whole, fields=whole.fields[:1]),
        replace(whole, undisclosed=whole.undisclosed[1:]),
        replace(whole, undisclosed=(*whole.undisclosed, bytes(32))),
        replace(whole, undisclosed=(*whole.undisclosed, whole.undisclosed[0])),
        replace(whole, undisclosed=(*whole.undisclosed, whole.fields[0].digest())),
    ):
        with pytest.raises(Contradiction):
            wrong.verify(COMMIT)


def test_values_of_different_types_have_different_digests() -> None:
    values: list[Any] = [1, True, "1", [1], {"1": 1}, None, "null", [], {}, ""]
    assert len({ClaimField("x", value, bytes(32)).digest() for value in values}) == len(values)


def test_a_name_cannot_flow_into_a_value() -> None:
    assert ClaimField("ab", "c", bytes(32)).digest() != ClaimField("a", "bc", bytes(32)).digest()


@given(st.text("abcdefgh.:/_-", min_size=1, max_size=20), VALUES, st.binary(min_size=32, max_size=32))
def test_any_field_survives_the_wire(name: str, value: Any, salt: bytes) -> None:
    field = ClaimField(name, value, salt)
    disclosure = Disclosure((field,), ())
    again = Disclosure.from_json(parse(encode(disclosure.to_json())))
    again.verify(commitment([field.digest()]))


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        on_the_wire(more=1),
        {"disclosed": []},
        on_the_wire(disclosed={}),
        on_the_wire(undisclosed="ab"),
        on_the_wire(undisclosed=[1]),
        on_the_wire(undisclosed=["ab"]),
        on_the_wire(undisclosed=on_the_wire()["undisclosed"][::-1]),
        on_the_wire(disclosed=on_the_wire()["disclosed"][::-1]),
        on_the_wire(disclosed=on_the_wire()["disclosed"][:1] * 2),
        on_the_wire(disclosed=[["salt", "name", "value"]]),
        on_the_wire(disclosed=[{"name": "a", "salt": "00" * 32}]),
        on_the_wire(disclosed=[{"name": "a", "salt": "00" * 31, "value": 1}]),
        on_the_wire(disclosed=[{"name": "a", "salt": "AA" * 32, "value": 1}]),
        on_the_wire(disclosed=[{"name": 1, "salt": "00" * 32, "value": 1}]),
        on_the_wire(disclosed=[{"name": "", "salt": "00" * 32, "value": 1}]),
        on_the_wire(disclosed=[{"name": "a b", "salt": "00" * 32, "value": 1}]),
        on_the_wire(disclosed=[{"name": "a" * 129, "salt": "00" * 32, "value": 1}]),
        on_the_wire(disclosed=[{"name": "a", "salt": "00" * 32, "value": nested(DEEPEST_VALUE + 1)}]),
        on_the_wire(disclosed=[{"name": "a", "salt": "00" * 32, "value": "x" * LARGEST_FIELD}]),
        on_the_wire(undisclosed=[f"{number:064x}" for number in range(MOST_FIELDS)]),
    ],
)
def test_every_other_disclosure_is_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        Disclosure.from_json(value)


def test_the_deepest_value_still_fits_a_receipt() -> None:
    field = ClaimField("a", nested(DEEPEST_VALUE), bytes(32))
    inside = {"disclosure": Disclosure((field,), ()).to_json()}
    assert parse(encode(inside)) == inside


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_digest_has_32_bytes(length: int) -> None:
    with pytest.raises(Malformed):
        commitment([bytes(length)])
    with pytest.raises(Malformed):
        ClaimField("a", 1, bytes(length)).digest()
