"""anchors in Ethereum's chain, their transactions, pinned blocks, and what was found of each network."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Goes on; a crash leaves the schema before."""
    op.create_table(
        "ethereum_anchor",
        sa.Column("chain_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("operator", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", WHOLE, nullable=False),
        sa.Column("tree_size", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("changed_at", WHOLE, nullable=False),
        sa.Column("variant", WHOLE, nullable=True),
        sa.Column("block_number", WHOLE, nullable=True),
        sa.Column("block_hash", sa.LargeBinary(), nullable=True),
        sa.Column("block_time", WHOLE, nullable=True),
        sa.Column("gas_cost", WHOLE, nullable=True),
        sa.Column("proof", sa.LargeBinary(), nullable=True),
        sa.Column("pin_index", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("chain_id", "number", name=op.f("pk_ethereum_anchor")),
    )
    op.create_table(
        "ethereum_transaction",
        sa.Column("chain_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("variant", WHOLE, autoincrement=False, nullable=False),
        sa.Column("tree_size", WHOLE, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("max_fee", WHOLE, nullable=False),
        sa.Column("tip", WHOLE, nullable=False),
        sa.Column("signed_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "number", "variant", name=op.f("pk_ethereum_transaction")),
    )
    op.create_table(
        "pinned_block",
        sa.Column("chain_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("entry_index", WHOLE, autoincrement=False, nullable=False),
        sa.Column("block_number", WHOLE, nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("pinned_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "entry_index", name=op.f("pk_pinned_block")),
    )
    op.create_table(
        "ethereum_network",
        sa.Column("chain_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("checked_at", WHOLE, nullable=False),
        sa.Column("finalized_number", WHOLE, nullable=True),
        sa.Column("nodes_asked", WHOLE, nullable=False),
        sa.Column("nodes_usable", WHOLE, nullable=False),
        sa.Column("alarms", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", name=op.f("pk_ethereum_network")),
    )


def downgrade() -> None:
    """There is no way back: what an older version cannot read would be lost. Restore a backup instead."""
    raise NotImplementedError("restore a backup instead")
