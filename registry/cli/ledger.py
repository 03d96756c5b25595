"""`registry ledger`: what the public log says, and whether it holds together."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from registry.cli import ledger_export, ledger_key
from registry.cli.exit_codes import ExitCode
from registry.cli.file_access import read_small_file, write_document
from registry.cli.options import AsJson, Home, Key, Server
from registry.cli.output import Output
from registry.errors import Broken, NotFound, Refused

if TYPE_CHECKING:
    from registry.client.schemas import ConsistencyProof
    from registry.installation import Installation
    from registry.ledger.finding import Finding
    from registry.verify.checkpoint import Checkpoint

app = typer.Typer(no_args_is_help=True, help="Show, prove, verify and publish the public ledger.")
app.command()(ledger_export.export)
app.add_typer(ledger_key.app, name="key")

LARGEST_CHECKPOINT = 65_536
"""Bytes; a checkpoint has some hundred, and each witness adds as many."""

OutputFile = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to FILE instead of stdout.")
]
Index = Annotated[int, typer.Argument(metavar="INDEX", min=0, help="The entry's number, from 0.")]


@app.command()
def show(*, home: Home = None, server: Server = None, key: Key = None, as_json: AsJson = False) -> None:
    """Show where the ledger stands and the key to verify it with."""
    from registry.cli.backend import connect

    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        head = backend.ledger_head()
    facts = {"origin": head.origin, "size": head.size, "root": head.root, "verifier_key": head.verifier_key}
    output.record(facts)
    output.facts({name.replace("_", " "): value for name, value in facts.items()})


@app.command()
def verify(
    *,
    against: Annotated[
        str | None,
        typer.Option(metavar="URL|DIR", help="Compare with a published copy, too, and name the first difference."),
    ] = None,
    home: Home = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Derive everything anew: entries, chain, tree, signatures, claims, originals, works. Exit code 1: not in order."""
    from registry.cli.backend import open_home
    from registry.ledger.self_check import verify_ledger
    from registry.works.consistency import check_works

    if server:
        raise Refused(
            "needs_the_home",
            "Everything can be derived anew only where database and originals lie, not from afar.",
            hint="Check a server with: registry ledger consistency CHECKPOINT --server URL, and receipts with: "
            "registry verify FILE.",
        )
    output = Output(as_json=as_json)
    try:
        with open_home(home, must_exist=True) as installation, output.progress("Verifying") as progress:
            check = verify_ledger(installation.database, installation.ledger, installation.objects, progress.reached)
            check.errors += check_works(installation)
            if against is not None:
                check.errors += _differences(installation, against)
    except Broken as error:
        # Keys and database that do not belong together, or a damaged file: that is a finding, too.
        output.record({"size": None, "root": None, "ok": False, "errors": [{"index": None, "what": error.message}]})
        if not as_json:
            output.failure(error)
        raise typer.Exit(ExitCode.CHECK_FAILED) from error
    output.record(check.to_json())
    if check.ok:
        output.say(f"In order: {check.size} entries, root {check.root}", style="green")
        return
    output.table(
        ("entry", "what is wrong"),
        [("all" if error.index is None else error.index, error.what) for error in check.errors],
        title="The ledger does not verify",
        fold=("what is wrong",),
    )
    output.say("Stop whatever writes to this home, keep a copy of it as it is, and restore the newest good backup.")
    raise typer.Exit(ExitCode.CHECK_FAILED)


@app.command()
def entry(index: Index, *, home: Home = None, server: Server = None, key: Key = None, as_json: AsJson = False) -> None:
    """Show one public entry."""
    from registry.cli.backend import connect

    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        found = backend.ledger_entry(index)
    output.record({"index": found.index, "entry": found.entry, "text": found.text, "leaf_hash": found.leaf_hash})
    output.facts({**found.entry, "leaf hash": found.leaf_hash})


@app.command()
def checkpoint(
    *,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    output_file: OutputFile = None,
    as_json: AsJson = False,
) -> None:
    """Write the newest signed checkpoint. Keep it elsewhere: `ledger consistency` compares the ledger with it later."""
    from registry.cli.backend import connect

    with connect(home, server, key) as backend:
        head = backend.ledger_head()
    Output(as_json=as_json).record({"size": head.size, "root": head.root, "checkpoint": head.checkpoint})
    if output_file is not None or not as_json:
        write_document(output_file, head.checkpoint)


@app.command()
def proof(
    index: Index,
    *,
    size: Annotated[int | None, typer.Option(min=1, help="Under the checkpoint of this many entries.")] = None,
    output_file: OutputFile = None,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Write the proof that an entry is in the ledger, as a file for anyone's tools (C2SP tlog-proof)."""
    from registry.cli.backend import connect

    with connect(home, server, key) as backend:
        found = backend.ledger_entry(index)
        text = backend.tlog_proof(index, size)
        verifier_key = backend.ledger_head().verifier_key
    checkpoint, hashes = _verified_proof(found.text, text, verifier_key)
    Output(as_json=as_json).record(
        {
            "index": index,
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "leaf_hash": found.leaf_hash,
            "hashes": [one.hex() for one in hashes],
            "tlog_proof": text,
        }
    )
    if output_file is not None or not as_json:
        write_document(output_file, text)


@app.command()
def consistency(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A file with an older checkpoint, or a number of entries.")],
    *,
    new: Annotated[int | None, typer.Option("--to", min=0, help="Number of entries; the newest if left out.")] = None,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Show that the ledger only grew since an older checkpoint. Exit code 1: it is not the same ledger any more."""
    from registry.cli.backend import connect

    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        head = backend.ledger_head()
        kept = None if old.isdecimal() else _kept_checkpoint(Path(old), head.verifier_key)
        if kept is not None and kept.size > head.size:
            output.record({"from_size": kept.size, "to_size": head.size, "consistent": False})
            _say_rewritten(output, f"It had {kept.size} entries and has {head.size} now.", old)
        found = backend.consistency_proof(int(old) if kept is None else kept.size, new)
    why_not = None if kept is None else _contradiction(kept, found, head.verifier_key)
    output.record({**found.model_dump(), "consistent": None if kept is None else why_not is None})
    if kept is None:
        output.facts({"from": found.from_size, "to": found.to_size, "root": found.to_root})
        output.table(
            ("proof, from leaf to root",), [(one,) for one in found.hashes], fold=("proof, from leaf to root",)
        )
    elif why_not is None:
        output.say(f"In order: the first {kept.size} of {found.to_size} entries are those of {old}.", style="green")
    else:
        _say_rewritten(output, why_not, old)


def _differences(installation: "Installation", place: str) -> "list[Finding]":
    from registry.monitor.log_source import PublishedLog, source_of
    from registry.publication.comparison import compare

    with PublishedLog(source_of(place)) as copy:
        return compare(installation.publication, copy)


def _say_rewritten(output: Output, why: str, kept: str) -> NoReturn:
    output.panel(
        f"{why}\nKeep {kept} and what this ledger says now: together they prove that it was rewritten.",
        title="This ledger does not continue the checkpoint",
        style="red",
    )
    raise typer.Exit(ExitCode.CHECK_FAILED)


def _verified_proof(entry_text: str, proof_text: str, verifier_key: str) -> "tuple[Checkpoint, Sequence[bytes]]":
    """The proof's checkpoint and hashes, once checked here: neither a server nor a damaged tree is believed."""
    from registry.verify.errors import VerificationError
    from registry.verify.note import VerifierKey
    from registry.verify.tlog_proof import TlogProof
    from registry.verify.tree import leaf_hash

    try:
        proof = TlogProof.parse(proof_text)
        return proof.verify(leaf_hash(entry_text.encode()), VerifierKey.parse(verifier_key)), proof.hashes
    except VerificationError as error:
        raise Broken(
            "proof_does_not_verify",
            f"The proof that was given for this entry does not verify. {error}",
            hint="Run on the registry's own machine: registry ledger verify",
        ) from error


def _kept_checkpoint(file: Path, verifier_key: str) -> "Checkpoint":
    from registry.verify.checkpoint import open_checkpoint
    from registry.verify.encoding import utf8_text
    from registry.verify.errors import VerificationError
    from registry.verify.note import VerifierKey

    content = read_small_file(file, LARGEST_CHECKPOINT)
    try:
        return open_checkpoint(utf8_text(content), VerifierKey.parse(verifier_key))
    except VerificationError as error:
        raise Refused(
            "not_its_checkpoint",
            f"{file} is no checkpoint that this ledger signed. {error}",
            hint="Compare it with the ledger that it is of; `registry ledger checkpoint` writes such files.",
        ) from error


def _contradiction(kept: "Checkpoint", proof: "ConsistencyProof", verifier_key: str) -> str | None:
    """Why the proof's checkpoint does not continue ``kept``; None if it does. NotFound (``no_such_checkpoint``)."""
    from registry.verify.checkpoint import open_checkpoint
    from registry.verify.errors import VerificationError
    from registry.verify.note import VerifierKey
    from registry.verify.tree import verify_consistency

    if proof.checkpoint is None:
        raise NotFound(
            "no_such_checkpoint",
            f"The ledger has signed no checkpoint of {proof.to_size} entries: what it says of them binds nobody.",
            hint="Leave out --to to compare with the newest checkpoint.",
        )
    try:
        newer = open_checkpoint(proof.checkpoint, VerifierKey.parse(verifier_key))
        hashes = [bytes.fromhex(one) for one in proof.hashes]
        verify_consistency(kept.size, kept.root, newer.size, newer.root, hashes)
    except VerificationError as error:
        return str(error)
    return None
