"""What callers of the sequencer want recorded, each as one part of a group's transaction."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from registry.errors import Conflict, NotFound, Refused, RegistryError
from registry.ids import Randomness
from registry.ledger import keys
from registry.ledger.appends import Appends, Placed
from registry.ledger.commitment import CommittedClaim, commit_to
from registry.ledger.log import Appended, Ledger, appended
from registry.storage.database_errors import translated
from registry.verify.canonical_json import JsonValue
from registry.verify.entry import check_kind, check_subject, parse_entry
from registry.verify.errors import Malformed
from registry.verify.tree import leaf_hash

T = TypeVar("T")
Work = Callable[[Session, Appends], T]
"""What a domain wants recorded: writes its rows in the session and adds the entries that belong to them.

It runs in a savepoint under the head's lock: what it finds is true until the commit, and an error that
it raises undoes its own part alone. It must be quick, and answer values that need no session.
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entry to be appended. ``key`` is its idempotency key: under one key one entry is recorded, ever."""

    kind: str
    subject: str
    claim: Mapping[str, JsonValue]
    key: str | None = None


class Call:
    """One caller who waits. ``turn`` is released when it is answered, or when it has to lead."""

    count = 1
    keys: Sequence[bytes] = ()

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.turn.acquire()
        self.answered = False
        self.result: Any = None
        self.error: Exception | None = None

    def told(self) -> bool:
        """Waits until the call is answered (True), or has to lead (False)."""
        self.turn.acquire()
        return self.answered

    def perform(self, session: Session, appends: Appends, known: dict[bytes, int]) -> None:
        """Does its part of the unit of work."""
        raise NotImplementedError

    def conclude(self, size: int) -> None:
        """Told after the commit: ``size`` is the size of the group's checkpoint."""


class DomainCall(Call):
    def __init__(self, work: Work[Any]) -> None:
        super().__init__()
        self._work = work

    def perform(self, session: Session, appends: Appends, known: dict[bytes, int]) -> None:  # noqa: ARG002
        mark = appends.mark()
        savepoint = session.begin_nested()
        try:
            self.result = self._work(session, appends)
            session.flush()
            appends.write()
            savepoint.commit()
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and isinstance(told := translated(error), RegistryError):
                raise told from error  # the database itself: it concerns the whole group
            savepoint.rollback()
            appends.back_to(mark)
            self.error = error


class EntriesCall(Call):
    """Entries without rows of a domain. Their claims are committed to by the caller, while a leader writes others."""

    def __init__(self, ledger: Ledger, wanted: Sequence[Wanted]) -> None:
        super().__init__()
        self._ledger = ledger
        salts = ledger.salts(one.claim for one in wanted)
        self._wanted = [
            (one, None if one.key is None else keys.key_of(one.key), _prepared(one, salts)) for one in wanted
        ]
        self.count = len(wanted)
        self.keys = [key for _, key, _ in self._wanted if key is not None]

    def perform(self, session: Session, appends: Appends, known: dict[bytes, int]) -> None:
        outcomes: list[Placed | Appended | RegistryError] = []
        for wanted, key, claim in self._wanted:
            try:
                if isinstance(claim, Refused):
                    outcomes.append(claim)
                elif key is not None and key in known:
                    appends.write()  # the first may be in this very group
                    outcomes.append(_first_answer(self._ledger, session, wanted, known[key]))
                else:
                    placed = appends.add_committed(wanted.kind, wanted.subject, claim, key)
                    if key is not None:
                        known[key] = placed.index
                    outcomes.append(placed)
            except (Refused, Conflict) as error:
                outcomes.append(error)
        self.result = outcomes

    def conclude(self, size: int) -> None:
        self.result = [appended(one, size) if isinstance(one, Placed) else one for one in self.result]


def _prepared(wanted: Wanted, salts: Randomness) -> CommittedClaim | Refused:
    try:
        check_kind(wanted.kind)
        check_subject(wanted.subject)
        return commit_to(wanted.claim, salts)
    except Refused as error:
        return error
    except Malformed as error:
        return Refused(
            "entry_malformed",
            f"The entry cannot be recorded: {error}",
            hint="Give a kind that the ledger knows and an opaque identifier as subject.",
        )


def _first_answer(ledger: Ledger, session: Session, wanted: Wanted, index: int) -> Placed | Appended:
    """What was answered when the key was used first. Conflict if it was used for something else."""
    encoded = ledger.entry(session, index)
    entry = parse_entry(encoded)
    disclosure = ledger.disclosure(session, index)
    same = (entry.kind, entry.subject) == (wanted.kind, wanted.subject) and (
        disclosure.undisclosed or disclosure.values() == wanted.claim  # of an erased claim nothing can be compared
    )
    if not same:
        raise Conflict(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request; nothing was registered.",
            hint="Make a new key for each new request, and repeat a key only with the very same request.",
        )
    placed = Placed(index, entry.time, encoded, leaf_hash(encoded))
    try:
        return appended(placed, ledger.covering(session, index))
    except NotFound:
        return placed  # the first is in this very group, whose checkpoint is not signed yet
