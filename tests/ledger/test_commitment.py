"""Committing to a claim."""

from typing import Any

import pytest

from registry import errors
from registry.ids import DrawnRandomness
from registry.ledger.commitment import commit_to
from registry.ledger.openings import unpack
from registry.verify.commitment import ClaimField, Disclosure
from tests.deterministic import SeededRandomness


def test_each_field_has_a_salt_of_its_own() -> None:
    claim = commit_to({"a": 1, "b": 1, "c": 1}, SeededRandomness())
    fields = tuple(ClaimField.from_opening(opening) for opening in unpack(claim.openings))
    assert [(field.name, field.value) for field in fields] == [("a", 1), ("b", 1), ("c", 1)]
    assert len({field.salt for field in fields}) == 3
    assert {len(field.salt) for field in fields} == {32}
    assert claim.digests == b"".join(sorted(field.digest() for field in fields))
    Disclosure(fields, ()).verify(claim.commit)


def test_the_same_claim_is_committed_to_differently_each_time() -> None:
    randomness = SeededRandomness()
    assert commit_to({"a": 1}, randomness).commit != commit_to({"a": 1}, randomness).commit


def test_salts_that_were_drawn_together_are_given_out_once() -> None:
    salts = DrawnRandomness(SeededRandomness(), 96)
    assert salts.take(32) + salts.take(64) == SeededRandomness().take(96)
    with pytest.raises(ValueError, match="more randomness"):
        salts.take(1)


def test_salts_do_not_depend_on_the_order_in_which_fields_were_given() -> None:
    one = commit_to({"a": 1, "b": 2}, SeededRandomness())
    other = commit_to({"b": 2, "a": 1}, SeededRandomness())
    assert one == other


@pytest.mark.parametrize(
    "claim",
    [
        {"a": 0.5},
        {"a": 2**53},
        {"a": "\ud800"},
        {"a": [b"bytes"]},
        {"a": {1: 2}},
        {"a b": 1},
        {"": 1},
        {"caf\u00e9": 1},
        {"a": "x" * 2**21},
        {f"f{number}": 1 for number in range(1025)},
    ],
)
def test_a_claim_that_cannot_be_written_canonically_is_refused(claim: dict[str, Any]) -> None:
    with pytest.raises(errors.Refused) as caught:
        commit_to(claim, SeededRandomness())
    assert caught.value.code == "claim_malformed"
