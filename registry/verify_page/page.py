"""The page as one file: sources, styles and a policy that allows these and nothing else."""

import base64
import hashlib
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template

ORDER = (
    "errors",
    "encoding",
    "hashing",
    "numbers",
    "keccak",
    "canonical_json",
    "tree",
    "ed25519",
    "ecdsa",
    "rsa",
    "note",
    "checkpoint",
    "tlog_proof",
    "commitment",
    "entry",
    "report",
    "reading",
    "receipt",
    "container",
    "bag",
    "evidence_form",
    "manifest_check",
    "custody",
    "der",
    "certificate",
    "timestamp",
    "authority",
    "stamped_checkpoint",
    "asic",
    "evidence_record",
    "renewal",
    "rlp",
    "patricia",
    "ethereum_block",
    "known_block",
    "ethereum_chain",
    "ethereum_anchor",
    "pinned_block",
    "bitcoin_block",
    "opentimestamps",
    "bitcoin_anchor",
    "evidence",
    "file",
    "chinese_checks",
    "chinese",
    "page",
)
"""The sources share one scope, and each uses at its beginning what stands before it."""


def script() -> str:
    """All sources, one after the other, in a scope of their own."""
    return '"use strict";\n{\n' + "".join(_source(f"{name}.js") for name in ORDER) + "}\n"


@cache
def verification_page() -> bytes:
    """The page in UTF-8. The same sources give the same bytes on every machine."""
    style, code = _source("page.css"), script()
    page = Template(_source("page.html")).substitute(policy=content_security_policy(), style=style, script=code)
    return page.encode("utf-8")


@cache
def content_security_policy() -> str:
    """What the page may do: run its own script in its own style, by their digests (CSP Level 3), and ask nobody."""
    style, code = _digest(_source("page.css")), _digest(script())
    allowed = f"style-src 'sha256-{style}'; script-src 'sha256-{code}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _source(name: str) -> str:
    return (files("registry.verify_page") / "sources" / name).read_text("utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(verification_page())
