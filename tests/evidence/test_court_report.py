"""What courts ask, answered from what an evidence file holds."""

import json
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from registry.evidence.court_report import (
    ANCHORS,
    LANGUAGES,
    ORIGINAL,
    RESULTS,
    TIMESTAMPS,
    VERSIONS,
    checklist,
    draft_declaration,
    facts_of,
)
from registry.verify import canonical_json
from registry.verify import evidence_form as form
from registry.verify.tree import leaf_hash
from tests.anchoring.authority import Authority
from tests.evidence.made_evidence import MATERIAL, files_of
from tests.evidence.mutation import with_everything
from tests.verify.made_receipt import CLAIM, receipt

FACTS = (ORIGINAL, TIMESTAMPS, ANCHORS, VERSIONS)
DIGEST = "2d2964f1354540398f88886bfcfbecc04c3f03ce2c2024e9585c7b3fcfd23e2b"


def results(files: dict[str, bytes]) -> dict[str, Any]:
    """The items of the checklist in an evidence file, by id."""
    return {item["id"]: item for item in json.loads(files[form.CHECKLIST])["items"]}


def test_every_item_is_answered_in_both_languages_whatever_the_file_has() -> None:
    notice, items = checklist()
    assert set(notice) == set(LANGUAGES)
    assert len({item.id for item in items}) == len(items) > 10
    for item in items:
        assert set(item.source) == set(item.asks) == set(LANGUAGES)
        assert item.answers[-1].facts == frozenset()
        assert all(answer.facts <= set(FACTS) and answer.result in RESULTS for answer in item.answers)
        for count in range(len(FACTS) + 1):
            for facts in combinations(FACTS, count):
                assert all(item.answer(set(facts)).words.values())


def test_every_answer_can_be_given() -> None:
    every = [frozenset(facts) for count in range(len(FACTS) + 1) for facts in combinations(FACTS, count)]
    for item in checklist()[1]:
        assert {id(item.answer(facts)) for facts in every} == {id(answer) for answer in item.answers}


def test_what_is_called_shown_names_files_that_are_in_the_evidence_file(authority: Authority) -> None:
    files = files_of(replace(with_everything(authority), versions=2))
    for item in results(files).values():
        assert set(item["files"]) <= set(files)
        assert item["files"] or item["result"] != "shown"
    assert results(files)["eu-eidas-41"]["result"] == "shown"
    assert results(files)["cn-online-litigation-2021-18"]["result"] == "stated"
    assert canonical_json.parse(files[form.CHECKLIST][:-1])


def test_without_witnesses_and_original_nothing_is_claimed_of_them() -> None:
    found = results(files_of(replace(MATERIAL, original=None)))
    for item in ("cn-online-litigation-2021-17-2", "cn-evidence-2019-94", "us-fre-902-14", "eu-eidas-41"):
        assert found[item]["result"] == "open", item


def test_a_pinned_block_alone_is_no_anchor() -> None:
    assert facts_of(["data/anchors/eip155-1/pinned/header.rlp"], versions=1) == frozenset()


@pytest.mark.parametrize("facts", [set(), {ORIGINAL}, {TIMESTAMPS, ANCHORS}])
def test_the_draft_names_the_entry_and_the_digest_and_leaves_every_blank(facts: set[str]) -> None:
    text = draft_declaration(receipt(*CLAIM), facts).decode()
    assert text.startswith("DRAFT - NOT A DECLARATION")
    assert leaf_hash(receipt(*CLAIM).entry.encode()).hex() in text
    assert DIGEST in text
    assert ("is in data/work" in text) == (ORIGINAL in facts)
    assert ("authorities" in text) == (TIMESTAMPS in facts)
    assert text.count("____") > 10
    assert "$" not in text


def test_a_digest_that_is_kept_back_is_not_in_the_report() -> None:
    files = files_of(replace(MATERIAL, receipt=receipt(), original=None))
    assert DIGEST.encode() not in files[form.DRAFT_DECLARATION] + files[form.CHECKLIST]
    assert b"is not disclosed" in files[form.DRAFT_DECLARATION]
