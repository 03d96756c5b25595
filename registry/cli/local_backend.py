"""The home on this machine, asked directly.

Verbs on pictures are imported when they are called: what only asks the ledger starts without numpy and Pillow.
"""

import json
import threading
from collections.abc import Iterable, Iterator
from typing import Any

from registry.accounts import keys
from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Caller, Scope
from registry.accounts.models import Account, ApiKey
from registry.cli.backend import NamedKey
from registry.client.schemas import ConsistencyProof, LedgerEntry, LedgerHead
from registry.errors import Refused
from registry.installation import Installation
from registry.listings.schemas import CheckView
from registry.verify.tree import leaf_hash
from registry.works.schemas import AmendmentInput, ClaimInput, Ended, Registered, Upload, WorkView


class LocalBackend:
    """Whoever can open the home's files may do everything in it."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._callers: dict[str, Caller] = {}
        self._making_callers = threading.Lock()

    def now(self) -> int:
        return self._installation.clock.milliseconds()

    @property
    def largest_upload(self) -> int:
        return self._installation.settings.max_upload_bytes

    @property
    def parallel(self) -> int:
        return self._installation.settings.picture_workers

    def register(self, content: bytes, name: str, claim: ClaimInput, owner: str | None) -> Registered:
        from registry.works.register import register

        upload = self._upload(content, name)
        return register(self._installation, self._caller(owner or claim.creator), upload, claim)

    def amend(self, work_id: str, amendment: AmendmentInput, content: bytes | None, name: str | None) -> Registered:
        from registry.works.amend import amend

        upload = None if content is None else self._upload(content, name or "")
        return amend(self._installation, work_id, amendment, upload)

    def check(self, content: bytes, name: str) -> CheckView:
        from registry.listings.check import check

        return check(self._installation, None, self._upload(content, name))

    def evidence(self, check: CheckView) -> list[bytes]:
        from registry.listings.check import MOST_EVIDENCE_PICTURES, get_evidence

        best = check.matches[:MOST_EVIDENCE_PICTURES]
        return [get_evidence(self._installation, check.id, match.index) for match in best]

    def works(self) -> Iterator[WorkView]:
        from registry.works import read

        following: int | None = 0
        while following is not None:
            page = read.list_works(self._installation, from_index=following)
            yield from page.items
            following = page.next_index

    def work(self, work_id: str) -> WorkView:
        from registry.works import read

        return read.get_work(self._installation, work_id)

    def receipt(self, work_id: str, index: int | None) -> dict[str, Any]:
        from registry.works import read

        return read.get_receipt(self._installation, work_id, index=index).receipt

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
        from registry.works.evidence import get_evidence
        from registry.works.evidence_material import Selection

        selection = Selection.parse(disclose, original)
        evidence = get_evidence(
            self._installation, work_id, index=index, selection=selection, sealed=seal, certified=certificate
        )
        return evidence.chunks()

    def certificate(
        self, work_id: str, index: int | None, disclose: str, original: bool | None, *, language: str
    ) -> bytes:
        from registry.works.certificate import get_certificate
        from registry.works.evidence_material import Selection

        selection = Selection.parse(disclose, original)
        return get_certificate(self._installation, work_id, language, index=index, selection=selection)

    def withdraw(self, work_id: str) -> Ended:
        from registry.works import end

        return end.withdraw(self._installation, work_id)

    def erase(self, work_id: str) -> Ended:
        from registry.works import end

        return end.erase(self._installation, work_id)

    def ledger_head(self) -> LedgerHead:
        ledger = self._installation.ledger
        with self._installation.database.read() as session:
            head = ledger.head(session)
        return LedgerHead(
            origin=ledger.origin,
            size=head.size,
            root=head.root,
            verifier_key=ledger.verifier_key,
            checkpoint=head.checkpoint,
        )

    def ledger_entry(self, index: int) -> LedgerEntry:
        with self._installation.database.read() as session:
            encoded = self._installation.ledger.entry(session, index)
        return LedgerEntry(
            index=index, text=encoded.decode("ascii"), entry=json.loads(encoded), leaf_hash=leaf_hash(encoded).hex()
        )

    def tlog_proof(self, index: int, size: int | None) -> str:
        with self._installation.database.read() as session:
            return self._installation.ledger.tlog_proof(session, index, size)

    def consistency_proof(self, old: int, new: int | None) -> ConsistencyProof:
        ledger = self._installation.ledger
        with self._installation.database.read() as session:
            size = ledger.head(session).size if new is None else new
            hashes = ledger.consistency_proof(session, old, size)
            root = ledger.root(session, size)
            checkpoint = ledger.checkpoint(session, size) if ledger.is_signed(session, size) else None
        return ConsistencyProof(
            from_size=old,
            to_size=size,
            hashes=[one.hex() for one in hashes],
            to_root=root.hex(),
            checkpoint=checkpoint,
        )

    def _upload(self, content: bytes, name: str) -> Upload:
        if len(content) > self.largest_upload:
            # Under the code that the service has for it.
            raise Refused(
                "body_too_large",
                f"The file has more than the {self.largest_upload} bytes that are accepted.",
                hint="Save the picture smaller, or raise REGISTRY_MAX_UPLOAD_BYTES.",
            )
        return Upload(content, name)

    def _caller(self, owner: str) -> Caller:
        with self._making_callers:
            if owner not in self._callers:
                here = self._installation
                with here.database.write() as session:
                    self._callers[owner] = Caller.local(
                        find_or_create_account(session, owner, here.clock, here.randomness)
                    )
            return self._callers[owner]

    def create_key(
        self, name: str, account: str | None, scopes: frozenset[Scope], expires_at: int | None
    ) -> tuple[NamedKey, str]:
        if account is None:
            raise Refused(
                "account_missing",
                "A key belongs to somebody, and nobody was named.",
                hint="Name the owner, as given when registering: --account NAME",
            )
        here = self._installation
        with here.database.write() as session:
            owner = find_or_create_account(session, account, here.clock, here.randomness)
            issued = keys.create_key(
                session,
                owner,
                name,
                scopes=scopes,
                expires_at=expires_at,
                secret=here.key_secret,
                clock=here.clock,
                randomness=here.randomness,
            )
            row = session.get_one(ApiKey, issued.id)
            return _named(row, owner.name), issued.token

    def list_keys(self, account: str | None) -> list[NamedKey]:
        with self._installation.database.read() as session:
            names = {owner.id: owner.name for owner in session.query(Account)}
            return [
                _named(row, names[row.account_id])
                for row in keys.list_keys(session)
                if account is None or names[row.account_id] == account
            ]

    def revoke_key(self, key_id: str) -> NamedKey:
        with self._installation.database.write() as session:
            row = keys.revoke_key(session, key_id, self._installation.clock)
            return _named(row, session.get_one(Account, row.account_id).name)


def _named(row: ApiKey, account: str) -> NamedKey:
    return NamedKey(
        id=row.id,
        name=row.name,
        account=account,
        scopes=row.scopes.split(),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
