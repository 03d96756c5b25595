"""Proof files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.note_signer import NoteSigner
from registry.verify.checkpoint import Checkpoint
from registry.verify.encoding import LARGEST_INDEX, base64_text
from registry.verify.errors import Contradiction, Malformed, VerificationError
from registry.verify.tlog_proof import MOST_HASHES, TlogProof
from registry.verify.tree import leaf_hash
from tests.verify import rfc6962

SIGNER = NoteSigner("example.com/log", bytes(32))
KEY = SIGNER.verifier_key
LEAVES = [str(number).encode() for number in range(13)]
SIGNED = SIGNER.sign(Checkpoint(KEY.name, len(LEAVES), rfc6962.root(LEAVES)).to_text())
PROOF = TlogProof(5, tuple(rfc6962.path(5, LEAVES)), SIGNED)
TEXT = PROOF.to_text()
HASH = base64_text(PROOF.hashes[1])

PROOFS = st.builds(
    TlogProof,
    index=st.integers(0, LARGEST_INDEX),
    hashes=st.lists(st.binary(min_size=32, max_size=32), max_size=MOST_HASHES).map(tuple),
    checkpoint=st.just(SIGNED),
    extra=st.none() | st.binary(min_size=1),
)


def test_the_form_of_the_standard() -> None:
    lines = TEXT.split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 5"]
    assert lines[2:6] == [base64_text(one) for one in PROOF.hashes]
    assert "\n".join(lines[6:]) == "\n" + SIGNED


@given(PROOFS)
def test_a_proof_that_was_written_is_read_again(proof: TlogProof) -> None:
    assert TlogProof.parse(proof.to_text()) == proof


def test_every_leaf_is_proven_and_no_other() -> None:
    for index, leaf in enumerate(LEAVES):
        proof = TlogProof.parse(TlogProof(index, tuple(rfc6962.path(index, LEAVES)), SIGNED).to_text())
        assert proof.verify(leaf_hash(leaf), KEY).size == len(LEAVES)
        for other in LEAVES:
            if other != leaf:
                with pytest.raises(Contradiction):
                    proof.verify(leaf_hash(other), KEY)


def test_a_proof_with_any_character_changed_proves_nothing() -> None:
    leaf = leaf_hash(LEAVES[5])
    PROOF.verify(leaf, KEY)
    for place, character in enumerate(TEXT):
        for instead in ("A", "B", "\n", ""):
            if instead != character:
                with pytest.raises(VerificationError):
                    TlogProof.parse(TEXT[:place] + instead + TEXT[place + 1 :]).verify(leaf, KEY)


def test_a_proof_of_another_log_is_refused() -> None:
    for other in (NoteSigner(KEY.name, bytes(range(32))), NoteSigner("example.com/other", bytes(32))):
        with pytest.raises(Contradiction):
            PROOF.verify(leaf_hash(LEAVES[5]), other.verifier_key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        SIGNED,
        "c2sp.org/tlog-proof@v1\n\n" + SIGNED,
        TEXT.replace("@v1", "@v2"),
        TEXT.replace("index 5", "index 05"),
        TEXT.replace("index 5", "index -5"),
        TEXT.replace("index 5", "index  5"),
        TEXT.replace("index 5", "index 5 "),
        TEXT.replace("index 5", "index"),
        TEXT.replace("index 5", "Index 5"),
        TEXT.replace("index 5", "index 5\nindex 5"),
        TEXT.replace("index 5", "extra \nindex 5"),
        TEXT.replace("index 5", "extra QQ\nindex 5"),
        TEXT.replace("index 5", "extra QR==\nindex 5"),
        TEXT.replace("index 5", "extra QQ==\nextra QQ==\nindex 5"),
        TEXT.replace("index 5", "index 5\nextra QQ=="),
        TEXT.replace(HASH, HASH[:-1]),
        TEXT.replace(HASH, HASH + " "),
        TEXT.replace(HASH, base64_text(bytes(31))),
        TEXT.replace(HASH, base64_text(bytes(33))),
        TEXT.replace(HASH, ""),
        TEXT.replace(HASH + "\n", (HASH + "\n") * MOST_HASHES),
        TEXT.replace("\n", "\r\n"),
        TEXT.removesuffix("\n"),
        TEXT + "\n",
        TEXT.replace("\n\n", "\n"),
        TEXT.replace("13", "013"),
        TEXT.replace("example.com/log\n13", "example.com/log\nextension\n13"),
        TEXT.partition("\n\n")[0] + "\n\n",
        TEXT.partition("\n\n")[0] + "\n\n" + SIGNER.sign("no checkpoint\n"),
        "\ufeff" + TEXT,
        TEXT.replace("index 5", "index 5\ud800"),
    ],
)
def test_everything_else_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        TlogProof.parse(text)


@given(st.text(max_size=100))
def test_arbitrary_text_raises_nothing_else(text: str) -> None:
    for whole in (text, f"c2sp.org/tlog-proof@v1\n{text}\n\n{SIGNED}", f"c2sp.org/tlog-proof@v1\nindex 0\n\n{text}"):
        try:
            TlogProof.parse(whole)
        except Malformed:
            continue
