"""Every entity as one row, partnerships being no longer the only ones; and the travel data of visits."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standings",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("founded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity", name="pk_standings"),
    )
    op.create_index("ix_standings_kind_code", "standings", ["kind", "code"])
    op.create_table(
        "travel",
        sa.Column("visit", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("visit", "person", name="pk_travel"),
    )
    # partnerships were the only kind until now
    op.execute(
        "INSERT INTO standings "
        "(entity, kind, code, programme, title, cluster, stage, status, overdue, founded, facts) "
        "SELECT entity, 'partnership', code, programme, eu_member || ' and ' || cn_member, cluster, stage, status, "
        "overdue, founded, '{}' FROM partnerships"
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back; restore a backup instead")
