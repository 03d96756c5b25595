"""stamped checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes on; a crash leaves the schema before."""
    op.create_table(
        "stamped_checkpoint",
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column(
            "checkpoint_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("time", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("certificates", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("witness", "checkpoint_size", name=op.f("pk_stamped_checkpoint")),
    )


def downgrade() -> None:
    """There is no way back: what an older version cannot read would be lost. Restore a backup instead."""
    raise NotImplementedError("restore a backup instead")
