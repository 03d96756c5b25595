"""The keys that a ledger has had, as its own entries of kind ``key`` tell them.

Two entries change a key: from ``begin`` on the old and the new key sign every checkpoint, after
``end`` the new one alone. Both are under the subject ``ledger-key`` and disclose both keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnClause, literal_column, select
from sqlalchemy.orm import Session

from registry.errors import Broken
from registry.ledger import claim as claims
from registry.ledger.models import LedgerEntry
from registry.verify.canonical_json import JsonValue
from registry.verify.errors import VerificationError
from registry.verify.note import VerifierKey

KIND = "key"
SUBJECT = "ledger-key"
_LITERAL_KIND: ColumnClause[str] = literal_column(f"'{KIND}'")
"""No parameter: only so does SQLite see that its index of such entries answers."""
PHASE, OLD_KEY, NEW_KEY = "phase", "old_key", "new_key"
BEGIN, END = "begin", "end"


@dataclass(frozen=True)
class KeyPeriod:
    """``key`` signs the checkpoints of sizes from ``since`` to ``until``, both included; ``until`` None: no end yet.

    ``introduced_by`` is the index of the entry that says so; None for the first key.
    """

    key: VerifierKey
    since: int
    until: int | None
    introduced_by: int | None


@dataclass(frozen=True)
class KeyHistory:
    """The periods of all keys, the first key first."""

    periods: tuple[KeyPeriod, ...]

    def at(self, size: int) -> tuple[VerifierKey, ...]:
        """The keys that may sign a checkpoint of ``size``, the older first."""
        return tuple(one.key for one in self.periods if one.since <= size and (one.until is None or size <= one.until))

    @property
    def successor(self) -> VerifierKey | None:
        """The key that is taking over now; None where no change is under way."""
        current = [one for one in self.periods if one.until is None]
        return current[1].key if len(current) == 2 else None


def claim_of(phase: str, old: VerifierKey, new: VerifierKey) -> Mapping[str, JsonValue]:
    """What an entry of kind ``key`` commits to."""
    return {PHASE: phase, OLD_KEY: str(old), NEW_KEY: str(new)}


def read(session: Session, current: VerifierKey) -> KeyHistory:
    """The history in this snapshot; ``current`` is the only key of a ledger that never changed it.

    Broken (``key_history_unreadable``) if the entries do not tell one.
    """
    entry = LedgerEntry
    rows = session.execute(
        select(entry.index, entry.encoded)
        .where(entry.kind == _LITERAL_KIND, entry.subject == SUBJECT)
        .order_by(entry.index)
    )
    periods: list[KeyPeriod] = []
    try:
        for index, encoded in rows:
            values = claims.disclosure(session, index, encoded, None).values()
            old, new = (VerifierKey.parse(str(values.get(name))) for name in (OLD_KEY, NEW_KEY))
            _add(periods, values.get(PHASE), old, new, index)
    except (VerificationError, ValueError) as error:
        raise Broken(
            "key_history_unreadable",
            f"The entries that tell this ledger's keys do not fit together: {error}",
            hint="Run 'registry ledger verify' and restore the database from its newest good backup.",
        ) from error
    return KeyHistory(tuple(periods) or (KeyPeriod(current, 0, None, None),))


def _add(periods: list[KeyPeriod], phase: JsonValue, old: VerifierKey, new: VerifierKey, index: int) -> None:
    if not periods:
        periods.append(KeyPeriod(old, 0, None, None))
    open_ones = [one for one in periods if one.until is None]
    if phase == BEGIN and [one.key for one in open_ones] == [old]:
        periods.append(KeyPeriod(new, index + 1, None, index))
    elif phase == END and [one.key for one in open_ones] == [old, new]:
        ended = open_ones[0]
        # The checkpoint that covers this entry is the last one that the old key signs.
        periods[periods.index(ended)] = KeyPeriod(ended.key, ended.since, index + 1, ended.introduced_by)
    else:
        raise ValueError(f"entry {index} changes a key that was not the ledger's")
