"""The ledger's keys in the home: the current one, the next one while it takes over, and a post-quantum one."""

import os
from pathlib import Path

from registry import errors
from registry.clock import Clock
from registry.ids import Randomness
from registry.ledger.cosigner import Cosigner
from registry.ledger.key_history import KeyHistory
from registry.ledger.log_signer import LogSigner
from registry.ledger.note_signer import NoteSigner
from registry.ledger.private_key import COSIGNATURE_CHECKS, SEED_BYTES, private_key_text
from registry.storage.durability import sync
from registry.storage.secret_file import read_or_create
from registry.verify.cosignature import ML_DSA_44_COSIGNATURE
from registry.verify.errors import Malformed
from registry.verify.note import VerifierKey

CURRENT = "ledger.key"
NEXT = "ledger-next.key"
ML_DSA_44 = "ledger-ml-dsa-44.key"
LOCAL_ORIGIN = "firstmark.local/log"
"""Name of a ledger whose owner named none, with its key's id behind it; nobody can own .local (RFC 6762)."""


class KeyFiles:
    """The folder ``keys`` of a home. Broken (``secret_missing``, ``secret_malformed``, ``secret_exposed``)."""

    def __init__(self, folder: Path, randomness: Randomness) -> None:
        self._folder = folder
        self._randomness = randomness

    def current(self, origin: str | None, founded: bool) -> NoteSigner:
        """The key in ``ledger.key``, made under the name ``origin`` if the ledger is not ``founded`` yet."""

        def make() -> str:
            seed = self._randomness.take(SEED_BYTES)
            # A name of its own for each home, so that two of them are never taken for one ledger.
            name = origin or f"{LOCAL_ORIGIN}/{NoteSigner(LOCAL_ORIGIN, seed).verifier_key.key_id.hex()}"
            return NoteSigner(name, seed).private_key_text() + "\n"

        return self._signer(CURRENT, read_or_create(self._folder / CURRENT, make, missing_is_broken=founded))

    def next(self, origin: str, *, make: bool) -> NoteSigner:
        """The key in ``ledger-next.key``, made if ``make`` says so and there is none; Broken if it does not."""
        text = read_or_create(
            self._folder / NEXT,
            lambda: NoteSigner.generate(origin, self._randomness).private_key_text() + "\n",
            missing_is_broken=not make,
        )
        return self._signer(NEXT, text)

    def signer(self, own: NoteSigner, history: KeyHistory, clock: Clock, *, ml_dsa: bool) -> LogSigner:
        """Everything that signs now."""
        successor = history.successor
        others = [] if successor is None else [self.next(own.verifier_key.name, make=False)]
        if others and others[0].verifier_key != successor:
            raise _malformed(self._folder / NEXT, "the key that is taking over from the ledger's own")
        return LogSigner(own, others, [self._ml_dsa(own.verifier_key.name)] if ml_dsa else [], clock)

    def settle(self, founded_with: VerifierKey | None, own: NoteSigner) -> NoteSigner:
        """Ends a change of keys that is recorded already: the next key becomes the current one, in its file too.

        A crash anywhere in here is made good by the next call. The old key's file is gone then: it has
        signed its last checkpoint.
        """
        after = self._folder / NEXT
        if founded_with in (None, own.verifier_key) or not after.exists():
            return own
        successor = self.next(own.verifier_key.name, make=False)
        if successor.verifier_key != founded_with:
            return own
        os.replace(after, self._folder / CURRENT)
        sync(self._folder)
        return successor

    def _ml_dsa(self, origin: str) -> Cosigner:
        if ML_DSA_44_COSIGNATURE not in COSIGNATURE_CHECKS:
            raise errors.Unavailable(
                "ml_dsa_unavailable",
                "This machine's cryptography cannot make ML-DSA-44 signatures; nothing was recorded.",
                hint="Install the versions that the locks name, or unset REGISTRY_LEDGER_ML_DSA.",
            )
        file = self._folder / ML_DSA_44
        # Whoever lost this key may begin another: no earlier checkpoint hangs on it alone.
        text = read_or_create(
            file,
            lambda: private_key_text(origin, ML_DSA_44_COSIGNATURE, self._randomness.take(SEED_BYTES)) + "\n",
            missing_is_broken=False,
        )
        try:
            return Cosigner.from_private_key_text(text.removesuffix("\n"))
        except Malformed as error:
            raise _malformed(file, "an ML-DSA-44 key") from error

    def _signer(self, name: str, text: str) -> NoteSigner:
        try:
            return NoteSigner.from_private_key_text(text.removesuffix("\n"))
        except Malformed as error:
            raise _malformed(self._folder / name, "a signer key") from error


def _malformed(file: Path, what: str) -> errors.Broken:
    return errors.Broken(
        "secret_malformed", f"The file {file} does not hold {what}.", hint="Restore it from your backup."
    )
