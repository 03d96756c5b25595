"""``python -m registry.verify FILE [--work ORIGINAL] [--key KEY] [--json]``: the offline verifier.

Exit codes: 0 proven, 1 not proven, 2 wrong usage, 3 a file cannot be read.
"""

import argparse
import json
import sys
from pathlib import Path

from registry.verify.errors import VerificationError
from registry.verify.note import VerifierKey
from registry.verify.receipt import LARGEST_RECEIPT, verify_receipt

PROVEN, NOT_PROVEN, UNREADABLE = 0, 1, 3


def main(arguments: list[str] | None = None) -> int:
    """Verifies the file that ``arguments`` name, prints the report, and answers with the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m registry.verify",
        description="Verify a receipt offline, with nothing but Python.",
        epilog="Exit codes: 0 proven, 1 not proven, 2 wrong usage, 3 a file cannot be read.",
    )
    parser.add_argument("file", type=Path, help="the receipt")
    parser.add_argument(
        "--work", type=Path, metavar="ORIGINAL", help="the original, to compare with what was registered"
    )
    parser.add_argument("--key", help="the ledger's verifier key, as known from somewhere else than the receipt")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    options = parser.parse_args(arguments)
    if options.key is not None:
        try:
            VerifierKey.parse(options.key)
        except VerificationError as error:
            parser.error(str(error))
    try:
        with options.file.open("rb") as opened:
            content = opened.read(LARGEST_RECEIPT + 1)
        work = None if options.work is None else options.work.read_bytes()
    except OSError as error:
        print(f"{error.filename!a} cannot be read: {error.strerror}.", file=sys.stderr)
        return UNREADABLE
    report = verify_receipt(content, work=work, verifier_key=options.key)
    # ASCII alone in JSON, and nothing that a terminal of another encoding could not show in the text.
    if options.json:
        print(json.dumps(report.to_json()))
    else:
        encoding = sys.stdout.encoding or "ascii"
        print(report.to_text().encode(encoding, "backslashreplace").decode(encoding))
    return PROVEN if report.verdict == "proven" else NOT_PROVEN


if __name__ == "__main__":
    sys.exit(main())
