"""This installation's own witness: its keys and its memory in the home."""

from collections.abc import Iterable
from functools import partial

from registry import errors
from registry.clock import Clock
from registry.ids import Randomness
from registry.ledger.cosigner import Cosigner
from registry.ledger.private_key import COSIGNATURE_CHECKS, SEED_BYTES, key_from_seed, private_key_text
from registry.settings import Settings
from registry.storage.durable_file import make_folders
from registry.storage.secret_file import OWNER_ONLY_FOLDER, read_or_create
from registry.verify.cosignature import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, CosignerKey
from registry.verify.errors import Malformed
from registry.verify.note import VerifierKey, key_id
from registry.witness.memory import WitnessMemory
from registry.witness.witness import Witness

LOCAL_NAME = "firstmark.local/witness"
"""Name of a witness whose owner named none, with its key's id behind it; nobody can own .local (RFC 6762)."""
WITNESS_FOLDER = "witness"
KEY_FILES = {ED25519_COSIGNATURE: "witness.key", ML_DSA_44_COSIGNATURE: "witness-ml-dsa-44.key"}


def open_witness(
    settings: Settings, logs: Iterable[VerifierKey], clock: Clock, randomness: Randomness
) -> tuple[Witness, list[CosignerKey]]:
    """The witness of ``logs``, made if the home has none yet, and the keys that it is known by.

    Broken (``secret_missing``, ``secret_malformed``): a witness without its key, or a key of another name.
    """
    folder = settings.home / WITNESS_FOLDER
    cosigners = keys_of(settings, randomness)
    return Witness(cosigners, logs, WitnessMemory(folder), clock), [cosigner.key for cosigner in cosigners]


def keys_of(settings: Settings, randomness: Randomness) -> list[Cosigner]:
    """An Ed25519 key, and an ML-DSA-44 key where this machine can use one; both under one name."""
    make_folders(settings.home, OWNER_ONLY_FOLDER)
    in_use = (settings.home / WITNESS_FOLDER).exists()
    found: list[Cosigner] = []
    for signature_type in COSIGNATURE_CHECKS:
        file = settings.home / "keys" / KEY_FILES[signature_type]
        name = found[0].key.name if found else settings.witness_name
        # The second key may come later, with a newer OpenSSL; the first is what every cosignature so far is of.
        text = read_or_create(
            file, partial(_made, name, signature_type, randomness), missing_is_broken=in_use and not found
        )
        try:
            found.append(Cosigner.from_private_key_text(text.removesuffix("\n")))
        except Malformed as error:
            raise errors.Broken(
                "secret_malformed", f"The file {file} does not hold a witness's key.", hint="Restore it from a backup."
            ) from error
    return found


def _made(name: str | None, signature_type: int, randomness: Randomness) -> str:
    seed = randomness.take(SEED_BYTES)
    if name is None:
        # A name of its own for each home, so that two of them are never taken for one witness.
        public_key = key_from_seed(signature_type, seed).public_key
        name = f"{LOCAL_NAME}/{key_id(LOCAL_NAME, signature_type, public_key).hex()}"
    return private_key_text(name, signature_type, seed) + "\n"
