"""pages: people who sign in, what owners show of their works, pictures of checks, lists by owner in order of time."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Goes on; a crash leaves the schema before."""
    op.create_table(
        "account_password",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("encoded", sa.String(), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("changed_at", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_password_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_password")),
    )
    op.create_table(
        "browser_session",
        sa.Column("token_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("last_used_at", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_browser_session_account_id_account")),
        sa.PrimaryKeyConstraint("token_hmac", name=op.f("pk_browser_session")),
    )
    op.create_index(op.f("ix_browser_session_account_id"), "browser_session", ["account_id"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("name_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", WHOLE, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name_hmac", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(op.f("ix_sign_in_attempts_since"), "sign_in_attempts", ["since"])
    op.create_table(
        "work_disclosure",
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("picture", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_work_disclosure_work_id_work")),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_work_disclosure")),
    )
    op.create_index("ix_work_account_id_first_index", "work", ["account_id", "first_index"])
    op.drop_index("ix_work_account_id", table_name="work")
    op.create_index("ix_listing_check_account_id_checked_at", "listing_check", ["account_id", "checked_at"])
    op.drop_index("ix_listing_check_account_id", table_name="listing_check")
    for column in ("aligned_sha256", "listing_sha256"):
        op.add_column("listing_check_evidence", sa.Column(column, sa.Text(), nullable=True))
        op.create_index(op.f(f"ix_listing_check_evidence_{column}"), "listing_check_evidence", [column])


def downgrade() -> None:
    """There is no way back: what an older version cannot read would be lost. Restore a backup instead."""
    raise NotImplementedError("restore a backup instead")
