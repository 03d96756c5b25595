"""`registry evidence renew`: an evidence file is kept alive beyond certificates and digests."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from registry.cli.moments import in_words
from registry.cli.options import AsJson, Home
from registry.cli.output import Output
from registry.errors import Refused, RegistryError

if TYPE_CHECKING:
    from registry.anchoring.time_witness import Stamp
    from registry.anchoring.timestamp_authority import TimestampAuthority

DIGESTS = ("sha256", "sha512")


def renew(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The evidence file.")],
    *,
    authority: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Ask this timestamp authority of the settings; repeatable: the next is asked if one does not answer. "
            "Default: all of them, in their order.",
        ),
    ] = None,
    digest: Annotated[
        str | None,
        typer.Option(
            "--hash",
            metavar="NAME",
            help=f"Begin a chain by this digest ({', '.join(DIGESTS)}), because the last one's is no longer trusted. "
            "Default: the last one's, and sha512 for a first.",
        ),
    ] = None,
    output_file: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write the new file. Default: in its place."),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Renew an evidence file: a timestamp authority of today confirms all of it, before what is in it expires.

    Nothing in the file is changed; an evidence record (RFC 4998) comes to it, or grows.
    """
    from registry.anchoring.authorities_file import authorities_of
    from registry.cli.file_access import opened_regular_file, write_pieces
    from registry.evidence.renewal import renew as renewed
    from registry.settings import Settings

    if digest is not None and digest not in DIGESTS:
        raise typer.BadParameter(f"it is one of {', '.join(DIGESTS)}.", param_hint="--hash")
    output = Output(as_json=as_json)
    asked = _chosen(authorities_of(Settings.load(home=home)), authority)
    answers: list[tuple[str, Stamp]] = []

    def stamp(message: bytes, digest_name: str) -> bytes:
        answers.append(_first_answer(asked, message, digest_name, output))
        return answers[-1][1].proof

    with opened_regular_file(file) as opened:
        _check(opened, asked, output)
        made = renewed(opened, stamp, digest)
        target = output_file or file
        # In its own place too: what is read stays the old file until all of the new one is on the disk.
        size = write_pieces(target, made.file.chunks())
    ((name, answer),) = answers
    before, rests_on = _worth(answer)
    stamps = made.record.timestamps
    output.record(
        {
            "path": str(target),
            "bytes": size,
            "authority": name,
            "time": answer.time,
            "hash": stamps[-1].digest_name,
            "timestamps": len(stamps),
            "renew_before": before,
            "rests_on": rests_on,
        }
    )
    output.say(
        f"Renewed by {name} at {in_words(answer.time)} and written to {target} ({size} bytes). Renew it again before "
        f"{in_words(before)}.",
        style="green",
    )
    if stamps[-1].digest_name == "sha512" and "sha256" in rests_on:
        output.say(
            f"The files are covered by SHA-512, but {name}, or who vouches for it, signs with SHA-256: this timestamp "
            "falls with that. Renew again with an authority that does not, before it is distrusted.",
            style="yellow",
        )


def _chosen(known: Sequence["TimestampAuthority"], names: Sequence[str] | None) -> list["TimestampAuthority"]:
    from registry.anchoring.stamping import no_time_witness

    if not known:
        raise no_time_witness()
    by_name = {one.name: one for one in known}
    for name in names or ():
        if name not in by_name:
            raise typer.BadParameter(f"the settings name {', '.join(by_name)}.", param_hint="--authority")
    return [by_name[name] for name in names or by_name]


def _check(file: BinaryIO, asked: Sequence["TimestampAuthority"], output: Output) -> None:
    """Refused (``evidence_does_not_verify``) for a file that does not verify; says what it renews too late."""
    from registry.verify.file import verify_file
    from registry.verify.report import UNPROVEN

    report = verify_file(file, authority_roots=[root for one in asked for root in one.roots])
    if report.verdict != "proven":
        raise Refused(
            "evidence_does_not_verify",
            f"The file does not verify, and a renewal would not mend it: {report.summary}",
            hint="Run 'registry verify' on it, and renew an untouched copy.",
        )
    for check in report.checks:
        if check.name.startswith("authority ") and UNPROVEN in check.detail:
            output.say(f"Too late for {check.name.removeprefix('authority ')}. {check.detail}", style="yellow")


def _first_answer(
    asked: Sequence["TimestampAuthority"], message: bytes, digest_name: str, output: Output
) -> tuple[str, "Stamp"]:
    """Of the first authority that gives a timestamp that can be used; raises what the last one did not."""
    *others, last = asked
    for one in others:
        try:
            return one.name, one.stamp(message, digest_name)
        except RegistryError as error:
            output.failure(error)
    return last.name, last.stamp(message, digest_name)


def _worth(stamp: "Stamp") -> tuple[int, list[str]]:
    """When the first certificate of it expires, in milliseconds, and the names of the algorithms that it rests on."""
    from registry.verify.certificate import parse_certificates
    from registry.verify.timestamp import Timestamp

    path = parse_certificates(stamp.certificates)
    return min(one.not_after for one in path) // 1_000, sorted(Timestamp.parse(stamp.proof).algorithms(path))
