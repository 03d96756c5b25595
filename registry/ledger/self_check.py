"""The whole ledger checked against itself, and everything that is wrong with it named.

Entries are parsed and formatted again; chain, leaf hashes, tree nodes and roots are computed anew;
every signature is verified; claims are held against what their entries commit to, and originals
against their digests. Memory does not grow with the ledger.

What it cannot see is a database that was replaced by a whole older copy of itself. For that,
compare its newest checkpoint with one that was kept elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.errors import Broken
from registry.ledger.block_check import BLOCK
from registry.ledger.claim_check import ClaimCheck
from registry.ledger.derivation import Derivation, Progress
from registry.ledger.finding import EnoughFound, Finding, Findings
from registry.ledger.key_history import KeyHistory, KeyPeriod
from registry.ledger.log import Ledger
from registry.ledger.proven_blocks import WORTH_PROCESSES, BlocksBeside, BlocksHere, BlockSource
from registry.ledger.stored_rows import StoredRows
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.canonical_json import JsonValue
from registry.verify.encoding import printable
from registry.verify.note import VerifierKey
from registry.verify.tree import EMPTY_ROOT


@dataclass
class SelfCheck:
    """``size`` and hex ``root`` as derived from the entries themselves; ``errors`` by entry."""

    size: int = 0
    root: str = EMPTY_ROOT.hex()
    errors: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.errors

    def to_json(self) -> dict[str, JsonValue]:
        """``{"size","root","ok","errors":[{"index","what"},...]}``."""
        return {
            "size": self.size,
            "root": self.root,
            "ok": self.ok,
            "errors": [{"index": finding.index, "what": finding.what} for finding in self.errors],
        }


def verify_ledger(
    database: Database, ledger: Ledger, objects: ObjectStore, progress: Progress | None = None
) -> SelfCheck:
    """Derives everything again, in one snapshot; appends may go on meanwhile.

    What is wrong is a finding and never an error. Unavailable if database or objects cannot be read at all.
    """
    findings = Findings()
    result = SelfCheck()
    with suppress(EnoughFound):
        try:
            with database.read() as session:
                rows = StoredRows(session, database.dialect)
                claims = ClaimCheck(database, objects, findings)
                keys = _keys(ledger, session, findings)
                with _blocks(database, rows, keys) as blocks:
                    derivation = Derivation(
                        rows,
                        blocks=blocks,
                        key=VerifierKey.parse(ledger.verifier_key),
                        keys=keys,
                        claims=claims,
                        findings=findings,
                        progress=progress,
                    )
                    try:
                        derivation.run()
                    finally:
                        result.size, result.root = derivation.frontier.size, derivation.frontier.root.hex()
        except Broken as error:
            findings.add(None, error.message)
        except (DBAPIError, UnicodeDecodeError) as error:
            # A file damaged where its tables are described fails in ways that its driver has no name for.
            reason = error.orig if isinstance(error, DBAPIError) else error
            findings.add(None, f"The database cannot be read: {printable(str(reason))}.")
    result.errors = findings.in_order()
    return result


@contextmanager
def _blocks(database: Database, rows: StoredRows, keys: KeyHistory) -> Iterator[BlockSource]:
    size = rows.reach()
    if size < WORTH_PROCESSES:
        yield BlocksHere(rows.query, keys.at)
        return
    with BlocksBeside(database.dialect, database.reading_address, keys.periods, size // BLOCK) as blocks:
        yield blocks


def _keys(ledger: Ledger, session: Session, findings: Findings) -> KeyHistory:
    """The ledger's keys; where its entries do not tell them, the one at hand."""
    try:
        return ledger.keys(session)
    except Broken as error:
        findings.add(None, error.message)
    except (DBAPIError, UnicodeDecodeError, TypeError, AttributeError):
        pass  # damage that the derivation names
    return KeyHistory((KeyPeriod(VerifierKey.parse(ledger.verifier_key), 0, None, None),))
