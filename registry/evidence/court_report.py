"""What courts ask of electronic evidence, answered from what an evidence file holds, and a declaration to complete.

Both are statements of whoever makes the file. The verifier checks that they are whole, never that they are right.
"""

import tomllib
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

from registry.verify import canonical_json
from registry.verify import evidence_form as form
from registry.verify.canonical_json import JsonValue
from registry.verify.checkpoint import unverified_checkpoint
from registry.verify.encoding import utf8
from registry.verify.entry import parse_entry
from registry.verify.receipt import FILE_DIGEST_FIELD, Receipt
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash

VERSION = "registry/court-checklist/v1"
LANGUAGES = ("en", "zh")
RESULTS = ("shown", "stated", "open")
"""The verifier shows it from the files; the operator states it; nothing here shows it."""
ORIGINAL, TIMESTAMPS, ANCHORS, VERSIONS = "original", "timestamps", "anchors", "versions"
"""Facts that an answer can rest on: what the file has, and whether several versions of the work were recorded."""


@dataclass(frozen=True)
class Answer:
    """What is answered where the file has all of ``facts``; ``places`` begin the names of files that bear it out."""

    facts: frozenset[str]
    result: str
    places: tuple[str, ...]
    words: dict[str, str]


@dataclass(frozen=True)
class Item:
    """One thing that a court asks; source, question and words by language. The first answer that applies is given."""

    id: str
    source: dict[str, str]
    asks: dict[str, str]
    answers: tuple[Answer, ...]

    def answer(self, facts: Set[str]) -> Answer:
        """The one that applies; the last of each item needs no facts."""
        return next(answer for answer in self.answers if answer.facts <= facts)


def facts_of(names: Iterable[str], *, versions: int) -> frozenset[str]:
    """The facts of an evidence file with files of these ``names``, of a work of so many recorded ``versions``."""
    facts = {VERSIONS} if versions > 1 else set()
    for name in names:
        if name.startswith(form.WORK_FOLDER):
            facts.add(ORIGINAL)
        elif name.startswith(form.TIMESTAMPS):
            facts.add(TIMESTAMPS)
        elif name == form.BITCOIN + form.BITCOIN_HEADER or (
            name.startswith(form.CHAINS) and name.endswith(f"/{form.ANCHOR}")
        ):
            facts.add(ANCHORS)
    return frozenset(facts)


def court_checklist(subject: str, index: int, names: Sequence[str], facts: Set[str]) -> bytes:
    """``court-checklist.json`` about entry ``index``: canonical JSON, a line feed. ``names`` are all of the files."""
    notice, items = checklist()
    listed: list[JsonValue] = []
    for item in items:
        answer = item.answer(facts)
        borne_out = sorted(name for name in names if name.startswith(answer.places)) if answer.places else []
        listed.append(
            {
                "id": item.id,
                "source": item.source,
                "asks": item.asks,
                "result": answer.result,
                "answer": answer.words,
                "files": borne_out,
            }
        )
    value: JsonValue = {"v": VERSION, "subject": subject, "entry": index, "notice": notice, "items": listed}
    return canonical_json.encode(value) + b"\n"


@cache
def checklist() -> tuple[dict[str, str], tuple[Item, ...]]:
    """The notice and the items, in the order in which they are told."""
    told = tomllib.loads(_text("court_checklist.toml"))
    items = tuple(
        Item(
            one["id"],
            one["source"],
            one["asks"],
            tuple(
                Answer(
                    frozenset(answer["facts"]),
                    answer["result"],
                    tuple(answer["files"]),
                    {language: answer[language] for language in LANGUAGES},
                )
                for answer in one["answers"]
            ),
        )
        for one in told["items"]
    )
    return told["notice"], items


def draft_declaration(receipt: Receipt, facts: Set[str]) -> bytes:
    """A declaration under FRE 902(13) and (14) about the entry of ``receipt``, with blanks for the one who signs it."""
    encoded = utf8(receipt.entry)
    entry = parse_entry(encoded)
    checkpoint = unverified_checkpoint(TlogProof.parse(receipt.tlog_proof).checkpoint)[0]
    digest = receipt.disclosure.values().get(FILE_DIGEST_FIELD)
    if not isinstance(digest, str):
        original = "The digest of the registered file is not disclosed in this evidence file."
    elif ORIGINAL in facts:
        original = f"The registered file is in data/work. Its SHA-256 is\n   {digest}"
    else:
        original = f"The registered file is not in this evidence file. Its SHA-256 is\n   {digest}"
    kinds = [
        words
        for fact, words in ((TIMESTAMPS, "timestamp authorities (RFC 3161)"), (ANCHORS, "anchors in public chains"))
        if fact in facts
    ]
    text = Template(_text("draft_declaration.en.txt")).substitute(
        index=entry.index,
        subject=entry.subject,
        origin=checkpoint.origin,
        size=checkpoint.size,
        leaf=leaf_hash(encoded).hex(),
        original=original,
        witnesses=" and ".join(kinds) + "." if kinds else "none is in this evidence file.",
    )
    return utf8(text)


def _text(name: str) -> str:
    return (files("registry.evidence") / "texts" / name).read_text("utf-8")
