"""The shapes on the wire that no domain owns: ledger, keys, health. Server and client share them.

Hashes and roots are 64 lower-case hexadecimal digits; times are milliseconds since the Unix epoch, UTC.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from registry.accounts.caller import Scope
from registry.accounts.keys import LONGEST_NAME

HASH_EXAMPLE = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
CHECKPOINT_EXAMPLE = (
    "registry.example/log\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n\n— registry.example/log Uw2QOkn8...\n"
)

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$", examples=[HASH_EXAMPLE])]
Milliseconds = Annotated[int, Field(ge=0, examples=[1_700_000_000_000])]
TreeSize = Annotated[int, Field(ge=0, examples=[1])]
CheckpointText = Annotated[
    str,
    Field(description="Signed note as of C2SP tlog-checkpoint, verbatim.", examples=[CHECKPOINT_EXAMPLE]),
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LedgerHead(_Shape):
    """Where the ledger stands, and the key to verify it with."""

    origin: Annotated[str, Field(description="The ledger's name.", examples=["registry.example/log"])]
    size: Annotated[TreeSize, Field(description="How many entries it has.")]
    root: Annotated[Hash, Field(description="Root hash over all of them (RFC 6962).")]
    verifier_key: Annotated[str, Field(description="C2SP signed-note verifier key: keep it from a place you trust.")]
    checkpoint: CheckpointText


class LedgerEntry(_Shape):
    """One public entry. Its leaf hash is SHA-256 over a zero byte and the UTF-8 bytes of ``text``."""

    index: Annotated[int, Field(ge=0)]
    text: Annotated[str, Field(description="The entry as it was hashed: canonical JSON (RFC 8785), verbatim.")]
    entry: Annotated[dict[str, Any], Field(description="The same, parsed.")]
    leaf_hash: Hash


class InclusionProof(_Shape):
    """That an entry lies in the tree of ``size`` entries (RFC 6962, section 2.1.1)."""

    index: Annotated[int, Field(ge=0)]
    size: TreeSize
    leaf_hash: Hash
    hashes: Annotated[list[Hash], Field(description="From the leaf's sibling up to the root.")]
    root: Hash
    checkpoint: CheckpointText


class ConsistencyProof(_Shape):
    """That the tree of ``to_size`` entries begins with all of ``from_size`` (RFC 6962, section 2.1.2)."""

    from_size: TreeSize
    to_size: TreeSize
    hashes: list[Hash]
    to_root: Hash
    checkpoint: Annotated[
        CheckpointText | None, Field(description="The checkpoint of `to_size`, verbatim; null if none was signed.")
    ]


class KeyRequest(_Shape):
    """An API key that is wanted. It will belong to the account of whoever asks."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "upload robot", "scopes": ["works:read", "works:write"], "expires_at": None}]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, description="What you will know it by.")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope), description="What it allows.")]
    expires_at: Annotated[
        int | None,
        Field(gt=0, lt=2**53, description="When it ends; null: never."),
    ] = None


class KeyView(_Shape):
    """An API key without its secret."""

    id: Annotated[str, Field(examples=["key_3c6gkyt2tftjmx0k14jr7bvgn9"])]
    name: str
    scopes: list[Scope]
    created_at: Milliseconds
    expires_at: Milliseconds | None
    last_used_at: Milliseconds | None
    revoked_at: Milliseconds | None


class NewKey(KeyView):
    """An API key just made, with its secret."""

    token: Annotated[str, Field(description="The key itself. It is shown this once and kept nowhere.")]


class KeyList(_Shape):
    """All keys of an account, oldest first; revoked and expired ones too."""

    items: list[KeyView]


class Alive(_Shape):
    """The process answers."""

    status: Annotated[str, Field(pattern="^alive$")] = "alive"


class Ready(_Shape):
    """Everything that a request needs is there."""

    status: Annotated[str, Field(pattern="^ready$")] = "ready"
    migration: Annotated[str, Field(description="Revision of the database's schema.")]
    ledger_size: Annotated[TreeSize, Field(description="How many entries the ledger has.")]
    index_lag: Annotated[int, Field(ge=0, description="How many of them the similarity index has not seen yet.")]
    anchor_lag: Annotated[
        int | None,
        Field(
            ge=0, description="How many of them no final anchor covers in the chain that is furthest; null: no chain."
        ),
    ]
    anchor_alarms: Annotated[
        list[str],
        Field(description="What somebody has to look at, as `network: code`; `registry anchor status` tells."),
    ]


class AnchorView(_Shape):
    """A root of the ledger in a chain, or on its way there."""

    chain_id: Annotated[int, Field(ge=1, description="The chain, as EIP-155 numbers them.", examples=[560048])]
    chain: Annotated[str, Field(description="What people call it.", examples=["Hoodi"])]
    economic_security: Annotated[bool, Field(description="Whether rewriting the chain is known to cost anything.")]
    state: Annotated[
        str,
        Field(
            description="`signed`, `broadcast`, `mined`, `safe`, `finalized` and `pinned` in this order; "
            "`lost`, `reverted` and `violated` are made anew."
        ),
    ]
    size: Annotated[TreeSize, Field(description="How many entries it covers.")]
    operator: Annotated[str, Field(description="Whose transaction it is.", pattern="^0x[0-9a-f]{40}$")]
    contract: Annotated[str, Field(description="What was called.", pattern="^0x[0-9a-f]{40}$")]
    transaction: Annotated[str | None, Field(description="Its hash, once it is in a block.")]
    block_number: int | None
    block_hash: str | None
    block_time: Annotated[Milliseconds | None, Field(description="Once the block is final.")]


class AnchorList(_Shape):
    """Anchors in all chains, those of the most entries first."""

    items: list[AnchorView]
