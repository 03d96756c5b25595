"""``python -m registry.verify FILE [--work ORIGINAL] [--key KEY] [--json]``: the offline verifier."""

import argparse
import json
import sys
from pathlib import Path

from registry.verify.receipt import verify_receipt
from registry.verify.report import Report

_PROVEN, _FAILED, _REFUSED = 0, 1, 3


def main(arguments: list[str] | None = None) -> int:
    """Verify one file; 0 when it is proven, 1 when it is not, 2 for wrong usage, 3 when a file cannot be read."""
    parser = argparse.ArgumentParser(prog="registry verify", description=__doc__)
    parser.add_argument("file", type=Path, help="the receipt")
    parser.add_argument("--work", type=Path, help="the original file, to compare with the registered one")
    parser.add_argument("--key", help="the log's verifier key, as known from elsewhere")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    options = parser.parse_args(arguments)
    try:
        content = options.file.read_bytes()
        work = options.work.read_bytes() if options.work else None
    except OSError as error:
        print(f"{error.filename} cannot be read: {error.strerror}.", file=sys.stderr)
        return _REFUSED
    report = verify_receipt(content, work=work, verifier_key=options.key)
    print(json.dumps(report.to_json()) if options.json else as_text(report))
    return _PROVEN if report.verdict == "proven" else _FAILED


def as_text(report: Report) -> str:
    """The report for a person: one plain sentence, then each check."""
    sentence = (
        "PROVEN: everything that could be checked holds."
        if report.verdict == "proven"
        else "FAILED: this file does not prove what it claims."
    )
    width = max(len(check.name) for check in report.checks)
    lines = [sentence, ""]
    lines += [f"  {check.name:<{width}}  {check.result.value:<11}  {check.detail}" for check in report.checks]
    if report.claimed_time:
        lines += ["", f"The operator's clock said {report.claimed_time} (UTC) when the entry was made."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
