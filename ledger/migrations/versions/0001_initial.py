"""The first shape of the ledger: the log and its guards, records, letters, people, texts, programmes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GENESIS = "0" * 64


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_entries"),
        sa.UniqueConstraint("entity", "number", name="uq_entries_entity_number"),
        sa.UniqueConstraint("hash", name="uq_entries_hash"),
    )
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_head"),
        sa.CheckConstraint("id = 1", name=op.f("ck_head_one_row")),
    )
    op.execute(f"INSERT INTO head (id, size, hash) VALUES (1, 0, '{GENESIS}')")
    _records()
    _letters()
    _registry()
    _guard_entries()


def _records() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "partnerships",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("eu_member", sa.Text(), nullable=False),
        sa.Column("eu_country", sa.Text(), nullable=False),
        sa.Column("cn_member", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at_risk", sa.Boolean(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("founded", moment, nullable=False),
        sa.Column("ends", moment, nullable=False),
        sa.Column("plan_adopted", moment, nullable=True),
        sa.Column("pilots_endorsed", sa.Integer(), nullable=False),
        sa.Column("exchanges", sa.Integer(), nullable=False),
        sa.Column("signed", moment, nullable=True),
        sa.PrimaryKeyConstraint("entity", name="pk_partnerships"),
    )
    op.create_table(
        "gates",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("opened", moment, nullable=False),
        sa.Column("due", moment, nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("settled", moment, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("in_time", sa.Boolean(), nullable=True),
        sa.Column("decided", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "gate", name="pk_gates"),
    )
    op.create_table(
        "tasks",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("owner_role", sa.Text(), nullable=False),
        sa.Column("owner_side", sa.Text(), nullable=False),
        sa.Column("owners", sa.Text(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("due", moment, nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("ladder_stopped", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "task", name="pk_tasks"),
    )
    op.create_index("ix_tasks_due", "tasks", ["due"])
    op.create_table(
        "agreements",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("since", moment, nullable=True),
        sa.Column("signing", moment, nullable=True),
        sa.Column("signed", moment, nullable=True),
        sa.PrimaryKeyConstraint("entity", name="pk_agreements"),
    )
    op.create_table(
        "states",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity", name="pk_states"),
    )


def _letters() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "letters",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_at", moment, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", moment, nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_letters"),
        sa.CheckConstraint(
            "status IN ('planned', 'sent', 'failed', 'refused', 'withdrawn', 'held')",
            name=op.f("ck_letters_known_status"),
        ),
    )
    op.create_index("ix_letters_entity_status", "letters", ["entity", "status"])
    op.create_index("ix_letters_recipient", "letters", ["recipient"])


def _registry() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("key", name="uq_people_key"),
    )
    op.create_table(
        "texts",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("stored_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_texts"),
    )
    op.create_index("ix_texts_owner", "texts", ["owner"])
    op.create_table(
        "programmes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("origin", moment, nullable=True),
        sa.Column("anchor", moment, nullable=True),
        sa.Column("speed", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_programmes"),
    )


def _guard_entries() -> None:
    refusal = "entries are append-only"
    if op.get_bind().dialect.name == "sqlite":
        for name, when in (
            ("update", "BEFORE UPDATE ON entries"),
            ("delete", "BEFORE DELETE ON entries"),
            (
                "replace",
                "BEFORE INSERT ON entries WHEN EXISTS (SELECT 1 FROM entries WHERE position = NEW.position "
                "OR hash = NEW.hash OR (entity = NEW.entity AND number = NEW.number))",
            ),
        ):
            op.execute(
                f"CREATE TRIGGER entries_refuse_{name} {when} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{refusal}'; END$$"
    )
    op.execute(
        "CREATE TRIGGER entries_refuse_change BEFORE UPDATE OR DELETE ON entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER entries_refuse_truncate BEFORE TRUNCATE ON entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back; restore a backup instead")
