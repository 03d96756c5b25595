"""The registry that a command works on: the home on this machine, or a server. Both answer in the same shapes."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from registry.errors import NotFound

if TYPE_CHECKING:
    from registry.accounts.caller import Scope
    from registry.client.schemas import ConsistencyProof, LedgerEntry, LedgerHead
    from registry.installation import Installation
    from registry.listings.schemas import CheckView
    from registry.works.schemas import AmendmentInput, ClaimInput, Ended, Registered, WorkView


@dataclass(frozen=True)
class NamedKey:
    """An API key without its secret. Times are milliseconds since the Unix epoch; ``account`` is a name, if known."""

    id: str
    name: str
    account: str | None
    scopes: list[str]
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    revoked_at: int | None


class Backend(Protocol):
    """What commands ask of a registry. Safe to use from several threads."""

    def now(self) -> int:
        """Milliseconds since the Unix epoch."""
        ...

    @property
    def largest_upload(self) -> int:
        """Bytes that a file may have; the registry refuses a larger one."""
        ...

    @property
    def parallel(self) -> int:
        """How many files to hand over at a time."""
        ...

    def register(self, content: bytes, name: str, claim: "ClaimInput", owner: str | None) -> "Registered":
        """For the account of ``owner``. Where that is None: here the creator's, on a server the key's."""
        ...

    def amend(self, work_id: str, amendment: "AmendmentInput", content: bytes | None, name: str | None) -> "Registered":
        """A new picture (``content`` and its ``name``), or the drafts of ``amendment``, or both."""
        ...

    def check(self, content: bytes, name: str) -> "CheckView": ...

    def evidence(self, check: "CheckView") -> list[bytes]:
        """The PNG pictures that show its matches, best first; the weakest matches have none."""
        ...

    def works(self) -> "Iterator[WorkView]":
        """Oldest first."""
        ...

    def work(self, work_id: str) -> "WorkView": ...

    def receipt(self, work_id: str, index: int | None) -> "dict[str, Any]":
        """Of the version at entry ``index``; the first where that is None."""
        ...

    def evidence_file(
        self,
        work_id: str,
        index: int | None,
        disclose: str,
        original: bool | None,
        *,
        seal: bool,
        certificate: bool,
    ) -> "Iterable[bytes]":
        """The evidence file in pieces; ``disclose`` and ``original`` as of `works.evidence_material.Selection`."""
        ...

    def certificate(
        self, work_id: str, index: int | None, disclose: str, original: bool | None, *, language: str
    ) -> bytes:
        """The certificate of the same, a PDF."""
        ...

    def withdraw(self, work_id: str) -> "Ended": ...

    def erase(self, work_id: str) -> "Ended": ...

    def ledger_head(self) -> "LedgerHead": ...

    def ledger_entry(self, index: int) -> "LedgerEntry": ...

    def tlog_proof(self, index: int, size: int | None) -> str: ...

    def consistency_proof(self, old: int, new: int | None) -> "ConsistencyProof": ...

    def create_key(
        self, name: str, account: str | None, scopes: "frozenset[Scope]", expires_at: int | None
    ) -> tuple[NamedKey, str]:
        """The key and its token."""
        ...

    def list_keys(self, account: str | None) -> list[NamedKey]: ...

    def revoke_key(self, key_id: str) -> NamedKey: ...


def connect(
    home: Path | None, server: str | None, key: str | None, *, make: bool = False
) -> AbstractContextManager[Backend]:
    """The registry at ``server``, or in ``home``; ``make`` makes a home where there is none."""
    return _connect_to_server(server, key) if server else _connect_to_home(home, make)


@contextmanager
def open_home(home: Path | None, *, must_exist: bool = False) -> Iterator["Installation"]:
    """The home on this machine. NotFound (``no_registry_here``) if it ``must_exist`` and nothing is there:
    a mistyped folder must not be taken for an empty registry in good order."""
    from registry.installation import Installation
    from registry.settings import DATABASE_FILE, Settings

    settings = Settings.load(home=home)
    if must_exist and settings.database_url is None and not (settings.home / DATABASE_FILE).exists():
        raise NotFound(
            "no_registry_here",
            f"There is no registry in {settings.home}.",
            hint="Name its folder with --home, or begin one with: registry register PICTURE --creator NAME",
        )
    with Installation.open(settings) as installation:
        yield installation


@contextmanager
def _connect_to_home(home: Path | None, make: bool) -> Iterator[Backend]:
    from registry.cli.local_backend import LocalBackend

    with open_home(home, must_exist=not make) as installation:
        yield LocalBackend(installation)


@contextmanager
def _connect_to_server(server: str, key: str | None) -> Iterator[Backend]:
    from registry.cli.remote_backend import RemoteBackend

    backend = RemoteBackend(server, key)
    try:
        yield backend
    finally:
        backend.close()
