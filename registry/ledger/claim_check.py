"""The claims that are still held, against what their entries commit to, and the originals that they name."""

from collections.abc import Sequence

from sqlalchemy import select

from registry.errors import Broken, NotFound
from registry.ledger.finding import Findings
from registry.ledger.models import LedgerClaimField
from registry.ledger.stored_rows import ClaimRow, StoredRows
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify import canonical_json
from registry.verify.canonical_json import JsonValue
from registry.verify.commitment import ClaimField, commitment
from registry.verify.encoding import HASH_BYTES, hex_bytes, quoted, utf8_text
from registry.verify.entry import Entry
from registry.verify.errors import Malformed
from registry.verify.receipt import FILE_DIGEST_FIELD


class ClaimCheck:
    """Checks claims entry by entry; ``check_erasures`` ends a block of them."""

    def __init__(self, rows: StoredRows, database: Database, objects: ObjectStore, findings: Findings) -> None:
        self._rows = rows
        self._database = database
        self._objects = objects
        self._findings = findings
        self._forgotten: dict[bytes, list[int]] = {}

    def check(self, index: int, entry: Entry | None, fields: Sequence[ClaimRow]) -> None:
        """Checks the claim of one entry; ``entry`` is None if its bytes are not to be believed."""
        right: list[bytes] = []
        wrong: list[tuple[ClaimRow, ClaimField | None]] = []
        for row in fields:
            if row.salt is None and row.name is None and row.value is None:
                right.append(row.digest)
                if entry is not None:
                    self._forgotten.setdefault(entry.subject.encode(), []).append(index)
                continue
            field = _readable(row)
            if field is None or field.digest() != row.digest:
                wrong.append((row, field))
                continue
            right.append(row.digest)
            if field.name == FILE_DIGEST_FIELD:
                self._check_original(index, row.digest, field.value)
        self._name(index, entry, right, wrong)

    def check_erasures(self) -> None:
        """Every claim that was emptied since the last call has an entry of kind ``erase`` after it."""
        if not self._forgotten:
            return
        erased = self._rows.erased_at(self._forgotten)
        for subject, indices in self._forgotten.items():
            for index in sorted(set(indices)):
                if index > erased.get(subject, -1):
                    self._findings.add(index, "The claim was emptied, but no later entry says that it was erased.")
        self._forgotten.clear()

    def _name(
        self, index: int, entry: Entry | None, right: list[bytes], wrong: list[tuple[ClaimRow, ClaimField | None]]
    ) -> None:
        """Says which part was changed, as far as the entry's commitment tells."""
        if entry is not None and not _commits(entry, right + [row.digest for row, _ in wrong]):
            opened = [field.digest() for _, field in wrong if field is not None]
            if wrong and len(opened) == len(wrong) and _commits(entry, right + opened):
                for row, _ in wrong:
                    self._findings.add(index, f"The digest of the claim field {_called(row)} was changed.")
                return
            if not wrong:
                self._findings.add(
                    index, "Fields of the claim are missing, added or changed: the entry commits to others."
                )
        for row, field in wrong:
            reason = "cannot be read" if field is None else "do not have its digest"
            self._findings.add(index, f"The claim field {_called(row)} was changed: its salt, name and value {reason}.")

    def _check_original(self, index: int, field: bytes, value: JsonValue) -> None:
        try:
            hex_bytes(value, HASH_BYTES)
            self._objects.get(str(value))
        except Malformed:
            self._findings.add(index, f"The claim names {quoted(value)} as an original, which is no SHA-256.")
        except (Broken, NotFound) as error:
            if self._still_held(index, field):
                self._findings.add(index, error.message)

    def _still_held(self, index: int, digest: bytes) -> bool:
        """Whether the claim is still there now: the work may have been erased since this check began."""
        table = LedgerClaimField
        with self._database.read() as session:
            salt = session.scalar(select(table.salt).where(table.entry_index == index, table.digest == digest))
        return salt is not None


def _readable(row: ClaimRow) -> ClaimField | None:
    """The field, if salt, name and value are of a form that could ever have been committed to."""
    try:
        name, value = utf8_text(row.name or b""), canonical_json.parse(row.value or b"")
        field = ClaimField(name, value, row.salt or b"")
        field.digest()
    except Malformed:
        return None
    return field


def _commits(entry: Entry, digests: list[bytes]) -> bool:
    try:
        return commitment(digests) == entry.commit
    except Malformed:
        return False


def _called(row: ClaimRow) -> str:
    return quoted((row.name or b"").decode("utf-8", "replace"))
