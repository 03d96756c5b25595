"""The ledger for programs: its head, its entries, and the proofs that anyone can check."""

import json
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from registry.anchoring.ethereum.endpoint import hexadecimal
from registry.anchoring.ethereum.overview import AnchorOverview, anchors
from registry.api.media_type import preferred
from registry.api.openapi import problems
from registry.api.opened import Opened
from registry.api.pagination import USUAL_PER_PAGE, Limit
from registry.api.routes.log import TEXT
from registry.api.routes.numbers import LARGEST, Canonical, EntryIndex
from registry.client.schemas import AnchorList, AnchorView, ConsistencyProof, InclusionProof, LedgerEntry, LedgerHead
from registry.installation import Installation
from registry.verify.checkpoint import unverified_checkpoint
from registry.verify.ethereum_anchor import CONTRACT
from registry.verify.ethereum_chain import chain_name, has_economic_security
from registry.verify.tree import leaf_hash

router = APIRouter(prefix="/v1/ledger", tags=["ledger"])

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""What an append-only log has said once it says for ever. RFC 8246."""
PROOF_SUFFIX = ".tlog-proof"

Size = Annotated[
    int | None, Query(ge=0, le=LARGEST, description="Number of entries of the tree; the newest if left out."), Canonical
]
_PROOF_TEXT = {"text/plain": {"schema": {"type": "string"}}}


@router.get("", operation_id="get_ledger", summary="The ledger's head", response_description="The newest state.")
def get_ledger(installation: Opened) -> LedgerHead:
    """Where the ledger stands, and the key that its checkpoints are verified with."""
    ledger = installation.ledger
    with installation.database.read() as session:
        head = ledger.head(session)
    return LedgerHead(
        origin=ledger.origin,
        size=head.size,
        root=head.root,
        verifier_key=ledger.verifier_key,
        checkpoint=head.checkpoint,
    )


@router.get(
    "/anchors",
    operation_id="list_anchors",
    summary="Where the ledger's root stands in chains",
    response_description="The newest anchors.",
)
def list_anchors(
    installation: Opened,
    limit: Limit = USUAL_PER_PAGE,
    below: Annotated[
        int | None,
        Query(ge=0, le=LARGEST, description="Only anchors of fewer entries: `size` of the last one of a list."),
        Canonical,
    ] = None,
) -> AnchorList:
    """Each says which transaction of whom to look up; evidence files carry the proof of the first after an entry."""
    with installation.database.read() as session:
        found = anchors(session, limit, below)
    return AnchorList(items=[_anchor(anchor) for anchor in found])


def _anchor(anchor: AnchorOverview) -> AnchorView:
    return AnchorView(
        chain_id=anchor.chain_id,
        chain=chain_name(anchor.chain_id),
        economic_security=has_economic_security(anchor.chain_id),
        state=anchor.state,
        size=anchor.size,
        operator=hexadecimal(anchor.operator),
        contract=hexadecimal(CONTRACT),
        transaction=None if anchor.transaction is None else hexadecimal(anchor.transaction),
        block_number=anchor.block_number,
        block_hash=None if anchor.block_hash is None else hexadecimal(anchor.block_hash),
        block_time=anchor.block_time,
    )


@router.get(
    "/entries/{index}",
    operation_id="get_ledger_entry",
    summary="One entry",
    response_description="The entry.",
    responses=problems(HTTPStatus.NOT_FOUND),
)
def get_ledger_entry(installation: Opened, index: EntryIndex, response: Response) -> LedgerEntry:
    """An entry is public: it commits to a claim without telling any of it. It never changes."""
    with installation.database.read() as session:
        encoded = installation.ledger.entry(session, index)
    response.headers.update(FOR_EVER)
    return LedgerEntry(
        index=index, text=encoded.decode("ascii"), entry=json.loads(encoded), leaf_hash=leaf_hash(encoded).hex()
    )


@router.get(
    "/proofs/{index}" + PROOF_SUFFIX,
    operation_id="get_proof_file",
    summary="The proof of an entry, as a file",
    response_class=Response,
    responses={
        200: {"description": "A C2SP tlog-proof, checkpoint included.", "content": _PROOF_TEXT},
        **problems(HTTPStatus.NOT_FOUND),
    },
)
def get_proof_file(installation: Opened, index: EntryIndex, size: Size = None) -> Response:
    """The same proof as a file that can be kept beside the work and checked offline by anyone's tools."""
    return _proof_text(installation, index, size)


@router.get(
    "/proofs/{index}",
    operation_id="get_proof",
    summary="The proof that an entry is in the ledger",
    response_model=InclusionProof,
    responses={
        200: {"description": "JSON, or a C2SP tlog-proof if `Accept` prefers plain text.", "content": _PROOF_TEXT},
        **problems(HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE),
    },
)
def get_proof(
    installation: Opened,
    index: EntryIndex,
    response: Response,
    size: Size = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> InclusionProof | Response:
    """The hashes that lead from the entry to the root that the checkpoint signs (RFC 6962, section 2.1.1)."""
    if preferred(accept, ("application/json", "text/plain")) == "text/plain":
        proof = _proof_text(installation, index, size)
        proof.headers["Vary"] = "Accept"
        return proof
    ledger = installation.ledger
    with installation.database.read() as session:
        of_size = ledger.head(session).size if size is None else size
        hashes = ledger.inclusion_proof(session, index, of_size)
        leaf = leaf_hash(ledger.entry(session, index))
        checkpoint = ledger.checkpoint(session, of_size)
    response.headers.update({"Vary": "Accept", **_kept(size)})
    return InclusionProof(
        index=index,
        size=of_size,
        leaf_hash=leaf.hex(),
        hashes=[one.hex() for one in hashes],
        root=_root(checkpoint),
        checkpoint=checkpoint,
    )


@router.get(
    "/consistency",
    operation_id="get_consistency",
    summary="The proof that the ledger only grew",
    response_description="The proof.",
    responses=problems(HTTPStatus.NOT_FOUND),
)
def get_consistency(
    installation: Opened,
    response: Response,
    old: Annotated[
        int, Query(alias="from", ge=0, le=LARGEST, description="Number of entries of the older tree."), Canonical
    ],
    new: Annotated[
        int | None,
        Query(alias="to", ge=0, le=LARGEST, description="Number of entries of the newer tree; the newest if left out."),
        Canonical,
    ] = None,
) -> ConsistencyProof:
    """The hashes that show the older tree to be the beginning of the newer one (RFC 6962, section 2.1.2).

    Of any two sizes; the newer one has a checkpoint where a group of entries ended that were appended together.
    """
    ledger = installation.ledger
    with installation.database.read() as session:
        to_size = ledger.head(session).size if new is None else new
        hashes = ledger.consistency_proof(session, old, to_size)
        root = ledger.root(session, to_size)
        checkpoint = ledger.checkpoint(session, to_size) if ledger.is_signed(session, to_size) else None
    response.headers.update(_kept(new))
    return ConsistencyProof(
        from_size=old,
        to_size=to_size,
        hashes=[one.hex() for one in hashes],
        to_root=root.hex(),
        checkpoint=checkpoint,
    )


def _proof_text(installation: Installation, index: int, size: int | None) -> Response:
    with installation.database.read() as session:
        text = installation.ledger.tlog_proof(session, index, size)
    headers = {"Content-Disposition": f'attachment; filename="{index}{PROOF_SUFFIX}"', **_kept(size)}
    return Response(text, headers=headers, media_type=TEXT)


def _kept(size: int | None) -> dict[str, str]:
    """A proof for a size that was asked for by number never changes."""
    return {} if size is None else FOR_EVER


def _root(checkpoint: str) -> str:
    return unverified_checkpoint(checkpoint)[0].root.hex()
