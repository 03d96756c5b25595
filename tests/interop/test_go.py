"""Go's own implementation checks our log: every signature, the inclusion of every entry, the consistency of every pair.

It needs Go and golang.org/x/mod, as Debian packages them; ``make test`` installs both where it may.
"""

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.storage.database import Database
from tests.interop.exported_log import SIZE, Exported, append_all, copy, export
from tests.interop.go_programs import compiled

Corruption = Callable[[Exported], None]


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, compiled."""
    return compiled("go_peer", tmp_path_factory.mktemp("go"))


def answers(peer: Path, folder: Path, logs: list[Exported]) -> list[str]:
    """What Go says of each log."""
    files = []
    for number, log in enumerate(logs):
        file = folder / f"log-{number}.json"
        file.write_text(json.dumps(log))
        files.append(str(file))
    done = subprocess.run([str(peer), *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert len(said) == len(logs)
    return said


def test_go_agrees_with_everything_that_our_log_answers(database: Database, peer: Path, tmp_path: Path) -> None:
    exported = export(database, append_all(database))
    assert len(exported["Entries"]) == SIZE
    assert len(exported["Checkpoints"]) == SIZE + 1
    assert len(exported["Inclusion"]) == len(exported["Consistency"]) == SIZE * (SIZE + 1) // 2
    assert len(exported["Signatures"]) > 100
    assert answers(peer, tmp_path, [exported]) == ["ok"]


def swapped(text: str, place: int) -> str:
    """``text`` with one base64 character replaced by another."""
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


def flipped(encoded: str, place: int = 0) -> str:
    content = bytearray(base64.b64decode(encoded))
    content[place] ^= 1
    return base64.b64encode(content).decode()


def in_proof(file: str, line: int) -> str:
    """A proof file with one character of one line replaced."""
    lines = file.split("\n")
    lines[line] = swapped(lines[line], 3)
    return "\n".join(lines)


def corruptions() -> dict[str, tuple[Corruption, str]]:
    """Ways to corrupt a log, and what Go must complain of."""

    def entry(log: Exported) -> None:
        log["Entries"][17] = flipped(log["Entries"][17], 40)

    def order(log: Exported) -> None:
        log["Entries"][3], log["Entries"][4] = log["Entries"][4], log["Entries"][3]

    def root(log: Exported) -> None:
        lines = log["Checkpoints"][9].split("\n")
        lines[2] = swapped(lines[2], 5)
        log["Checkpoints"][9] = "\n".join(lines)

    def signature(log: Exported) -> None:
        log["Checkpoints"][9] = swapped(log["Checkpoints"][9], -20)

    def other_checkpoint(log: Exported) -> None:
        log["Checkpoints"][9] = log["Checkpoints"][8]

    def key(log: Exported) -> None:
        log["VerifierKey"] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

    def hash_of_proof(log: Exported) -> None:
        log["Inclusion"][-3]["File"] = in_proof(log["Inclusion"][-3]["File"], 4)

    def hash_too_few(log: Exported) -> None:
        lines = log["Inclusion"][-3]["File"].split("\n")
        log["Inclusion"][-3]["File"] = "\n".join(lines[:2] + lines[3:])

    def hash_too_many(log: Exported) -> None:
        lines = log["Inclusion"][-3]["File"].split("\n")
        log["Inclusion"][-3]["File"] = "\n".join([*lines[:3], lines[2], *lines[3:]])

    def other_index(log: Exported) -> None:
        proof = log["Inclusion"][-3]
        proof["File"] = proof["File"].replace(f"index {proof['Index']}\n", f"index {proof['Index'] - 1}\n")
        proof["Index"] -= 1

    def consistency(log: Exported) -> None:
        hashes = log["Consistency"][500]["Hashes"]
        hashes[0] = flipped(hashes[0])

    def consistency_too_few(log: Exported) -> None:
        log["Consistency"][500]["Hashes"].pop()

    def consistency_of_others(log: Exported) -> None:
        log["Consistency"][500]["Old"] -= 1

    return {
        "an entry": (entry, "checkpoint 18 has another root"),
        "two entries swapped": (order, "checkpoint 4 has another root"),
        "a root": (root, "checkpoint 9: invalid signature"),
        "a signature": (signature, "checkpoint 9: invalid signature"),
        "another size's checkpoint": (other_checkpoint, "checkpoint 9 is one of size 8"),
        "another log's key": (key, "note has no verifiable signatures"),
        "a hash of an inclusion proof": (hash_of_proof, "inclusion of"),
        "a hash left out": (hash_too_few, "inclusion of"),
        "a hash too many": (hash_too_many, "inclusion of"),
        "the proof of another entry": (other_index, "inclusion of"),
        "a hash of a consistency proof": (consistency, "consistency of"),
        "a consistency proof cut short": (consistency_too_few, "consistency of"),
        "the consistency proof of other sizes": (consistency_of_others, "consistency of"),
    }


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_go_refuses_every_corrupted_log(database: Database, peer: Path, tmp_path: Path) -> None:
    """So that its agreement means something."""
    exported = export(database, append_all(database))
    corrupted = []
    for corrupt, _ in corruptions().values():
        log = copy(exported)
        corrupt(log)
        assert log != exported
        corrupted.append(log)
    said = answers(peer, tmp_path, corrupted)
    for (name, (_, complaint)), answer in zip(corruptions().items(), said, strict=True):
        assert answer.startswith("failed: "), name
        assert complaint in answer, name
