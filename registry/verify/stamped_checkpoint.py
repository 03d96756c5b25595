"""Checkpoints that timestamp authorities stamped, in an evidence file: a bound on when the entry was there already.

For each authority the file has a folder with the token, the stamped text (a checkpoint without its signatures), the
proof that the entry is below that checkpoint's root, and certificates. The bound needs no key of the ledger: whoever
stamped the root, stamped the entry.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from registry.verify import evidence_form as form
from registry.verify.authority import Terms, Trust, trust_in
from registry.verify.certificate import Certificate, parse_certificates
from registry.verify.checkpoint import unverified_checkpoint
from registry.verify.container import Container
from registry.verify.encoding import quoted, utf8, utf8_text
from registry.verify.errors import Contradiction, Malformed
from registry.verify.report import Checks, Witness
from registry.verify.timestamp import Timestamp
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash, verify_inclusion

KIND = "rfc3161"
AUTHORITY_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}", re.ASCII)
"""Room for a host name; the same on file systems that know no case."""
NOBODY = "Without an intact token there is nobody to look for."


@dataclass(frozen=True)
class _Stamped:
    timestamp: Timestamp
    chain: Sequence[Certificate]


def authorities_in(container: Container) -> list[str]:
    """The names of the authorities that the file has a folder of, sorted."""
    names = {
        path.removeprefix(form.TIMESTAMPS).partition("/")[0]
        for path in container.members
        if path.startswith(form.TIMESTAMPS)
    }
    if len(names) > form.MOST_AUTHORITIES:
        raise Malformed(f"The file has timestamps of more than {form.MOST_AUTHORITIES} authorities.")
    return sorted(names)


def check_timestamps(
    checks: Checks,
    container: Container,
    entry: str,
    terms: Terms,
) -> tuple[Witness, ...]:
    """Checks every authority's token, under ``timestamp NAME``, and under ``authority NAME`` whose it is.

    ``entry`` is the leaf. Answers a witness for each token that is intact.
    """
    try:
        names = authorities_in(container)
    except Malformed as error:
        checks.fail("timestamps", error)
        return ()
    witnesses = []
    for name in names:
        stamped = checks.attempt(f"timestamp {name}", partial(_stamped, container, name, utf8(entry)))
        if stamped is None:
            checks.skip(f"authority {name}", NOBODY)
            continue
        trust = trust_in(stamped.timestamp, stamped.chain, terms, strictly=False)
        trust.tell(checks, name)
        witnesses.append(witness_of(name, stamped.timestamp, trust))
    return tuple(witnesses)


def witness_of(name: str, timestamp: Timestamp, trust: Trust) -> Witness:
    """The witness that an intact token is."""
    return Witness(KIND, name, timestamp.latest, trusted=trust.trusted, expired=trust.expired)


def _stamped(container: Container, name: str, entry: bytes) -> tuple[str, _Stamped]:
    if not AUTHORITY_NAME.fullmatch(name):
        raise Malformed(f"{quoted(name)} cannot be the name of an authority.")
    folder = f"{form.TIMESTAMPS}{name}/"
    timestamp = Timestamp.parse(container.read(folder + form.TOKEN, form.LARGEST_TOKEN))
    text = container.read(folder + form.STAMPED, form.LARGEST_PROOF)
    timestamp.check_of(text)
    chain = parse_certificates(container.read(folder + form.CHAIN, form.LARGEST_TOKEN))
    timestamp.check_signature(chain)
    proof = TlogProof.parse(utf8_text(container.read(folder + form.STAMPED_PROOF, form.LARGEST_PROOF)))
    checkpoint, note = unverified_checkpoint(proof.checkpoint)
    if utf8(note.text) != text:
        raise Contradiction(f"{form.STAMPED} is not the checkpoint of {form.STAMPED_PROOF}.")
    verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return (
        f"A token over the first {checkpoint.size} entries of {checkpoint.origin}, this one among them; signed as it "
        "says by the certificate in it.",
        _Stamped(timestamp, chain),
    )
