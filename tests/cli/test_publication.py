"""Publishing, watching and changing keys from the command line: what is said, and the exit codes."""

import json
import shutil
import signal
from pathlib import Path

import httpx2
import pytest

from registry.installation import Installation
from registry.verify.cosignature import CosignerKey
from tests.api.served import served
from tests.cli.command import PATIENCE_SECONDS, run, started

only_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


def append(installation: Installation, count: int) -> None:
    """Entries that no work belongs to."""
    with installation.database.write() as session:
        for number in range(count):
            installation.ledger.append(session, "decide", f"cas_{number}", {"verdict": "clear"})


def test_an_export_says_what_it_shows_and_adds_only_what_is_new(
    environment: dict[str, str], opened: Installation, tmp_path: Path
) -> None:
    append(opened, 3)
    first = run("ledger", "export", tmp_path / "log", "--json", environment=environment).line
    head = run("ledger", "show", "--json", environment=environment).line
    assert first == {"path": str(tmp_path / "log"), "size": 3, "root": head["root"], "files_made": 2}
    assert run("ledger", "export", tmp_path / "log", "--json", environment=environment).line["files_made"] == 0


@only_sqlite
def test_a_folder_and_an_address_are_watched_alike(
    environment: dict[str, str], opened: Installation, tmp_path: Path
) -> None:
    key = opened.ledger.verifier_key
    run("ledger", "export", tmp_path / "log", environment=environment)
    with served(opened) as address:
        for size in (0, 2, 5):
            append(opened, size - opened_size(opened))
            run("ledger", "export", tmp_path / "log", environment=environment)
            for number, place in enumerate((str(tmp_path / "log"), f"{address}/log/")):
                answer = run("monitor", place, "--key", key, "--state", tmp_path / f"{number}", "--once", "--json")
                assert (answer.code, answer.line["consistent"], answer.line["size"]) == (0, True, size)
        assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()
        assert run("ledger", "verify", "--against", f"{address}/log", environment=environment).code == 0


def opened_size(installation: Installation) -> int:
    with installation.database.read() as session:
        return installation.ledger.head(session).size


@only_sqlite
def test_a_log_that_went_back_ends_the_monitor_with_one(
    environment: dict[str, str], opened: Installation, tmp_path: Path
) -> None:
    for size in (2, 4):
        append(opened, 2)
        run("ledger", "export", tmp_path / "log", environment=environment)
        if size == 2:
            shutil.copytree(tmp_path / "log", tmp_path / "old")
    watch: list[str | Path] = ["--key", opened.ledger.verifier_key, "--state", tmp_path / "state", "--once"]
    assert run("monitor", tmp_path / "log", *watch).code == 0
    answer = run("monitor", tmp_path / "old", *watch, "--json")
    assert answer.code == 1
    assert (answer.line["consistent"], answer.line["index"], len(answer.line["proof"])) == (False, 2, 2)
    assert "had shown 4" in run("monitor", tmp_path / "old", *watch).stderr
    assert run("monitor", tmp_path / "log", *watch).code == 0  # the state is still the good one


@only_sqlite
def test_a_copy_that_differs_is_a_failed_check(
    environment: dict[str, str], opened: Installation, tmp_path: Path
) -> None:
    append(opened, 3)
    run("ledger", "export", tmp_path / "log", environment=environment)
    file = tmp_path / "log/tile/0/000.p/3"
    file.write_bytes(file.read_bytes()[:32] + bytes(64))
    answer = run("ledger", "verify", "--against", tmp_path / "log", "--json", environment=environment)
    assert answer.code == 1
    assert answer.line["errors"][0]["index"] == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["monitor", "/nonexistent", "--key", "nonsense", "--once"], 2),
        (["monitor", "/nonexistent", "--once"], 2),
        (["monitor", "http://127.0.0.1:1", "--key", "KEY", "--once"], 3),
        (["monitor", "/nonexistent", "--key", "KEY", "--once"], 1),
        (["witness", "serve"], 3),
        (["witness", "serve", "--log", "nonsense"], 2),
        (["ledger", "key", "finish", "--home", "/nonexistent"], 3),
    ],
)
def test_what_cannot_be_done_has_its_exit_code(arguments: list[str], code: int) -> None:
    key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    assert run(*(key if argument == "KEY" else argument for argument in arguments)).code == code


@only_sqlite
def test_a_witness_runs_and_cosigns_an_export(
    environment: dict[str, str], opened: Installation, tmp_path: Path
) -> None:
    append(opened, 2)
    log = opened.ledger.verifier_key
    witness_home = {"REGISTRY_HOME": str(tmp_path / "witness"), "REGISTRY_WITNESS_NAME": "example.com/witness"}
    listed = run("witness", "keys", "--json", environment=witness_home).lines
    assert [one["name"] for one in listed] == ["example.com/witness"] * 2
    arguments = ["witness", "serve", "--port", "0", "--log", log, "--json"]
    with started(*arguments, environment=witness_home) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            assert ready["keys"] == [one["verifier_key"] for one in listed]
            policy = tmp_path / "policy"
            policy.write_text(f"witness one {ready['keys'][0]} {ready['address']}\nquorum one\n")
            strict = {"REGISTRY_WITNESS_POLICY": str(policy), "REGISTRY_WITNESS_REQUIRED": "true"}
            exported = run("ledger", "export", tmp_path / "log", "--json", environment=environment | strict)
            assert exported.line["size"] == 2
            key = CosignerKey.parse(ready["keys"][0])
            assert key.name in (tmp_path / "log/checkpoint").read_text()
            assert httpx2.get(f"{ready['address']}/{'0' * 64}/checkpoint").status_code == 404
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE_SECONDS)


@only_sqlite
def test_a_key_is_changed_and_listed(environment: dict[str, str], opened: Installation) -> None:
    append(opened, 1)
    old = opened.ledger.verifier_key
    begun = run("ledger", "key", "rotate", "--json", environment=environment).line
    ended = run("ledger", "key", "finish", "--json", environment=environment).line
    assert (begun["old_key"], begun["new_key"]) == (old, ended["new_key"])
    listed = run("ledger", "key", "list", "--json", environment=environment).lines
    assert [(one["verifier_key"], one["since"], one["until"]) for one in listed] == [
        (old, 0, 3),
        (ended["new_key"], 2, None),
    ]
    assert run("ledger", "show", "--json", environment=environment).line["verifier_key"] == ended["new_key"]
