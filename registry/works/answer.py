"""What a registration or an amendment was answered, derived from what is recorded: every time the same."""

import json
from typing import Literal, cast

from sqlalchemy.orm import Session

from registry.errors import NotFound
from registry.installation import Installation
from registry.ledger.receipt import receipt
from registry.verify.tlog_proof import TlogProof
from registry.works.models import WorkVersion
from registry.works.schemas import Finding, NoteView, Registered


def registered(installation: Installation, session: Session, index: int, status: str) -> Registered:
    """What the registration or amendment at entry ``index`` was answered. NotFound (``work_erased``) once erased."""
    version = session.get(WorkVersion, index)
    if version is None or version.answer is None:
        raise NotFound(
            "work_erased",
            "The work was erased; its entry stays in the ledger, what it said is gone.",
            hint="Ask the ledger for the entry itself.",
        )
    ledger = installation.ledger
    kept = receipt(ledger, session, index, ledger.covering(session, index))
    proof = TlogProof.parse(str(kept["tlog_proof"]))
    told = json.loads(version.answer)
    return Registered(
        status=cast(Literal["registered", "amended", "already_registered"], status),
        work_id=version.work_id,
        index=index,
        sha256=version.file_sha256,
        entry=json.loads(ledger.entry(session, index)),
        inclusion_proof=[one.hex() for one in proof.hashes],
        checkpoint=proof.checkpoint,
        receipt=cast(dict[str, object], kept),
        findings=[Finding.model_validate_json(json.dumps(finding)) for finding in told["findings"]],
        notes=[NoteView.model_validate(note) for note in told["notes"]],
    )
