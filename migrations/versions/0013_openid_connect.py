"""openid connect: people whom a provider signs in; whether somebody is an administrator is said of the account."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Goes on; a crash leaves the schema before."""
    op.create_table(
        "account_identity",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_identity_account_id_account")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_account_identity")),
    )
    op.create_index(op.f("ix_account_identity_account_id"), "account_identity", ["account_id"])
    op.add_column("account", sa.Column("is_administrator", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE account SET is_administrator = "
        "(SELECT p.is_administrator FROM account_password AS p WHERE p.account_id = account.id) "
        "WHERE id IN (SELECT account_id FROM account_password)"
    )
    op.drop_column("account_password", "is_administrator")


def downgrade() -> None:
    """There is no way back: what an older version cannot read would be lost. Restore a backup instead."""
    raise NotImplementedError("restore a backup instead")
