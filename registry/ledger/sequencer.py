"""The one way into the ledger: appends of many threads and processes, committed in groups.

    sequencer = Sequencer(database, ledger)
    appended = sequencer.append(Wanted("decide", case_id, {"verdict": "copy"}, key="case/7/decided"))
    work = sequencer.run(lambda session, appends: record_work(session, appends.add("register", ...)))

There is no thread of its own. Whoever comes while nobody commits becomes the leader: it takes all
that wait, commits them in one transaction under one signed checkpoint, and only then answers each.
Whoever comes meanwhile waits, and one of those leads next: from the commit on, while the checkpoint is
still being remembered outside the database. Processes take turns at the head's lock.

A crash before the commit leaves nothing of the group and has answered nobody. A crash after it
leaves all of the group recorded and perhaps some of them without an answer: who asks again with the
same idempotency key gets the first answer.
"""

import logging
import threading
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from registry.errors import Broken, RegistryError, Unavailable
from registry.ledger.group_call import Call, DomainCall, EntriesCall, Wanted, Work
from registry.ledger.log import Appended, Ledger
from registry.ledger.used_keys import UsedKeys
from registry.storage.database import Database, after_commit

log = logging.getLogger("registry.ledger")

MOST_IN_GROUP = 1_024
"""Entries in one transaction: its fixed cost is below a tenth of it, and it takes some ten milliseconds."""
MOST_WAITING = 8_192
"""Entries that may wait: below a second of work. Who comes later is told so, instead of waiting longer and longer."""
GATHERING_SECONDS = 0.002
"""How long a leader waits for as many callers as the last group had: they are on their way back with their next."""

T = TypeVar("T")


class Sequencer:
    """Appends to the ledger in ``database``, safe to use from many threads."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger
        self._lock = threading.Lock()
        self._arrival = threading.Condition(self._lock)
        self._waiting: list[Call] = []
        self._entries_waiting = 0
        self._leader: Call | None = None
        self._callers_before = 1
        self._broken: Broken | None = None
        self._used_keys = UsedKeys()

    def append(self, wanted: Wanted) -> Appended:
        """Appends one entry and answers when it is durable; the same key again gets the first answer.

        Refused (``claim_malformed``, ``entry_malformed``, ``clock_went_back``), Conflict
        (``idempotency_key_reused``), Unavailable (``ledger_busy`` and those of the database), Broken.
        """
        (outcome,) = self.append_all([wanted])
        if isinstance(outcome, RegistryError):
            raise outcome
        return outcome

    def append_all(self, wanted: Sequence[Wanted]) -> list[Appended | RegistryError]:
        """As :meth:`append` for each of ``wanted``, in their order; answers what each alone would, errors too.

        A group that cannot be committed is raised. Of more than MOST_IN_GROUP the first groups are recorded then.
        """
        outcomes: list[Appended | RegistryError] = []
        for start in range(0, len(wanted), MOST_IN_GROUP):
            outcomes += self._answered(EntriesCall(self._ledger, wanted[start : start + MOST_IN_GROUP]))
        return outcomes

    def run(self, work: Work[T]) -> T:
        """Runs ``work`` in a group and answers what it answered, once that is durable; raises what it raised."""
        return cast(T, self._answered(DomainCall(work)))

    def _answered(self, call: Call) -> Any:
        if self._database.writing:
            raise RuntimeError("an append inside write() would wait for the unit of work that it is in")
        try:
            if self._enter(call) or not call.told():
                self._lead(call)
        except BaseException:
            self._leave(call)
            raise
        if call.error is not None:
            raise call.error
        return call.result

    def _leave(self, call: Call) -> None:
        """Takes an interrupted caller's call out of the queue, if it still waits; the next one leads in its place."""
        with self._lock:
            if call in self._waiting:
                self._waiting.remove(call)
                self._entries_waiting -= call.count
                if self._leader is call:
                    self._hand_over()

    def _hand_over(self) -> None:
        """Makes the first of those who wait the leader; under the lock."""
        self._leader = self._waiting[0] if self._waiting else None
        if self._leader is not None:
            self._leader.turn.release()

    def _enter(self, call: Call) -> bool:
        """Queues ``call``; answers whether its caller has to lead."""
        with self._lock:
            if self._broken is not None:
                raise _own(self._broken)
            if self._entries_waiting + call.count > MOST_WAITING:
                raise Unavailable(
                    "ledger_busy",
                    f"More than {MOST_WAITING} entries wait to be recorded; this one was not taken.",
                    hint="Repeat the same request in a moment.",
                )
            self._waiting.append(call)
            self._entries_waiting += call.count
            if self._leader is not None:
                self._arrival.notify()
                return False
            self._leader = call
            return True

    def _lead(self, leader: Call) -> None:
        """Commits one group, the leader's own call in it, and hands over to the first of those who came meanwhile."""
        group = self._gathered()
        try:
            self._commit(leader, group)
        except BaseException as error:
            for call in group:
                call.error = _outcome(error)
            if not isinstance(error, Exception):
                raise
        finally:
            self._lead_no_more(leader)
            for call in group:
                call.answered = True
                call.turn.release()

    def _lead_no_more(self, leader: Call) -> None:
        """Hands over, if that was not done yet."""
        with self._lock:
            if self._leader is leader:
                self._hand_over()

    def _gathered(self) -> list[Call]:
        with self._lock:
            if len(self._waiting) < self._callers_before:
                self._arrival.wait_for(lambda: len(self._waiting) >= self._callers_before, GATHERING_SECONDS)
            taken = entries = 0
            for call in self._waiting:
                if taken and entries + call.count > MOST_IN_GROUP:
                    break
                taken, entries = taken + 1, entries + call.count
            group, self._waiting = self._waiting[:taken], self._waiting[taken:]
            self._entries_waiting -= entries
            self._callers_before = taken
            return group

    def _commit(self, leader: Call, group: Sequence[Call]) -> None:
        known: dict[bytes, int] = {}
        old = size = 0

        def committed() -> None:
            """The next group begins; meanwhile this one's checkpoint is remembered outside the database."""
            self._used_keys.add(known, old, size)
            self._lead_no_more(leader)

        try:
            with self._database.write() as session:
                after_commit(session, "hand over", committed)
                appends = self._ledger.begin(session)
                old = appends.size
                known = self._used_keys.find(session, {key for call in group for key in call.keys}, old)
                for call in group:
                    call.perform(session, appends, known)
                size = appends.seal()
        except Broken as error:
            if error.code == "ledger_head_moved":
                # The lock does not hold: whatever is appended from here on could fork the log.
                log.critical("%s: %s", error.code, error.message)
                self._broken = error
            raise
        for call in group:
            call.conclude(size)


def _own(error: Exception) -> Exception:
    """An error that says the same, with a traceback of its own where it is raised."""
    if isinstance(error, RegistryError):
        return type(error)(error.code, error.message, hint=error.hint, pointer=error.pointer)
    return error


def _outcome(error: BaseException) -> Exception:
    """What each of a group that failed is told; each gets an error of its own, as each raises it."""
    if isinstance(error, Exception):
        return _own(error)
    return Unavailable(
        "outcome_unknown",
        "The program was interrupted while it recorded the change, so it is unknown whether it was recorded.",
        hint="Repeat the same request: what was recorded is answered again, not recorded twice.",
    )
