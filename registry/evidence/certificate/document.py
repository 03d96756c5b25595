"""The certificate as a document: a PDF/A-2a that is tagged for screen readers (PDF/UA-1), not signed yet.

The same statement gives the same bytes. Everything that people wrote is handed to the typesetter as text, in which no
character means anything to it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

import typst
from pylopdf_fonts_zh_cn import serif_path

from registry.evidence.certificate.characters import BREAK, CHINESE_FONT, CODE_FONT, LATIN_FONT, shown
from registry.evidence.certificate.qr_code import qr_code
from registry.evidence.certificate.statement import Statement
from registry.evidence.certificate.words import TAGS, Words, words
from registry.verify.bitcoin_anchor import KIND as BITCOIN
from registry.verify.economic_security import is_of_test_network
from registry.verify.ethereum_chain import KIND as CHAIN
from registry.verify.known_block import chain_id_of
from registry.verify.report import Bound, Witness, rfc3339

LONGEST_TITLE = 300
LONGEST_LINE = 200
"""Characters that are shown of a title, and of any other claim: as many as a registration may have."""


@dataclass(frozen=True)
class Signing:
    """How the document is going to be signed: with the certificate of ``subject``, whose SHA-256 is ``fingerprint``.

    ``authority`` will stamp the signature; None: nobody does, and ``unanswered`` says whether somebody should have.
    """

    subject: str
    fingerprint: bytes
    authority: str | None = None
    unanswered: bool = False


def document(
    statement: Statement, language: str, signing: Signing, *, picture: bytes | None = None, address: str | None = None
) -> bytes:
    """The PDF of ``statement`` in one of the languages.

    ``picture`` is the registered picture as PNG or JPEG, ``address`` the page at which an evidence file is verified;
    None where there is none of it.
    """
    say = words(language)
    title = shown(statement.claimed.get("title", ""), LONGEST_TITLE) or say("untitled")
    told = {
        "tag": TAGS[language],
        "document_title": f"{say('title')}: {statement.subject}",
        "fonts": [LATIN_FONT, CHINESE_FONT] if language == "en" else [CHINESE_FONT, LATIN_FONT],
        "code_fonts": [CODE_FONT, CHINESE_FONT, LATIN_FONT],
        "title": say("title"),
        "lead": say("lead"),
        "issued": say("issued", time=_moment(statement.made)),
        "footer": say("footer", origin=shown(statement.origin, LONGEST_LINE), index=statement.index),
        "page": say("page"),
        "work": {
            "heading": say("work.heading"),
            "title": title,
            "picture": None if picture is None else {"content": list(picture), "alt": say("picture")},
            "facts": list(_facts(statement, say)),
            "notes": list(_notes(statement, say)),
        },
        "proven": {
            "heading": say("proven.heading"),
            "sentences": [_committed(statement, say), _in_the_ledger(statement, say)],
            "interval": say("proven.interval"),
            "bounds": [
                _bound("not_before", statement.not_before, _deciding(statement, Bound.NOT_BEFORE), say),
                _bound("not_after", statement.not_after, _deciding(statement, Bound.NOT_AFTER), say),
            ],
            "head": [say(f"proven.{name}") for name in ("bound", "time", "witness", "strength")],
            "witnesses": [_witness(one, statement, say) for one in _in_order(statement.witnesses)],
            "no_witness": None if statement.witnesses else say("proven.no_witness"),
        },
        "receipt": {"heading": say("receipt.heading"), "facts": list(_receipt(statement, say))},
        "not_proven": {
            "heading": say("not_proven.heading"),
            "sentences": [say(f"not_proven.{name}") for name in statement.not_proven],
        },
        "verify": {
            "heading": say("verify.heading"),
            "sentences": [
                *([] if address is None else [say("verify.online", address=shown(address, LONGEST_LINE))]),
                say("verify.offline"),
                say("verify.compare"),
            ],
            "code": None
            if address is None
            else {"content": qr_code(address).decode(), "alt": say("verify.code", address=address)},
            "signature": [_signature(signing, say), _stamp(signing, say)],
        },
    }
    compiled: bytes = typst.compile(
        (files("registry.evidence.certificate") / "document.typ").read_bytes(),
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[serif_path().parent]),
        ignore_system_fonts=True,
        sys_inputs={"certificate": json.dumps(told)},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=statement.made // 1000,
    )
    return compiled


def _facts(statement: Statement, say: Words) -> Iterator[tuple[str, str, bool]]:
    """Label, value, and whether it is code."""
    for name in ("creator", "created_on", "licence"):
        if name in statement.claimed:
            yield say(f"work.{name}"), shown(statement.claimed[name], LONGEST_LINE), False
    yield say("work.registered_at"), _moment(statement.registered_at), False
    yield say("work.id"), statement.subject, True
    if statement.file_sha256 is not None:
        yield say("work.sha256"), _halves(statement.file_sha256), True


def _notes(statement: Statement, say: Words) -> Iterator[str]:
    if statement.claimed:
        yield say("work.claimed")
    if statement.kept == 1:
        yield say("work.kept_one")
    elif statement.kept:
        yield say("work.kept", count=statement.kept)
    longest = {"title": LONGEST_TITLE}
    if any(len(value) > longest.get(name, LONGEST_LINE) for name, value in statement.claimed.items()):
        yield say("cut")


def _committed(statement: Statement, say: Words) -> str:
    kind = "file" if statement.file_sha256 is not None else "fields" if statement.claimed else "commitment"
    return say(f"proven.{kind}", index=statement.index)


def _in_the_ledger(statement: Statement, say: Words) -> str:
    return say("proven.ledger", last=statement.size - 1, origin=shown(statement.origin, LONGEST_LINE))


def _bound(name: str, time: str | None, witness: Witness | None, say: Words) -> list[str]:
    """Label, time, and what has to stand beside it."""
    doubt = witness is not None and is_of_test_network(witness)
    return [
        say(f"proven.{name}"),
        say("proven.no_bound") if time is None else _plain(time),
        say("proven.test_bound") if doubt else "",
    ]


def _deciding(statement: Statement, bound: Bound) -> Witness | None:
    """The witness that narrows the interval most on that side."""
    times = [one for one in _in_order(statement.witnesses) if one.bound is bound]
    return None if not times else times[-1] if bound is Bound.NOT_BEFORE else times[0]


def _in_order(witnesses: Sequence[Witness]) -> list[Witness]:
    """Those from below first, each side by time."""
    return sorted(witnesses, key=lambda one: (one.bound is Bound.NOT_AFTER, one.time))


def _witness(witness: Witness, statement: Statement, say: Words) -> list[str]:
    bound = say("proven.not_before" if witness.bound is Bound.NOT_BEFORE else "proven.not_after")
    if witness.kind == CHAIN:
        name = say("proven.chain", chain=say.chain(chain_id_of(witness.name)))
        strength = _strength(witness, statement, say)
    elif witness.kind == BITCOIN:
        name = say("proven.chain", chain=say("proven.bitcoin"))
        strength = say("proven.test_strength" if is_of_test_network(witness) else "proven.bitcoin_strength")
    else:
        name, strength = say("proven.authority", name=witness.name), say("proven.authority_strength")
    return [bound, _moment(witness.time), name, strength]


def _strength(witness: Witness, statement: Statement, say: Words) -> str:
    if is_of_test_network(witness):
        return say("proven.test_strength")
    if witness.bound is Bound.NOT_BEFORE:
        return say("proven.pinned_strength")
    nodes = statement.nodes[witness.name]
    return say("proven.chain_strength", asked=nodes.asked, agreed=nodes.agreed)


def _receipt(statement: Statement, say: Words) -> Iterator[tuple[str, str, bool]]:
    origin = shown(statement.origin, LONGEST_LINE)
    yield say("receipt.entry"), say("receipt.entry_value", index=statement.index, origin=origin), False
    yield say("receipt.leaf"), statement.leaf.hex(), True
    yield say("receipt.checkpoint", size=statement.size), statement.root.hex(), True
    yield say("receipt.key"), shown(statement.verifier_key, 2 * LONGEST_LINE), True
    yield say("receipt.fingerprint"), statement.fingerprint.hex(), True


def _signature(signing: Signing, say: Words) -> str:
    subject = shown(signing.subject, LONGEST_LINE)
    return say("verify.signature", subject=subject, fingerprint=_halves(signing.fingerprint.hex()))


def _stamp(signing: Signing, say: Words) -> str:
    if signing.authority is not None:
        return say("verify.stamped", authority=signing.authority)
    return say("verify.unanswered" if signing.unanswered else "verify.unstamped")


def _halves(digest: str) -> str:
    """A digest that may stand on two lines."""
    middle = len(digest) // 2
    return digest[:middle] + BREAK + digest[middle:]


def _moment(milliseconds: int) -> str:
    return _plain(rfc3339(milliseconds) or str(milliseconds))


def _plain(time: str) -> str:
    """``2026-11-25 12:42:31 UTC``, with its milliseconds where there are some: a bound is not rounded."""
    return time.replace("T", " ").removesuffix("Z").removesuffix(".000") + " UTC"
