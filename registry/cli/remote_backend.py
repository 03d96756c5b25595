"""A server, asked through the client."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

from registry.accounts.caller import Scope
from registry.cli.backend import NamedKey
from registry.client.client import RegistryClient
from registry.client.schemas import ConsistencyProof, KeyView, LedgerEntry, LedgerHead
from registry.client.transport import Upload
from registry.clock import SystemClock
from registry.errors import Refused
from registry.listings.check import MOST_EVIDENCE_PICTURES
from registry.listings.schemas import CheckView
from registry.works import schemas
from registry.works.schemas import AmendmentInput, ClaimInput, Ended, Registered, WorkView

LARGEST_SENT = 200 * 1024 * 1024
"""Bytes: the largest original that this product is made for."""
FILES_AT_ONCE = 4
"""Two are decoded while two are on their way."""


class RemoteBackend:
    """One connection for each thread that asks, all closed together."""

    def __init__(self, server: str, key: str | None) -> None:
        self._server = server
        self._key = key
        self._of_thread = threading.local()
        self._opening = threading.Lock()
        self._opened = ExitStack()

    def close(self) -> None:
        self._opened.close()

    @property
    def _client(self) -> RegistryClient:
        client: RegistryClient | None = getattr(self._of_thread, "client", None)
        if client is None:
            with self._opening:
                client = self._opened.enter_context(RegistryClient(self._server, self._key))
            self._of_thread.client = client
        return client

    def now(self) -> int:
        return SystemClock().milliseconds()

    @property
    def largest_upload(self) -> int:
        """The server has a limit of its own, which it tells; this is what is sensible to read and send."""
        return LARGEST_SENT

    @property
    def parallel(self) -> int:
        return FILES_AT_ONCE

    def register(self, content: bytes, name: str, claim: ClaimInput, owner: str | None) -> Registered:
        if owner is not None:
            raise Refused(
                "owner_is_the_keys",
                "On a server works belong to the account of the key that registers them.",
                hint="Leave --owner out, or use a key of that owner.",
            )
        # One key for each call: whatever breaks on the way, the file is registered once.
        return self._client.register(_upload(content, name), claim, idempotency_key=str(uuid4()))

    def amend(self, work_id: str, amendment: AmendmentInput, content: bytes | None, name: str | None) -> Registered:
        upload = None if content is None else _upload(content, name or "")
        return self._client.amend(work_id, amendment, upload, idempotency_key=str(uuid4()))

    def check(self, content: bytes, name: str) -> CheckView:
        return self._client.check(_upload(content, name))

    def evidence(self, check: CheckView) -> list[bytes]:
        best = check.matches[:MOST_EVIDENCE_PICTURES]
        return [self._client.evidence(check.id, match.index) for match in best]

    def works(self) -> Iterator[WorkView]:
        return self._client.works()

    def work(self, work_id: str) -> WorkView:
        return self._client.work(work_id)

    def receipt(self, work_id: str, index: int | None) -> dict[str, Any]:
        return self._client.receipt(work_id, index).receipt

    def evidence_file(
        self,
        work_id: str,
        index: int | None,
        disclose: str,
        original: bool | None,
        *,
        seal: bool,
        certificate: bool,
    ) -> Iterable[bytes]:
        return self._client.evidence_file(
            work_id, index, disclose=disclose, original=original, seal=seal, certificate=certificate
        )

    def certificate(
        self, work_id: str, index: int | None, disclose: str, original: bool | None, *, language: str
    ) -> bytes:
        return self._client.certificate(work_id, language, index, disclose=disclose, original=original)

    def withdraw(self, work_id: str) -> Ended:
        return self._client.withdraw(work_id)

    def erase(self, work_id: str) -> Ended:
        return self._client.erase(work_id)

    def ledger_head(self) -> LedgerHead:
        return self._client.ledger()

    def ledger_entry(self, index: int) -> LedgerEntry:
        return self._client.entry(index)

    def tlog_proof(self, index: int, size: int | None) -> str:
        return self._client.tlog_proof(index, size)

    def consistency_proof(self, old: int, new: int | None) -> ConsistencyProof:
        return self._client.consistency_proof(old, new)

    def create_key(
        self, name: str, account: str | None, scopes: frozenset[Scope], expires_at: int | None
    ) -> tuple[NamedKey, str]:
        if account is not None:
            raise Refused(
                "account_is_the_keys",
                "On a server a new key belongs to the account of the key that asks for it.",
                hint="Leave --account out, or make the key on the server's own machine.",
            )
        made = self._client.create_key(name, scopes, expires_at)
        return _named(made), made.token

    def list_keys(self, account: str | None) -> list[NamedKey]:
        if account is not None:
            raise Refused(
                "account_is_the_keys",
                "A server lists the keys of the account of the key that asks.",
                hint="Leave --account out, or list the keys on the server's own machine.",
            )
        return [_named(key) for key in self._client.list_keys()]

    def revoke_key(self, key_id: str) -> NamedKey:
        return _named(self._client.revoke_key(key_id))


def _upload(content: bytes, name: str) -> Upload:
    schemas.Upload(content, name)  # a name that the server would refuse may not even be sent: it may be no text
    return Upload(content, name)


def _named(key: KeyView) -> NamedKey:
    return NamedKey(
        id=key.id,
        name=key.name,
        account=None,
        scopes=[scope.value for scope in key.scopes],
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
