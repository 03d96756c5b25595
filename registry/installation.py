"""Everything that a verb needs, opened from one home: the only place where the parts are put together.

A home holds ``registry.sqlite`` (unless the settings name a server), ``objects/``, ``keys/ledger.key``
and ``keys/api-keys.secret``. The two keys cannot be made again: back them up with the database.
``keys/certificate-signer.pem`` signs certificates for people to read, made with the first of them.
``shown/`` says what strangers have seen of the ledger: never put an older copy of it back. ``index/`` is derived
from the database: it may be deleted at any time.

    with Installation.open(Settings.load()) as installation:
        ...
"""

import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from registry.clock import Clock, SystemClock
from registry.home import API_KEY_SECRET_FILE, api_key_secret, check_origin, found_ledger, in_use, make_home, signer_of
from registry.ids import Randomness, SystemRandomness
from registry.ledger.key_files import KeyFiles
from registry.ledger.key_rotation import begin, finish
from registry.ledger.log import Ledger
from registry.ledger.log_signer import CheckpointSigner, LogSigner
from registry.ledger.sequencer import Sequencer
from registry.publication.memory import HomeMemory, check_memory
from registry.publication.policy_file import witnesses_of
from registry.publication.shown import Publication
from registry.settings import Settings
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.note import VerifierKey

if TYPE_CHECKING:
    from registry.anchoring.ethereum.service import Anchoring
    from registry.anchoring.opentimestamps.service import CalendarStamping
    from registry.anchoring.stamping import Stamping
    from registry.evidence.certificate.signing_identity import SigningIdentity
    from registry.imaging.reader import PictureReader
    from registry.openid_connect.provider import Provider
    from registry.similarity.decision import Calibration
    from registry.similarity.finder import Finder

KEYS_FOLDER = "keys"
SHOWN_FOLDER = "shown"
INDEX_FOLDER = "index"
NEWEST_SHOWN_FILE = "newest-checkpoint"
COSIGNED_FILE = "cosigned-checkpoint"


class Installation:
    """One opened home, safe to use from many threads. ``pictures``, ``finder``, ``stamping``, ``calendars``,
    ``anchoring`` and ``signing_identity`` are made when first asked for.

    ``key_secret`` is what API keys are hashed under. Close it to end the processes that read
    pictures and to let go of the database.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        randomness: Randomness,
        database: Database,
        objects: ObjectStore,
        ledger: Ledger,
        publication: Publication,
        key_secret: bytes,
        pictures: "PictureReader | None" = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.randomness = randomness
        self.database = database
        self.objects = objects
        self.ledger = ledger
        self.publication = publication
        self.sequencer = Sequencer(database, ledger)
        self.key_secret = key_secret
        self._pictures = pictures
        self._finder: Finder | None = None
        self._stamping: Stamping | None = None
        self._calendars: CalendarStamping | None = None
        self._anchoring: Anchoring | None = None
        self._signing_identity: SigningIdentity | None = None
        self._identity_provider: Provider | None = None
        self._making = threading.Lock()
        self._to_close = ExitStack()
        self._to_close.callback(database.close)

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        signer: CheckpointSigner | None = None,
        pictures: "PictureReader | None" = None,
    ) -> Self:
        """Opens a home; makes what is missing of it and brings the database's schema up to date.

        A ``signer`` given is used instead of the home's key file; ``pictures`` given are used and not closed.
        Several processes may open one home at once, also a new one: they agree on its keys. A crash leaves
        a home that the next start completes. Broken if keys and database do not belong together
        (``secret_missing``, ``ledger_key_differs``, ``ledger_origin_differs``).
        """
        clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
        make_home(settings.home)
        with ExitStack() as undo:
            database = Database.open(settings.database_address)
            undo.callback(database.close)
            database.migrate()
            objects = ObjectStore.open(settings.objects_address)
            # Asked before looking for the keys: what was recorded before that moment was made with keys
            # that lay in the home by then, so a key missing now was lost.
            founded_with, keys_issued = in_use(database)
            keys = settings.home / KEYS_FOLDER
            if signer is None:
                signer = signer_of(KeyFiles(keys, randomness), database, settings, clock, founded_with)
            secret = api_key_secret(keys / API_KEY_SECRET_FILE, randomness, keys_issued)
            memory = HomeMemory(settings.home / SHOWN_FOLDER / NEWEST_SHOWN_FILE)
            ledger = Ledger(signer, clock, randomness, memory)
            check_origin(ledger, settings)
            found_ledger(ledger, database)
            check_memory(ledger, database, memory)
            undo.pop_all()
            return cls(
                settings,
                clock=clock,
                randomness=randomness,
                database=database,
                objects=objects,
                ledger=ledger,
                publication=Publication(
                    database,
                    ledger,
                    memory,
                    witnesses=witnesses_of(settings, clock),
                    cosigned=settings.home / SHOWN_FOLDER / COSIGNED_FILE,
                    required=settings.witness_required,
                ),
                key_secret=secret,
                pictures=pictures,
            )

    def begin_key_change(self) -> VerifierKey:
        """Has a new key sign beside the ledger's own from now on, and says so in the ledger; answers the new key.

        Processes that were opened before sign with the old key alone until they are opened again. Conflict
        (``key_change_under_way``).
        """
        keys = KeyFiles(self.settings.home / KEYS_FOLDER, self.randomness)
        own = keys.current(self.settings.ledger_origin, True)
        with self.database.read() as session:
            under_way = self.ledger.keys(session).successor is not None
        # A crash after this leaves a key that signs nothing; the next attempt takes it.
        new = keys.next(self.ledger.origin, make=not under_way)
        both = LogSigner(own, [new], [], self.clock)
        with self.database.write() as session:
            begin(session, self.ledger.signed_by(both), new.verifier_key)
        return new.verifier_key

    def finish_key_change(self) -> VerifierKey:
        """Ends the old key's time; answers the key that is the ledger's own from now on. Conflict (``no_key_change``).

        This installation has to be opened again before it appends. A crash after the commit leaves the key files
        to the next opening.
        """
        with self.database.write() as session:
            _, new = finish(session, self.ledger)
        keys = KeyFiles(self.settings.home / KEYS_FOLDER, self.randomness)
        keys.settle(new, keys.current(self.settings.ledger_origin, True))
        return new

    @property
    def pictures(self) -> "PictureReader":
        """Reads picture files in processes of its own."""
        with self._making:
            if self._pictures is None:
                from registry.imaging.reader import PictureReader

                self._pictures = PictureReader(self.settings.picture_workers)
                self._to_close.callback(self._pictures.close)
            return self._pictures

    @property
    def stamping(self) -> "Stamping":
        """Has checkpoints stamped by the witnesses of time that the settings name. Refused if they make no sense."""
        with self._making:
            if self._stamping is None:
                from registry.anchoring.authorities_file import authorities_of
                from registry.anchoring.stamping import Stamping

                self._stamping = Stamping(self.database, self.ledger, authorities_of(self.settings))
            return self._stamping

    @property
    def calendars(self) -> "CalendarStamping":
        """Has checkpoints put into blocks of Bitcoin by the calendars that the settings name. Refused if they make no
        sense."""
        with self._making:
            if self._calendars is None:
                from registry.anchoring.opentimestamps.calendars_setting import calendars_of, explorer_of
                from registry.anchoring.opentimestamps.service import CalendarStamping

                calendars, explorer = calendars_of(self.settings), explorer_of(self.settings)
                self._calendars = CalendarStamping(
                    self.database,
                    self.ledger,
                    calendars,
                    explorer,
                    clock=self.clock,
                    randomness=self.randomness,
                )
            return self._calendars

    @property
    def anchoring(self) -> "Anchoring":
        """Anchors checkpoints in the networks that the settings name. Refused or Broken if they make no sense."""
        with self._making:
            if self._anchoring is None:
                from registry.anchoring.ethereum.networks_file import networks_of
                from registry.anchoring.ethereum.parts import Parts
                from registry.anchoring.ethereum.service import Anchoring

                parts = Parts(self.database, self.ledger, self.sequencer, self.clock)
                self._anchoring = Anchoring(parts, networks_of(self.settings))
                self._to_close.callback(self._anchoring.close)
            return self._anchoring

    @property
    def signing_identity(self) -> "SigningIdentity":
        """Who signs certificates: the operator's of the settings, as its file is now, or the one in the home.

        Refused or Broken.
        """
        from registry.evidence.certificate.signing_identity import given_identity, own_identity

        if self.settings.certificate_signer is not None:
            return given_identity(self.settings.certificate_signer, self.clock)
        with self._making:
            if self._signing_identity is None:
                keys = self.settings.home / KEYS_FOLDER
                self._signing_identity = own_identity(keys, self.ledger.origin, self.clock, self.randomness)
            return self._signing_identity

    @property
    def identity_provider(self) -> "Provider | None":
        """Whom people may sign in with, if the settings name one. Refused or Broken if they make no sense."""
        with self._making:
            if self._identity_provider is None and self.settings.oidc_issuer is not None:
                from registry.openid_connect.configuration import Configuration
                from registry.openid_connect.provider import Provider

                configuration = Configuration.of(self.settings)
                self._identity_provider = None if configuration is None else Provider(configuration, self.clock)
            return self._identity_provider

    @property
    def index_folder(self) -> Path:
        """Where the search keeps what it derived from the database."""
        return self.settings.home / INDEX_FOLDER

    @property
    def finder(self) -> "Finder":
        """Finds registered works in pictures."""
        with self._making:
            if self._finder is None:
                from registry.similarity.finder import Finder

                self._finder = Finder(
                    self.database,
                    self._calibration(),
                    index=self.index_folder,
                    unit=self.settings.index_unit,
                    without=self.settings.search_switched_off,
                )
                self._to_close.callback(self._finder.close)
            return self._finder

    def _calibration(self) -> "Calibration | None":
        from registry.similarity.decision import calibration_from_json

        file = self.settings.calibration_file
        return calibration_from_json(file.read_bytes()) if file.exists() else None

    def close(self) -> None:
        """Ends the picture processes that it started and closes the database; may be called twice."""
        self._to_close.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
