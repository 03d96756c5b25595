"""The offline verifier: ``python3 verify.pyz FILE [--work ORIGINAL] [--key KEY] [--tsa-root PEM] [--block BLOCK]
[--at DATE] [--distrust NAME=DATE]``.

The same as ``python -m registry.verify``, where the package is at hand.

Exit codes: 0 proven, 1 not proven, 2 wrong usage, 3 a file cannot be read.
"""

import argparse
import json
import sys
from pathlib import Path

from registry.verify.certificate import LARGEST_PEM, parse_certificates
from registry.verify.errors import VerificationError
from registry.verify.file import sha256_of, verify_file
from registry.verify.known_block import KnownBlock
from registry.verify.note import VerifierKey
from registry.verify.reading import NAMES, Reading

PROVEN, NOT_PROVEN, UNREADABLE = 0, 1, 3


def main(arguments: list[str] | None = None) -> int:
    """Verifies the file that ``arguments`` name, prints the report, and answers with the exit code."""
    parser = argparse.ArgumentParser(
        prog="verify",
        description="Verify an evidence file or a receipt offline, with nothing but Python.",
        epilog="Exit codes: 0 proven, 1 not proven, 2 wrong usage, 3 a file cannot be read.",
    )
    parser.add_argument("file", type=Path, help="the evidence file or receipt")
    parser.add_argument(
        "--work", type=Path, metavar="ORIGINAL", help="the original, to compare with what was registered"
    )
    parser.add_argument("--key", help="the ledger's verifier key, as known from somewhere else than the file")
    parser.add_argument(
        "--tsa-root",
        type=Path,
        metavar="PEM",
        action="append",
        help="certificates of those who vouch for timestamp authorities, as known from somewhere else; repeatable",
    )
    parser.add_argument(
        "--block",
        type=_known_block,
        metavar="CHAIN:HASH",
        action="append",
        help="a block as known from somewhere else: 1:0x... of Ethereum, bitcoin:... of Bitcoin; repeatable",
    )
    parser.add_argument("--at", metavar="DATE", help="read the file as of this day, such as 2040-01-01; default: now")
    parser.add_argument(
        "--distrust",
        metavar="NAME=DATE",
        action="append",
        help=f"an algorithm ({', '.join(NAMES)}) that proves nothing from this day on; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    options = parser.parse_args(arguments)
    if options.key is not None:
        try:
            VerifierKey.parse(options.key)
        except VerificationError as error:
            parser.error(str(error))
    try:
        reading = Reading.of(options.at, options.distrust or ())
    except VerificationError as error:
        parser.error(str(error))
    try:
        work = None
        if options.work is not None:
            with options.work.open("rb") as opened:
                work = sha256_of(opened)
        roots = None
        for file in options.tsa_root or ():
            with file.open("rb") as opened:
                roots = (roots or []) + parse_certificates(opened.read(LARGEST_PEM))
        with options.file.open("rb") as opened:
            report = verify_file(
                opened,
                work_sha256=work,
                verifier_key=options.key,
                authority_roots=roots,
                known_blocks=options.block,
                reading=reading,
            )
    except VerificationError as error:
        parser.error(f"{str(file)!a} holds no certificates that can be used: {error}")
    except OSError as error:
        print(f"{str(error.filename or options.file)!a} cannot be read: {error.strerror}.", file=sys.stderr)
        return UNREADABLE
    # ASCII alone in JSON, and nothing that a terminal of another encoding could not show in the text.
    if options.json:
        print(json.dumps(report.to_json()))
    else:
        encoding = sys.stdout.encoding or "ascii"
        print(report.to_text().encode(encoding, "backslashreplace").decode(encoding))
    return PROVEN if report.verdict == "proven" else NOT_PROVEN


def _known_block(text: str) -> KnownBlock:
    try:
        return KnownBlock.parse(text)
    except VerificationError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
