"""outlines: points of each picture's edges on its canvas, that whole listings are compared with."""

import sqlalchemy as sa
from alembic import op

from registry.similarity.outline import outline
from registry.similarity.registered_features import PackedTemplate

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

AT_A_TIME = 500
"""Pictures, with some 12 kB of template each."""


def upgrade() -> None:
    """Derives the outlines of what is registered from its templates; a crash leaves the schema before."""
    op.add_column(
        "indexed_features", sa.Column("outline", sa.LargeBinary(), server_default=sa.text("''"), nullable=False)
    )
    features = sa.table(
        "indexed_features",
        *(sa.column(name) for name in ("entry_index", "ink_left", "ink_top", "ink_right", "ink_bottom", "outline")),
        sa.column("template", sa.LargeBinary()),
    )
    pictures = sa.table("indexed_picture", *(sa.column(name) for name in ("entry_index", "width", "height")))
    known = sa.select(features, pictures.c.width, pictures.c.height)
    known = known.join(pictures, pictures.c.entry_index == features.c.entry_index).order_by(features.c.entry_index)
    database, last = op.get_bind(), -1
    while rows := database.execute(known.where(features.c.entry_index > last).limit(AT_A_TIME)).all():
        for row in rows:
            ink = row.ink_left, row.ink_top, row.ink_right, row.ink_bottom
            found = outline(PackedTemplate(row.template).coarse, ink, row.width, row.height)
            own = features.c.entry_index == row.entry_index
            database.execute(sa.update(features).where(own).values(outline=found.astype("<u2").tobytes()))
        last = rows[-1].entry_index


def downgrade() -> None:
    """There is no way back: what an older version cannot read would be lost. Restore a backup instead."""
    raise NotImplementedError("restore a backup instead")
