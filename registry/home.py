"""A home's keys and the ledger in its database: made where they are missing, refused where they do not belong together.

``keys/ledger.key`` and ``keys/api-keys.secret`` cannot be made again: back them up with the database.
"""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry import errors
from registry.accounts.models import ApiKey
from registry.clock import Clock
from registry.ids import Randomness
from registry.ledger.key_files import KeyFiles
from registry.ledger.key_history import read as read_history
from registry.ledger.log import Ledger
from registry.ledger.log_signer import CheckpointSigner
from registry.ledger.models import LedgerHead
from registry.settings import Settings
from registry.storage.database import Database
from registry.storage.secret_file import read_or_create
from registry.verify.errors import Malformed
from registry.verify.note import VerifierKey

HOME_MODE = 0o700
"""Originals and keys are nobody else's to see."""
API_KEY_SECRET_FILE = "api-keys.secret"  # noqa: S105 - a file's name
API_KEY_SECRET_BYTES = 32
"""As long as the output of the HMAC's hash (RFC 2104, section 3)."""


def make_home(home: Path) -> None:
    """Makes the folder. Unavailable (``home_unusable``)."""
    try:
        home.mkdir(mode=HOME_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise errors.Unavailable(
            "home_unusable",
            f"The home folder {home} cannot be made: {error.strerror}.",
            hint="Name another one with REGISTRY_HOME or --home.",
        ) from error


def in_use(database: Database) -> tuple[VerifierKey | None, bool]:
    """The key of the ledger in the database, None if there is none; and whether an API key was ever issued."""
    with database.read() as session:
        text = session.scalar(select(LedgerHead.verifier_key))
        key = session.scalar(select(ApiKey.id).limit(1))
    try:
        return None if text is None else VerifierKey.parse(text), key is not None
    except Malformed as error:
        raise errors.Broken(
            "database_damaged",
            "The database is damaged: its ledger's head names no verifier key.",
            hint="Restore the database from its newest good backup.",
        ) from error


def signer_of(
    keys: KeyFiles, database: Database, settings: Settings, clock: Clock, founded_with: VerifierKey | None
) -> CheckpointSigner:
    """Who signs for the ledger that was ``founded_with`` this key, None for a new one; makes or settles its files."""
    own = keys.settle(founded_with, keys.current(settings.ledger_origin, founded_with is not None))
    with database.read() as session:
        return keys.signer(own, read_history(session, own.verifier_key), clock, ml_dsa=settings.ledger_ml_dsa)


def api_key_secret(file: Path, randomness: Randomness, missing_is_broken: bool) -> bytes:
    """What API keys are hashed under, made if it is missing. Broken (``secret_missing``, ``secret_malformed``)."""
    text = read_or_create(
        file, lambda: randomness.take(API_KEY_SECRET_BYTES).hex() + "\n", missing_is_broken=missing_is_broken
    )
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != API_KEY_SECRET_BYTES:
        raise _malformed(file, f"{API_KEY_SECRET_BYTES} bytes in hex")
    return secret


def _malformed(file: Path, what: str) -> errors.Broken:
    return errors.Broken(
        "secret_malformed", f"The file {file} does not hold {what}.", hint="Restore it from your backup."
    )


def check_origin(ledger: Ledger, settings: Settings) -> None:
    """Broken (``ledger_origin_differs``) if the settings name another ledger."""
    if settings.ledger_origin not in (None, ledger.origin):
        raise errors.Broken(
            "ledger_origin_differs",
            f"The setting names the ledger {settings.ledger_origin}, but this home's key is of {ledger.origin}.",
            hint="A ledger keeps its first name for ever: remove REGISTRY_LEDGER_ORIGIN, or use another home.",
        )


def found_ledger(ledger: Ledger, database: Database) -> None:
    """Makes the empty ledger in a new database; Broken (``ledger_key_differs``) if it holds another's."""
    if in_use(database)[0] is None:
        try:
            with database.write() as session:
                # A crash before this commits leaves a database without a ledger, and the next start comes here again.
                ledger.found(session)
        except IntegrityError:
            pass  # another process founded it in this moment; whether with the same key is asked below
    with database.read() as session:
        ledger.found(session)
