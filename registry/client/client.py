"""The client: one method for each operation of the API.

with RegistryClient("https://registry.example", key) as registry:
    print(registry.ledger().size)
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx2

from registry.accounts.caller import Scope
from registry.client.schemas import (
    AnchorList,
    AnchorView,
    ConsistencyProof,
    InclusionProof,
    KeyList,
    KeyRequest,
    KeyView,
    LedgerEntry,
    LedgerHead,
    NewKey,
    Ready,
)
from registry.client.transport import Sleep, Transport, Upload
from registry.listings.schemas import CheckView
from registry.works.schemas import AmendmentInput, ClaimInput, Ended, Registered, WorkPage, WorkView


class RegistryClient:
    """Speaks to one server with one key; answers with shapes, raises the errors that the server met.

    ``server`` is its address, also with a path in front of the API's. Without a ``key`` only what is
    public can be asked for. Not for several threads at once. ``connection`` and ``sleep`` are for tests.
    """

    def __init__(
        self,
        server: str,
        key: str | None = None,
        *,
        connection: httpx2.BaseTransport | None = None,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._transport = Transport(server, key, connection=connection, sleep=sleep)

    def close(self) -> None:
        """Ends the connection."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ledger(self) -> LedgerHead:
        """Where the ledger stands, as the server says: check it against a key that you know."""
        return self._transport.shape(LedgerHead, "GET", "/v1/ledger")

    def entry(self, index: int) -> LedgerEntry:
        """One public entry. NotFound: ``no_such_entry``."""
        return self._transport.shape(LedgerEntry, "GET", f"/v1/ledger/entries/{index}")

    def inclusion_proof(self, index: int, size: int | None = None) -> InclusionProof:
        """That an entry lies in the tree of ``size`` entries, the newest if None."""
        return self._transport.shape(InclusionProof, "GET", f"/v1/ledger/proofs/{index}", query={"size": size})

    def tlog_proof(self, index: int, size: int | None = None) -> str:
        """The same as a C2SP tlog-proof file."""
        return self._transport.ask("GET", f"/v1/ledger/proofs/{index}.tlog-proof", query={"size": size}).text

    def consistency_proof(self, old: int, new: int | None = None) -> ConsistencyProof:
        """That the tree of ``new`` entries, the newest if None, begins with all ``old`` ones."""
        return self._transport.shape(ConsistencyProof, "GET", "/v1/ledger/consistency", query={"from": old, "to": new})

    def checkpoint(self) -> str:
        """The newest checkpoint, a signed note."""
        return self._transport.ask("GET", "/log/checkpoint").text

    def register(
        self, file: Upload | Path | bytes, claim: ClaimInput, idempotency_key: str | None = None
    ) -> Registered:
        """Registers a picture. With an ``idempotency_key`` the request survives a broken connection."""
        return self._transport.shape(
            Registered,
            "POST",
            "/v1/works",
            headers={"Idempotency-Key": idempotency_key} if idempotency_key else None,
            file=Upload.of(file),
            fields={"claim": claim.model_dump_json(exclude_none=True)},
        )

    def amend(
        self,
        work_id: str,
        amendment: AmendmentInput,
        file: Upload | Path | bytes | None = None,
        idempotency_key: str | None = None,
    ) -> Registered:
        """Adds a picture or drafts to a work. NotFound: ``no_such_work``; Conflict: ``work_ended`` and others."""
        return self._transport.shape(
            Registered,
            "POST",
            f"/v1/works/{quote(work_id, safe='')}/versions",
            headers={"Idempotency-Key": idempotency_key} if idempotency_key else None,
            file=None if file is None else Upload.of(file),
            fields={"claim": amendment.model_dump_json(exclude_none=True)},
        )

    def works(self) -> Iterator[WorkView]:
        """The caller's works, oldest first, page by page."""
        cursor: str | None = None
        while True:
            page = self._transport.shape(WorkPage, "GET", "/v1/works", query={"cursor": cursor})
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def work(self, work_id: str) -> WorkView:
        """One work. NotFound: ``no_such_work``."""
        return self._transport.shape(WorkView, "GET", f"/v1/works/{quote(work_id, safe='')}")

    def receipt(self, work_id: str, index: int | None = None) -> Registered:
        """The first registration's answer once more, or that of the amendment at entry ``index``."""
        path = f"/v1/works/{quote(work_id, safe='')}/receipt"
        return self._transport.shape(Registered, "GET", path, query={"index": index})

    def evidence_file(
        self,
        work_id: str,
        index: int | None = None,
        *,
        disclose: str = "all",
        original: bool | None = None,
        seal: bool = False,
        certificate: bool = False,
    ) -> Iterator[bytes]:
        """The evidence file of a work, or of its version at entry ``index``, in pieces.

        ``disclose`` is ``all``, ``none`` or names of fields with commas between them; ``seal`` has it stamped
        by every timestamp authority; ``certificate`` puts the certificates in. Refused: ``no_such_field``.
        """
        return self._transport.pieces(
            f"/v1/works/{quote(work_id, safe='')}/evidence",
            {
                "index": index,
                "disclose": disclose,
                "original": None if original is None else str(original).lower(),
                "seal": "true" if seal else None,
                "certificate": "true" if certificate else None,
            },
        )

    def certificate(
        self,
        work_id: str,
        language: str = "en",
        index: int | None = None,
        *,
        disclose: str = "all",
        original: bool | None = None,
    ) -> bytes:
        """The certificate of the same as a signed PDF, in ``en`` or ``zh``. Refused: ``no_such_field``."""
        pieces = self._transport.pieces(
            f"/v1/works/{quote(work_id, safe='')}/certificate.pdf",
            {
                "language": language,
                "index": index,
                "disclose": disclose,
                "original": None if original is None else str(original).lower(),
            },
        )
        return b"".join(pieces)

    def withdraw(self, work_id: str) -> Ended:
        """Takes a work out of the search."""
        return self._transport.shape(Ended, "POST", f"/v1/works/{quote(work_id, safe='')}/withdraw")

    def erase(self, work_id: str) -> Ended:
        """Destroys what is private of a work."""
        return self._transport.shape(Ended, "POST", f"/v1/works/{quote(work_id, safe='')}/erase")

    def check(self, file: Upload | Path | bytes) -> CheckView:
        """Checks a listing picture."""
        return self._transport.shape(CheckView, "POST", "/v1/checks", file=Upload.of(file))

    def evidence(self, check_id: str, index: int) -> bytes:
        """The PNG that shows a match of a check."""
        return self._transport.ask("GET", f"/v1/checks/{quote(check_id, safe='')}/evidence/{index}.png").content

    def anchors(self, limit: int | None = None, below: int | None = None) -> list[AnchorView]:
        """Where the ledger's root stands in chains, those of the most entries first."""
        asked = {"limit": limit, "below": below}
        return self._transport.shape(AnchorList, "GET", "/v1/ledger/anchors", query=asked).items

    def create_key(self, name: str, scopes: Iterable[Scope], expires_at: int | None = None) -> NewKey:
        """A new API key of the caller's account; its ``token`` is shown this once."""
        wanted = KeyRequest(name=name, scopes=sorted(scopes), expires_at=expires_at)
        return self._transport.shape(NewKey, "POST", "/v1/keys", json=wanted.model_dump(mode="json"))

    def list_keys(self) -> list[KeyView]:
        """The keys of the caller's account, oldest first."""
        return self._transport.shape(KeyList, "GET", "/v1/keys").items

    def revoke_key(self, key_id: str) -> KeyView:
        """Ends a key for ever. NotFound: ``key_not_found``."""
        return self._transport.shape(KeyView, "DELETE", f"/v1/keys/{quote(key_id, safe='')}")

    def ready(self) -> Ready:
        """Whether the service can do its work; Unavailable says what is missing."""
        return self._transport.shape(Ready, "GET", "/readyz")
