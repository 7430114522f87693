"""What recovering needs: letters in doubt and letters of the past, and whose data were erased."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KNOWN = "status IN ('planned', 'sent', 'failed', 'refused', 'withdrawn', 'held', 'doubtful', 'past')"


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    # SQLite changes no constraint of a table that is there: the table is copied into one that has the new one
    with op.batch_alter_table("letters") as letters:
        letters.drop_constraint(op.f("ck_letters_known_status"), type_="check")
        letters.create_check_constraint(op.f("ck_letters_known_status"), KNOWN)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back; restore a backup instead")
