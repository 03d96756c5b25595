"""All the keys that sign a checkpoint: the ledger's own, its successor while one takes over, a post-quantum one."""

from collections.abc import Sequence
from typing import Protocol

from registry.clock import Clock
from registry.ledger.cosigner import Cosigner
from registry.ledger.note_signer import NoteSigner
from registry.verify.errors import Malformed
from registry.verify.note import Note, VerifierKey, parse_note


class CheckpointSigner(Protocol):
    """What a ledger signs its checkpoints with."""

    @property
    def verifier_key(self) -> VerifierKey:
        """The ledger's own key."""

    def sign(self, text: str) -> str:
        """The checkpoint with ``text`` as a signed note."""


class LogSigner:
    """Signs with ``own`` first, then with ``others``, then with ``cosigners`` at the clock's time."""

    def __init__(
        self, own: NoteSigner, others: Sequence[NoteSigner], cosigners: Sequence[Cosigner], clock: Clock
    ) -> None:
        """Malformed if the keys are not all of one name."""
        names = {one.verifier_key.name for one in others} | {one.key.name for one in cosigners}
        if names - {own.verifier_key.name}:
            raise Malformed("The keys of one ledger are all of its name.")
        self._signers = (own, *others)
        self._cosigners = tuple(cosigners)
        self._clock = clock
        self.verifier_key = own.verifier_key

    def sign(self, text: str) -> str:
        seconds = self._clock.milliseconds() // 1000 if self._cosigners else 0
        lines = [signer.line(text) for signer in self._signers]
        lines += [cosigner.cosign(text, seconds) for cosigner in self._cosigners]
        signed = str(Note(text, tuple(lines)))
        parse_note(signed)
        return signed
