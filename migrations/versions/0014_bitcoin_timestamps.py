"""bitcoin timestamps: proofs of OpenTimestamps over checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Goes on; a crash leaves the schema before."""
    op.create_table(
        "bitcoin_timestamp",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("checkpoint_size", WHOLE, autoincrement=False, nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("submitted_at", WHOLE, nullable=False),
        sa.Column("height", WHOLE, nullable=True),
        sa.Column("header", sa.LargeBinary(), nullable=True),
        sa.Column("time", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("calendar", "checkpoint_size", name=op.f("pk_bitcoin_timestamp")),
    )


def downgrade() -> None:
    """There is no way back: what an older version cannot read would be lost. Restore a backup instead."""
    raise NotImplementedError("restore a backup instead")
