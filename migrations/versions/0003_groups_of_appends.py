"""groups of appends: one checkpoint for several entries, tree nodes by tiles, a claim in one row; real erasure."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

BUCKET_BITS = 12
STORED_LEVELS = 8
FIELD_DOMAIN = b"registry/field/v1\n"
AT_ONCE = 1_000
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Claim = tuple[int, list[bytes], list[tuple[str, bytes]]]
"""Entry, digests, and of each field that is held its name and opening."""


def upgrade() -> None:
    """Goes on; a crash leaves the schema before."""
    op.create_table(
        "ledger_claim",
        sa.Column("entry_index", Number, autoincrement=False, nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.Column("openings", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("entry_index", name=op.f("pk_ledger_claim")),
    )
    op.create_table(
        "ledger_key",
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("entry_index", Number, nullable=False),
        sa.PrimaryKeyConstraint("bucket", "key", name=op.f("pk_ledger_key")),
        sqlite_with_rowid=False,
    )
    for table, column in (
        ("ledger_head", sa.Column("peaks", sa.LargeBinary(), nullable=True)),
        ("ledger_entry", sa.Column("bucket", sa.Integer(), nullable=True)),
        ("ledger_checkpoint", sa.Column("follows", Number, nullable=True)),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(column)
    connection = op.get_bind()
    _move_claims(connection)
    _keep_peaks(connection)
    connection.execute(sa.text(f'UPDATE ledger_entry SET bucket = "index" / {1 << BUCKET_BITS}'))  # noqa: S608
    # Until now every size had a checkpoint.
    connection.execute(sa.text("UPDATE ledger_checkpoint SET follows = size - 1 WHERE size > 0"))
    connection.execute(sa.text(f"DELETE FROM ledger_node WHERE level % {STORED_LEVELS} <> 0"))  # noqa: S608
    with op.batch_alter_table("ledger_head", schema=None) as batch_op:
        batch_op.alter_column("peaks", existing_type=sa.LargeBinary(), nullable=False)
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.alter_column("bucket", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_index(batch_op.f("ix_ledger_entry_subject"))
        batch_op.create_index("ix_ledger_entry_bucket_subject", ["bucket", "subject"], unique=False)
        batch_op.create_index(
            "ix_ledger_entry_key",
            ["kind"],
            unique=False,
            sqlite_where=sa.text("kind = 'key'"),
            postgresql_where=sa.text("kind = 'key'"),
        )
    op.drop_table("ledger_claim_field")
    with op.batch_alter_table("work_version", schema=None) as batch_op:
        batch_op.drop_column("checkpoint_size")  # the first checkpoint behind the entry: known from the ledger
    with op.batch_alter_table("listing_check_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listing_check_evidence_work_id"), ["work_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_listing_check_evidence_picture_sha256"), ["picture_sha256"], unique=False)
    _take_names_from_answers(connection)
    connection.execute(
        sa.text("DELETE FROM listing_check_evidence WHERE work_id IN (SELECT id FROM work WHERE state = 'erased')")
    )


def _move_claims(connection: sa.Connection) -> None:
    query = sa.text("SELECT entry_index, digest, salt, name, value FROM ledger_claim_field ORDER BY entry_index")
    insert = sa.text("INSERT INTO ledger_claim (entry_index, digests, openings) VALUES (:entry, :digests, :openings)")
    rows = []
    with connection.execute(query, execution_options={"yield_per": AT_ONCE}) as fields:
        for entry, digests, openings in _claims(fields):
            packed = b"".join(len(one).to_bytes(4, "big") + one for _, one in sorted(openings))
            rows.append({"entry": entry, "digests": b"".join(sorted(digests)), "openings": packed or None})
            if len(rows) == AT_ONCE:
                connection.execute(insert, rows)
                rows = []
    if rows:
        connection.execute(insert, rows)


def _claims(fields: Iterable[Any]) -> Iterator[Claim]:
    current: Claim | None = None
    for entry, digest, salt, name, value in fields:
        if current is None or current[0] != entry:
            if current is not None:
                yield current
            current = (entry, [], [])
        current[1].append(digest)
        if salt is not None and name is not None and value is not None:
            quoted = name.replace("\\", "\\\\").replace('"', '\\"')  # names are visible ASCII
            opening = salt + f'["{quoted}",{value}]'.encode()
            if hashlib.sha256(FIELD_DOMAIN + opening).digest() != digest:
                raise RuntimeError(f"the claim of entry {entry} is damaged; restore the newest good backup first")
            current[2].append((name, opening))
    if current is not None:
        yield current


def _take_names_from_answers(connection: sa.Connection) -> None:
    """An erasure has to empty them where they belong, and nowhere else; answers get them when they are shown."""
    after = ""
    query = sa.text("SELECT id, answer FROM listing_check WHERE id > :after ORDER BY id LIMIT :some")
    update = sa.text("UPDATE listing_check SET answer = :answer WHERE id = :id")
    while rows := connection.execute(query, {"after": after, "some": AT_ONCE}).all():
        for check_id, text in rows:
            answer = json.loads(text)
            for match in answer["matches"]:
                match["title"] = match["path"] = None
            connection.execute(update, {"id": check_id, "answer": json.dumps(answer, separators=(",", ":"))})
        after = rows[-1][0]


def _keep_peaks(connection: sa.Connection) -> None:
    size = connection.scalar(sa.text("SELECT size FROM ledger_head"))
    if size is None:
        return
    peaks = b"".join(_peaks(connection, size))
    connection.execute(sa.text("UPDATE ledger_head SET peaks = :peaks"), {"peaks": peaks})


def _peaks(connection: sa.Connection, size: int) -> Sequence[bytes]:
    found, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            query = (
                "SELECT hash FROM ledger_node WHERE level = :level AND position = :position"
                if level
                else 'SELECT leaf_hash FROM ledger_entry WHERE "index" = :position AND :level = 0'
            )
            hash_ = connection.scalar(sa.text(query), {"level": level, "position": start >> level})
            if hash_ is None:
                raise RuntimeError("the ledger's tree is damaged; restore the newest good backup first")
            found.append(hash_)
            start += 1 << level
    return found


def downgrade() -> None:
    """There is no way back: what an older version cannot read would be lost. Restore a backup instead."""
    raise NotImplementedError("restore a backup instead")
