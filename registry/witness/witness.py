"""The decision of a witness: which checkpoints it cosigns, and how it answers (https://c2sp.org/tlog-witness)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from registry.clock import Clock
from registry.ledger.cosigner import Cosigner
from registry.ledger.entry import time_after
from registry.ledger.private_key import COSIGNATURE_CHECKS, check_ed25519
from registry.verify.checkpoint import Checkpoint
from registry.verify.cosignature import cosigners
from registry.verify.errors import VerificationError
from registry.verify.note import Note, NoteSignature, VerifierKey, parse_note
from registry.verify.tree import EMPTY_ROOT, verify_consistency
from registry.witness.add_checkpoint import SIZE_MEDIA_TYPE, AddCheckpoint
from registry.witness.memory import LogMemory, WitnessMemory

PLAIN_TEXT = "text/plain; charset=utf-8"
_ORIGIN_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class WitnessAnswer:
    """An HTTP answer."""

    status: HTTPStatus
    body: str
    media_type: str = PLAIN_TEXT


class Witness:
    """One witness with its keys, the logs it knows, and its memory. Safe to use from many threads and processes."""

    def __init__(
        self, cosigners: Sequence[Cosigner], logs: Iterable[VerifierKey], memory: WitnessMemory, clock: Clock
    ) -> None:
        self._cosigners = tuple(cosigners)
        self._logs: dict[str, list[VerifierKey]] = {}
        for key in logs:
            self._logs.setdefault(key.name, []).append(key)  # several while a log changes its key
        self._memory = memory
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """The answer to ``POST add-checkpoint``; what is cosigned is in the memory before this returns.

        Refused (``clock_went_back``), Unavailable (``witness_memory_unusable``), Broken: nothing was cosigned.
        """
        try:
            request = AddCheckpoint.parse(body)
            note = parse_note(request.note)
            checkpoint = Checkpoint.parse(note.text, extensions=True)
        except VerificationError as error:
            return _refused(HTTPStatus.BAD_REQUEST, str(error))
        keys = self._logs.get(checkpoint.origin)
        if keys is None:
            return _refused(HTTPStatus.NOT_FOUND, "This witness does not know that log.")
        try:
            signed_by = note.verified_by(keys, check_ed25519)
        except VerificationError as error:
            return _refused(HTTPStatus.FORBIDDEN, str(error))
        if request.old_size > checkpoint.size:
            return _refused(HTTPStatus.BAD_REQUEST, "The old size is larger than the checkpoint's.")
        # Looking and keeping are one step: of two requests at once the second sees what the first has kept.
        with self._memory.held(checkpoint.origin) as memory:
            return self._decide(request, note, checkpoint, memory, signed_by)

    def newest(self, origin_hash: str) -> str | None:
        """The newest cosigned checkpoint of the log with this origin hash, for monitors; None if there is none."""
        return self._memory.newest(origin_hash) if _ORIGIN_HASH.fullmatch(origin_hash) else None

    def _decide(
        self,
        request: AddCheckpoint,
        note: Note,
        checkpoint: Checkpoint,
        memory: LogMemory,
        signed_by: Sequence[VerifierKey],
    ) -> WitnessAnswer:
        before = memory.newest()
        size, root = (0, EMPTY_ROOT) if before is None else (before[0].size, before[0].root)
        if request.old_size != size:
            return WitnessAnswer(HTTPStatus.CONFLICT, f"{size}\n", SIZE_MEDIA_TYPE)
        try:
            verify_consistency(size, root, checkpoint.size, checkpoint.root, request.proof)
            if checkpoint.size == 0:
                verify_consistency(0, checkpoint.root, 0, EMPTY_ROOT, ())
        except VerificationError as error:
            return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        time = self._time(before)
        lines = [cosigner.cosign(note.text, time) for cosigner in self._cosigners]
        memory.keep(str(Note(note.text, (*_lines_of(note, signed_by), *lines))))
        return WitnessAnswer(HTTPStatus.OK, "".join(line.to_line() for line in lines))

    def _time(self, before: tuple[Checkpoint, str] | None) -> int:
        """Now, in seconds, and never before the cosignature before. Refused (``clock_went_back``)."""
        newest = 0
        if before is not None:
            mine = [cosigner.key for cosigner in self._cosigners]
            newest = max(cosigners(parse_note(before[1]), mine, COSIGNATURE_CHECKS).values(), default=0)
        return time_after(newest * 1000, self._clock.milliseconds()) // 1000


def _lines_of(note: Note, keys: Sequence[VerifierKey]) -> list[NoteSignature]:
    """The log's signatures that were verified, and no others."""
    known = {(key.name, key.key_id) for key in keys}
    return [line for line in note.signatures if (line.name, line.key_id) in known]


def _refused(status: HTTPStatus, why: str) -> WitnessAnswer:
    return WitnessAnswer(status, f"{why}\n")
