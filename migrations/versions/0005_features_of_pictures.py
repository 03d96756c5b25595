"""What parts of registered pictures are found by: local features, regions and a template of each.

Revision ID: 0005
Revises: 0003
Create Date: 2026-11-24
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """In the transaction that ``Database.schema_change`` opened: a crash leaves the schema as it was."""
    op.create_table(
        "indexed_features",
        sa.Column("entry_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ink_left", sa.Float(), nullable=False),
        sa.Column("ink_top", sa.Float(), nullable=False),
        sa.Column("ink_right", sa.Float(), nullable=False),
        sa.Column("ink_bottom", sa.Float(), nullable=False),
        sa.Column("local", sa.LargeBinary(), nullable=False),
        sa.Column("regions", sa.LargeBinary(), nullable=False),
        sa.Column("template", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_index"],
            ["indexed_picture.entry_index"],
            name=op.f("fk_indexed_features_entry_index_indexed_picture"),
        ),
        sa.PrimaryKeyConstraint("entry_index", name=op.f("pk_indexed_features")),
    )


def downgrade() -> None:
    """There is no way back: what an older version cannot read would be lost. Restore a backup instead."""
    raise NotImplementedError("restore a backup instead")
