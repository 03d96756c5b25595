"""The claims that are still held, against what their entries commit to, and the originals that they name."""

from collections.abc import Sequence

from registry.errors import Broken, NotFound
from registry.ledger.finding import Findings
from registry.ledger.models import LedgerClaim
from registry.ledger.openings import unpack
from registry.ledger.stored_rows import ClaimRow
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.canonical_json import JsonValue
from registry.verify.commitment import SALT_BYTES, ClaimField, commitment, commitment_to_sorted, opening_digest
from registry.verify.encoding import HASH_BYTES, hashes_in, hex_bytes, quoted
from registry.verify.entry import Entry
from registry.verify.errors import Malformed
from registry.verify.receipt import FILE_DIGEST_FIELD


class ClaimCheck:
    """Checks claims entry by entry, in their order; ``finish`` when there are no more."""

    def __init__(self, database: Database, objects: ObjectStore, findings: Findings) -> None:
        self._database = database
        self._objects = objects
        self._findings = findings
        self._forgotten: dict[str, list[int]] = {}

    def check(self, index: int, entry: Entry | None, claim: ClaimRow | None) -> None:
        """Checks the claim of one entry; ``entry`` is None if its bytes are not to be believed."""
        if claim is None:
            self._name(index, entry, [], [])
        else:
            self._check(index, entry, claim)
        if entry is not None and entry.kind == "erase":
            self.erased(entry.subject)

    def _check(self, index: int, entry: Entry | None, claim: ClaimRow) -> None:
        digests = hashes_in(claim.digests)
        try:
            openings = unpack(claim.openings or b"")
        except Malformed as error:
            self._findings.add(index, f"The claim was changed. {error}")
            return
        if entry is not None and len(openings) < len(digests):
            self.forgotten(entry.subject, index)
        wrong = []
        for opening in openings:
            field = _readable(opening)
            if field is None or opening_digest(opening) not in digests:
                wrong.append((opening, field))
            elif field.name == FILE_DIGEST_FIELD:
                self.check_original(index, field.value)
        self._name(index, entry, digests, wrong)

    def forgotten(self, subject: str, index: int) -> None:
        """Notes that fields of the claim of entry ``index`` were found emptied."""
        self._forgotten.setdefault(subject, []).append(index)

    def erased(self, subject: str) -> None:
        """Notes an entry of kind ``erase``: it covers what was noted so far."""
        self._forgotten.pop(subject, None)

    def finish(self) -> None:
        """Every claim that was emptied has an entry of kind ``erase`` after it."""
        for indices in self._forgotten.values():
            for index in indices:
                self._findings.add(index, "The claim was emptied, but no later entry says that it was erased.")
        self._forgotten.clear()

    def _name(
        self,
        index: int,
        entry: Entry | None,
        digests: Sequence[bytes],
        wrong: Sequence[tuple[bytes, ClaimField | None]],
    ) -> None:
        """Says which part was changed, as far as the entry's commitment tells."""
        committed = entry is None or commitment_to_sorted(b"".join(digests)) == entry.commit
        if not committed and wrong and entry is not None:
            opened = {opening_digest(opening) for opening, _ in wrong}
            if any(_commits(entry, [*(set(digests) - {one}), *opened]) for one in digests):
                for opening, _ in wrong:
                    self._findings.add(index, f"The digest of the claim field {_called(opening)} was changed.")
                return
        if not committed and not wrong:
            self._findings.add(index, "Fields of the claim are missing, added or changed: the entry commits to others.")
        for opening, field in wrong:
            reason = "cannot be read" if field is None else "do not have its digest"
            self._findings.add(
                index, f"The claim field {_called(opening)} was changed: its salt, name and value {reason}."
            )

    def check_original(self, index: int, value: JsonValue) -> None:
        """Checks the original that the claim of entry ``index`` names by its SHA-256."""
        try:
            hex_bytes(value, HASH_BYTES)
            self._objects.get(str(value))
        except Malformed:
            self._findings.add(index, f"The claim names {quoted(value)} as an original, which is no SHA-256.")
        except (Broken, NotFound) as error:
            if self._still_held(index):
                self._findings.add(index, error.message)

    def _still_held(self, index: int) -> bool:
        """Whether the claim is still there now: the work may have been erased since this check began."""
        with self._database.read() as session:
            claim = session.get(LedgerClaim, index)
        return claim is not None and claim.openings is not None


def _readable(opening: bytes) -> ClaimField | None:
    """The field, if salt, name and value are of a form that could ever have been committed to."""
    try:
        return ClaimField.from_opening(opening)
    except Malformed:
        return None


def _commits(entry: Entry, digests: Sequence[bytes]) -> bool:
    try:
        return commitment(digests) == entry.commit
    except Malformed:
        return False


def _called(opening: bytes) -> str:
    """The name of a field as far as it can be read: what stands before the comma in JCS([name, value])."""
    field = _readable(opening)
    if field is not None:
        return quoted(field.name)
    return quoted(opening[SALT_BYTES + 2 :].partition(b'",')[0].decode("utf-8", "replace"))
