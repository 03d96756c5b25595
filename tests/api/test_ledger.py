"""The ledger over HTTP: what it answers is what the verifier accepts."""

import base64
import hashlib
import json

import pytest
from fastapi.testclient import TestClient

from registry.installation import Installation
from registry.ledger.group_call import Wanted
from registry.verify.checkpoint import open_checkpoint
from registry.verify.note import VerifierKey
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import verify_consistency, verify_inclusion
from tests.api.appended import append

FOR_EVER = "public, max-age=31536000, immutable"


def test_the_head_of_an_empty_ledger_verifies(stranger: TestClient) -> None:
    head = stranger.get("/v1/ledger").json()
    checkpoint = open_checkpoint(head["checkpoint"], VerifierKey.parse(head["verifier_key"]))
    assert (checkpoint.origin, checkpoint.size, checkpoint.root.hex()) == (head["origin"], 0, head["root"])


def test_an_entry_is_given_as_it_was_hashed(installation: Installation, stranger: TestClient) -> None:
    append(installation, 2)
    answer = stranger.get("/v1/ledger/entries/1")
    entry = answer.json()
    assert entry["leaf_hash"] == hashlib.sha256(b"\0" + entry["text"].encode()).hexdigest()
    assert json.loads(entry["text"]) == entry["entry"]
    assert entry["index"] == entry["entry"]["index"] == 1
    assert answer.headers["Cache-Control"] == FOR_EVER


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_every_inclusion_proof_of_every_size_verifies(installation: Installation, stranger: TestClient) -> None:
    append(installation, 6)
    for size in range(1, 7):
        for index in range(size):
            proof = stranger.get(f"/v1/ledger/proofs/{index}?size={size}").json()
            hashes = [bytes.fromhex(one) for one in proof["hashes"]]
            leaf, root = bytes.fromhex(proof["leaf_hash"]), bytes.fromhex(proof["root"])
            verify_inclusion(leaf, index, size, hashes, root)
            assert f"\n{size}\n" in proof["checkpoint"]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_every_consistency_proof_verifies(installation: Installation, stranger: TestClient) -> None:
    append(installation, 5)
    roots = {
        size: bytes.fromhex(stranger.get(f"/v1/ledger/consistency?from=0&to={size}").json()["to_root"])
        for size in range(6)
    }
    for old in range(6):
        for new in range(old, 6):
            proof = stranger.get(f"/v1/ledger/consistency?from={old}&to={new}").json()
            verify_consistency(old, roots[old], new, roots[new], [bytes.fromhex(one) for one in proof["hashes"]])


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_sizes_without_a_checkpoint_have_consistency_proofs_too(
    installation: Installation, stranger: TestClient
) -> None:
    installation.sequencer.append_all([Wanted("decide", f"cse_{number}", {}) for number in range(5)])
    proofs = [stranger.get(f"/v1/ledger/consistency?from=2&to={size}").json() for size in range(2, 6)]
    assert [proof["checkpoint"] is None for proof in proofs] == [True, True, True, False]
    two = bytes.fromhex(proofs[0]["to_root"])
    for size, proof in enumerate(proofs, 2):
        hashes = [bytes.fromhex(one) for one in proof["hashes"]]
        verify_consistency(2, two, size, bytes.fromhex(proof["to_root"]), hashes)
    whole = proofs[3]["checkpoint"].split("\n")
    assert base64.b64decode(whole[2]).hex() == proofs[3]["to_root"]


@pytest.mark.parametrize("ask", [{"path": "/v1/ledger/proofs/0.tlog-proof"}, {"headers": {"Accept": "text/plain"}}])
def test_a_proof_comes_as_a_file_too(installation: Installation, stranger: TestClient, ask: dict[str, object]) -> None:
    append(installation, 3)
    answer = stranger.get(str(ask.get("path", "/v1/ledger/proofs/0")), headers=ask.get("headers"))  # type: ignore[arg-type]
    assert TlogProof.parse(answer.text).index == 0
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="0.tlog-proof"'


def test_the_newest_proof_is_not_kept_and_one_of_a_size_is(installation: Installation, stranger: TestClient) -> None:
    append(installation, 1)
    kept = {path: stranger.get(path).headers["Cache-Control"] for path in PROOFS}
    assert kept == dict.fromkeys(PROOFS[:3], "no-store") | dict.fromkeys(PROOFS[3:], FOR_EVER)


PROOFS = [
    "/v1/ledger/proofs/0",
    "/v1/ledger/proofs/0.tlog-proof",
    "/v1/ledger/consistency?from=1",
    "/v1/ledger/proofs/0?size=1",
    "/v1/ledger/proofs/0.tlog-proof?size=1",
    "/v1/ledger/consistency?from=1&to=1",
]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/ledger/entries/1", 404, "no_such_entry"),
        ("/v1/ledger/entries/9007199254740991", 404, "no_such_entry"),
        ("/v1/ledger/entries/9007199254740992", 422, "field_invalid"),
        ("/v1/ledger/entries/-1", 422, "field_invalid"),
        ("/v1/ledger/entries/00", 422, "field_invalid"),
        ("/v1/ledger/entries/0_0", 422, "field_invalid"),
        ("/v1/ledger/entries/٣", 422, "field_invalid"),
        ("/v1/ledger/proofs/1", 404, "no_such_entry"),
        ("/v1/ledger/proofs/0?size=0", 404, "no_such_entry"),
        ("/v1/ledger/proofs/0?size=2", 404, "no_such_checkpoint"),
        ("/v1/ledger/proofs/0?size=+1", 422, "field_invalid"),
        ("/v1/ledger/proofs/0?sise=1", 422, "field_unknown"),
        ("/v1/ledger/proofs/0?size=1&size=1", 422, "field_invalid"),
        ("/v1/ledger/consistency", 422, "field_missing"),
        ("/v1/ledger/consistency?from=1&to=0", 422, "sizes_reversed"),
        ("/v1/ledger/consistency?from=0&to=2", 404, "no_such_checkpoint"),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_what_is_not_there_is_told_apart_from_what_is_misspelt(
    installation: Installation, stranger: TestClient, path: str, status: int, code: str
) -> None:
    append(installation, 1)
    answer = stranger.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_checkpoint_known_already_is_not_sent_again(installation: Installation, stranger: TestClient) -> None:
    first = stranger.get("/log/checkpoint")
    assert first.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert first.headers["Cache-Control"] == "public, max-age=5"
    known = {"If-None-Match": f'"other", {first.headers["ETag"]}'}
    again = stranger.get("/log/checkpoint", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    append(installation, 1)
    assert stranger.get("/log/checkpoint", headers=known).status_code == 200
